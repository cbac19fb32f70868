"""What a report says of causes is bounded before it is told."""

from typing import Any

import pytest

from reconciler.controllers.report_causes import LONGEST, MOST, MOST_COLUMNS, because, causes_of
from tests.unit.reconciler import stage

CAUSE = {"sentence": "age moved", "action": "fix", "fix": "Mend it.", "columns": ["age"], "alerts": [], "cost": 0.1}


def told(causes: Any, *versions: str) -> list[dict[str, Any]]:
    """Return what is told of causes."""
    return causes_of(causes, stage.view(stage.desired(), stage.actual(*map(stage.version, versions))))


def test_a_cause_is_told_with_the_data_s_commit() -> None:
    origin = {"version": "datasets/a/1", "made": "2026-01-01", "commit": "c0ffee", "distance": 0.3}
    (one,) = told([CAUSE | {"origin": origin}], "datasets/a/1")
    assert one == {
        "what": "age moved",
        "action": "fix",
        "fix": "Mend it.",
        "columns": ["age"],
        "alerts": [],
        "cost": 0.1,
        "origin": {
            "version": "datasets/a/1",
            "made": "2026-01-01",
            "commit": "c0ffee",
            "data_commit": "v-datasets/a/1",
        },
    }
    assert "data_commit" not in told([CAUSE | {"origin": origin}])[0]["origin"]


@pytest.mark.parametrize("odd", [None, 3, "a", {}, [3, None, "a"]])
def test_what_are_no_causes_is_none(odd: Any) -> None:
    assert told(odd) == []


def test_what_is_long_or_odd_is_cut() -> None:
    evil = {
        "sentence": "a\n" * 9999,
        "fix": None,
        "columns": ["x"] * 99,
        "alerts": 3,
        "cost": True,
        "low": float("inf"),
    }
    found = told([evil] * 99)
    assert len(found) == MOST
    assert "\n" not in found[0]["what"]
    assert len(found[0]["what"]) <= 2 * LONGEST
    assert (len(found[0]["columns"]), found[0]["alerts"]) == (MOST_COLUMNS, [])
    assert {"cost", "low", "origin"}.isdisjoint(found[0])


def test_a_message_names_the_first_that_do_harm() -> None:
    calm = CAUSE | {"action": "nothing", "sentence": "calm"}
    assert because(told([calm])) == ""
    assert because(told([CAUSE, calm])) == ". Because: age moved. Mend it."
    assert because(told([CAUSE] * 4)).endswith("Mend it. And 2 more")
