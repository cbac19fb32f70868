"""Leaderboards in pages of a bounded size."""

import json
from typing import Any

from reconciler.controllers.leaderboard import BYTES, LONGEST_ROW, ROWS, paged
from tests.unit.reconciler.stage import SCORE


def rows(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"rank": n, "run": f"{SCORE}/{n}", "stage": "accepted", **more} for n in range(1, count + 1)]


def test_a_short_board_is_one_page() -> None:
    assert paged(SCORE, rows(ROWS)) == (rows(ROWS), {})
    assert paged(SCORE, []) == ([], {})


def test_a_long_board_has_further_pages_named_by_their_content() -> None:
    first, others = paged(SCORE, rows(2 * ROWS + 1))
    assert [*first, *(row for page in others.values() for row in page)] == rows(2 * ROWS + 1)
    assert [path.split("-")[0] for path in others] == ["leaderboards/score/00501", "leaderboards/score/01001"]
    assert paged(SCORE, rows(2 * ROWS + 1))[1].keys() == others.keys()
    changed = rows(2 * ROWS + 1)
    changed[-1]["stage"] = "failed"
    assert len(paged(SCORE, changed)[1].keys() & others.keys()) == 1


def test_a_page_is_bounded_in_bytes_too() -> None:
    first, others = paged(SCORE, rows(200, message="x" * 20_000))
    assert len(others) > 2
    for page in (first, *others.values()):
        assert len(json.dumps(page)) < 1.1 * BYTES


def test_a_row_that_tells_too_much_is_told_short_and_says_so() -> None:
    long = rows(3, params={"notes": "x" * LONGEST_ROW})
    first, others = paged(SCORE, long)
    assert not others
    assert [row["run"] for row in first] == [row["run"] for row in long]
    assert all("too long to be shown" in row["message"] and "params" not in row for row in first)


def test_pages_of_trials_without_a_rank_are_named_by_their_places() -> None:
    failed = [{"run": f"{SCORE}/{n}", "stage": "failed", "message": "killed"} for n in range(ROWS + 1)]
    _, others = paged(SCORE, rows(ROWS) + failed)
    assert [path.split("-")[0] for path in others] == ["leaderboards/score/00501", "leaderboards/score/01001"]
