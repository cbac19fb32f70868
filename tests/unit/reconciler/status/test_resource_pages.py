"""Which pages of resources are written, and which go."""

from typing import Any

from reconciler.git.objects import object_id
from reconciler.model.ids import Address
from reconciler.status.read import Recorded
from reconciler.status.resource_pages import MOST_LISTED, resource_pages
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS, SCORE, SHARED


def document(state: str = "ready", message: str = "fine") -> dict[str, Any]:
    return {"state": state, "conditions": [{"type": "Ready", "status": "True", "message": message}], "facts": {}}


def pages(
    documents: dict[Address, dict[str, Any]],
    new: set[Address],
    there: dict[str, bytes] | None = None,
    recorded: tuple[Address, ...] = (),
) -> dict[str, bytes | None]:
    files = {path: object_id("blob", text) for path, text in (there or {}).items()}
    desired = stage.desired(*map(stage.resource, documents))
    return resource_pages(desired, documents, new, Recorded({one: {} for one in recorded}, files=files), files.keys())


def first() -> dict[str, bytes]:
    return {path: text for path, text in pages({LOANS: document(), SCORE: document()}, set()).items() if text}


def test_each_resource_gets_a_page_and_each_kind_a_list_but_pools_have_their_own() -> None:
    found = pages({LOANS: document(), SCORE: document(), SHARED: document()}, {SHARED})
    assert found.keys() == {
        f"{LOANS}.md", f"{SCORE}.md", "datasets/README.md", "experiments/README.md", "pools/README.md"
    }  # fmt: skip
    assert b"## Made of it\n\n- [`experiments/score`](../experiments/score.md)" in (found[f"{LOANS}.md"] or b"")
    assert b"| [`datasets/loans`](../datasets/loans.md) | ready | fine |" in (
        found["datasets/README.md"] or b""
    ).replace("🟢\u00a0".encode(), b"")


def test_only_what_says_something_new_is_written() -> None:
    assert pages({LOANS: document(), SCORE: document()}, set(), first()) == {}
    assert pages({LOANS: document(), SCORE: document()}, {LOANS, SCORE}, first()) == {}
    changed = pages({LOANS: document("stalled", "broken"), SCORE: document()}, {LOANS}, first())
    assert changed.keys() == {f"{LOANS}.md", "datasets/README.md"}


def test_the_page_of_what_is_gone_goes_and_so_does_the_list_of_an_empty_kind() -> None:
    found = pages({SCORE: document()}, set(), first(), (LOANS, SCORE))
    assert found == {f"{LOANS}.md": None, "datasets/README.md": None}


def test_what_was_made_under_a_former_name_stands_on_the_page() -> None:
    told = document() | {"facts": {"moved_from": ["old"]}}
    path = "reports/datasets/old/0a/profile.md"
    found = pages({LOANS: told}, set(), {path: b""})
    assert f"- `0a`: [profile.md](../{path})".encode() in (found[f"{LOANS}.md"] or b"")


def test_what_needs_a_person_comes_first_of_many() -> None:
    many = {Address(f"datasets/d{number:04}"): document() for number in range(MOST_LISTED)}
    text = (pages(many | {LOANS: document("stalled", "broken")}, set())["datasets/README.md"] or b"").decode()
    assert text.split("\n")[4].startswith("| 🔴\u00a0[`datasets/loans`]")
    assert text.endswith("And 1 more: their pages lie beside this one.\n")


def test_odd_facts_of_a_runner_keep_no_other_page_back() -> None:
    odd = document() | {"facts": {"leaderboard": [5]}}
    found = pages({SCORE: odd, LOANS: document()}, set())
    assert b"a defect of Setpoint" in (found[f"{SCORE}.md"] or b"")
    assert b"fine" in (found[f"{LOANS}.md"] or b"")
