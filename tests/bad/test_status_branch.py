"""The status branch edited by hand: nothing written there stops the daemon, and it says what is wrong."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.ids import Address
from tests.bad.ground import GOOD, LOANS, Ground

LAUGHS = b"a0: &a0 [x, x]\n" + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 40))
BROKEN = {
    "no YAML": (b"a: b: c\n", ":1:5: this isn't YAML"),
    "a list": (b"- 1\n", "a spec is a mapping of fields"),
    "nested 100,000 deep": (b"a: " + b"[" * 100_000 + b"]" * 100_000, "nested more than 100 levels deep"),
    "nested 100,000 blocks deep": (b"- " * 100_000 + b"x", "nested more than 100 levels deep"),
    "aliases without end": (LAUGHS, "once its aliases are written out"),
    "an alias of itself": (b"a: &a [*a]\n", "has no anchor before it"),
    "50 MB": (b"a: 1\n#" + b"x" * 50_000_000, "the file is too large: 47.7 MiB"),
    "no UTF-8": (b"a: \xff\xfe\n", "isn't UTF-8"),
    "a tag": (b"state: !!python/object:os.system {}\n", "isn't read"),
    "a day that isn't": (b"state: !!timestamp 2026-13-45\n", "isn't read"),
    "a number without end": (b"state: " + b"9" * 5000 + b"\n", "too long for a number"),
    "a NUL": (b"state: \0\n", "has no place in YAML"),
}
SHAPES = {
    "conditions": (b"conditions: 5\n", "`conditions` isn't a list of mappings"),
    "conditions of texts": (b"conditions: [x]\n", "`conditions` isn't a list of mappings"),
    "facts": (b"facts: [1]\n", "`facts` isn't a mapping"),
    "due": (b"facts: {due: [1]}\n", "`facts.due` isn't a moment"),
    "a text where a list was": (b"facts: {proposed: 5}\n", "`facts.proposed` isn't a list"),
}


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    ground = Ground(tmp_path / "repository")
    ground.passes()
    assert (ground.state("pools/shared"), ground.state("datasets/loans")) == ("ready", "ready")
    return ground


def known(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the engines tell anew. Since when a version is in force they don't: a soak begins again."""
    return {**facts, "in_force": [row["version"] for row in facts["in_force"]]}


@pytest.mark.parametrize("name", [*BROKEN, *SHAPES])
@pytest.mark.parametrize("is_new", [False, True], ids=["same daemon", "new daemon"])
def test_a_broken_status_is_told_and_written_anew(ground: Ground, name: str, is_new: bool) -> None:
    content, message = {**BROKEN, **SHAPES}[name]
    path, before = "status/datasets/loans.yaml", ground.recorded().statuses[Address("datasets/loans")]
    versions = ground.engines.data.list().versions
    ground.edit_status(path, content)
    if is_new:
        ground.again()
    done = ground.once()
    assert (done.plan.decisions[GOOD].phase.value, done.outcomes) == ("ready", ())
    (note,) = ground.last_pass()["notes"]
    assert note.startswith(path)
    assert message in note
    after = ground.recorded()
    assert not after.flaws
    assert (known(after.statuses[Address("datasets/loans")]["facts"]), ground.told) == (known(before["facts"]), [])
    assert ground.engines.data.list().versions == versions
    ground.once()
    assert ground.last_pass()["notes"] == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_control_holds_its_resource_and_no_other(ground: Ground, name: str) -> None:
    content, message = BROKEN[name]
    ground.edit_status("controls/datasets/loans.yaml", content)
    ground.commit(
        {LOANS: "source: {sql: {url: 'sqlite:///loans.db', query: SELECT 2}}\ncolumns: {id: {type: integer}}\n"}
    )
    done = ground.once()
    assert [outcome for outcome in done.outcomes if outcome.change.address != GOOD] == []
    told = ground.message("datasets/loans")
    assert "its controls can't be read: controls/datasets/loans.yaml" in told
    assert message in told
    assert "correct the file, or remove it" in told
    assert ground.state("pools/shared") == "ready"
    ground.status.write({"controls/datasets/loans.yaml": None}, "by hand")
    assert ground.passes().outcomes == ()
    assert ground.state("datasets/loans") == "ready"


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_record_of_the_last_pass_is_told_and_written_anew(ground: Ground, name: str) -> None:
    content, message = BROKEN[name]
    ground.edit_status("pass.yaml", content)
    ground.once()
    (note,) = ground.last_pass()["notes"]
    assert note.startswith("pass.yaml")
    assert message in note
    assert ground.last_pass()["commit"] == ground.source.head()
    assert ground.state("datasets/loans") == "ready"


def test_a_rewritten_history_is_refused_though_the_record_of_the_last_pass_is_broken(ground: Ground) -> None:
    applied = ground.source.head()
    ground.edit_status("pass.yaml", b"[")
    ground.people.git("checkout", "--quiet", "--orphan", "other")
    ground.people.commit({LOANS: None})
    ground.people.git("branch", "--force", "main", "other")
    ground.once()
    assert ground.last_pass()["commit"] == applied
    assert any("the history was rewritten" in note for note in ground.last_pass()["notes"])
    assert ground.state("datasets/loans") == "ready"


@pytest.mark.parametrize(
    "path", ["status/odd.yaml", "status/datasets/UP.yaml", "status/x/y/z.yaml", "status/notes.txt", "controls/a.yaml"]
)
def test_files_that_are_no_status_are_left_alone(ground: Ground, path: str) -> None:
    ground.edit_status(path, b"[[[")
    before = ground.status.read().commit
    assert ground.once().status_commit is None
    assert ground.status.read().commit == before


@pytest.mark.parametrize("commit", ["--help", "no-such-commit", "[1, 2]", "0" * 40])
def test_a_commit_that_is_none_is_not_asked_for(ground: Ground, commit: str) -> None:
    ground.edit_status("pass.yaml", f"commit: {commit}\n".encode())
    ground.again()
    ground.once()
    assert ground.state("pools/shared") == "ready"
