"""The page of a resource."""

import re
from typing import Any

from reconciler.model.ids import Address
from reconciler.status.resource_page import Place, index_page, resource_page
from reconciler.status.shown import Files
from tests.unit.reconciler.stage import API, LOANS, MARKS, SCORE, WATCH

SINCE = "2026-01-07T12:00:30+00:00"


def document(
    *others: dict[str, Any], state: str = "ready", message: str = "all is well", **facts: Any
) -> dict[str, Any]:
    ready = {"type": "Ready", "status": "True", "reason": "Fine", "message": message, "since": SINCE}
    return {"state": state, "conditions": [ready, *others], "facts": facts}


def page(address: Address, told: dict[str, Any], files: tuple[str, ...] = (), **place: Any) -> str:
    made = [path for path in files if path.startswith(f"reports/{address}/")]
    return resource_page(address, told, Place("prod", **place), Files(files), made)


def test_it_says_how_the_resource_stands_since_when_and_where_it_is_asked_for() -> None:
    text = page(LOANS, document(), file="specs/datasets/loans.yaml")
    assert text == (
        "# 🟢 datasets/loans\n\n**ready** since 2026-01-07 12:00 UTC: all is well\n\n"
        "[prod](../README.md) · [all datasets](README.md) · "
        "[`status/datasets/loans.yaml`](../status/datasets/loans.yaml)"
        " · asked for in `specs/datasets/loans.yaml` of the watched branch\n"
    )


def test_what_else_holds_of_it_stands_below() -> None:
    drifted = {"type": "Drifted", "status": "True", "message": "by hand <b>", "since": SINCE}
    stalled = {"type": "Stalled", "status": "True", "message": "all is well", "since": SINCE}
    text = page(LOANS, document(drifted, stalled))
    assert "- **Drifted** since 2026-01-07 12:00 UTC: by hand &lt;b&gt;\n" in text
    assert text.count("all is well") == 1


def test_everything_that_its_runs_left_is_linked_pages_first() -> None:
    files = tuple(
        f"reports/{WATCH}/0a/{name}" for name in ("plots/drift.svg", "report.html", "report.json", "report.md")
    )
    text = page(WATCH, document(), files)
    where = f"../reports/{WATCH}/0a"
    first = ", ".join(f"[{name}]({where}/{name})" for name in ("report.html", "report.md", "plots/drift.svg"))
    assert f"## Files\n\n- `0a`: {first}, [report.json]" in text


def test_names_that_jobs_chose_are_no_markdown() -> None:
    evil = f"reports/{WATCH}/0a/a](javascript:x) <img> `b`.md"
    shown = page(WATCH, document(), (evil,)).split("`0a`: ")[1]
    assert re.fullmatch(
        r"\[.*\]\(\.\./reports/monitors/watch/0a/a%5D%28javascript%3Ax%29%20%3Cimg%3E%20%60b%60\.md\)\n", shown
    )
    assert "a\\](javascript" in shown
    assert "<img>" not in shown


def test_it_leads_to_what_it_is_made_from_and_what_is_made_of_it() -> None:
    text = page(SCORE, document(), (f"{LOANS}.md",), made_from=(LOANS,), made_of_it=(API,))
    assert "## Made from\n\n- [`datasets/loans`](../datasets/loans.md)\n\n## Made of it\n\n- `deployments/api`" in text


def test_each_kind_shows_what_it_has() -> None:
    board = [{"rank": 1, "run": "experiments/score/aa", "ranking": {"value": 0.91}}]
    text = page(SCORE, document(leaderboard=board, leaderboard_pages=["leaderboards/score/00011-ab.json"]))
    assert "## Leaderboard\n\n|" in text
    assert "Further trials: [00011-ab.json](../leaderboards/score/00011-ab.json)" in text
    revisions = {"r1": {"trial": "experiments/score/aa"}}
    text = page(API, document(revisions=revisions, traffic={"r1": 100}, url="http://api", trial="experiments/score/aa"))
    assert "## Endpoint\n\n<http://api>\n\nPinned: `experiments/score/aa`" in text
    assert "| `r1` | `experiments/score/aa` | 100 % |" in text
    alert = {"what": "drift", "value": 0.3, "threshold": 0.1}
    assert "## Alerts\n\n- 🔴 **drift**" in page(WATCH, document(alerts=[alert], newest=f"{WATCH}/1"))
    found = {"found": {"error": 1}, "findings": [{"kind": "outliers", "severity": "error", "what": "odd"}]}
    told = document(stage="accepted", run=f"{LOANS}/1", result=found)
    assert "## Findings\n\n- 1 error\n  - 🔴 `outliers`: odd" in page(LOANS, told)
    people = {"annotators": {"ada": {"answers": 5, "accuracy": 0.8}}}
    text = page(MARKS, document(result=people, pictures=[f"reports/{MARKS}/1/agreement.png"]))
    assert "## Agreement\n\n| annotator" in text
    assert f"(../reports/{MARKS}/1/agreement.png)" in text
    assert "## Proposal\n\n`proposals/x`" in page(LOANS, document(proposal="proposals/x"))


def test_a_list_leads_back() -> None:
    assert index_page("datasets", "prod", "| a |") == "# datasets of [prod](../README.md)\n\n| a |\n"
