"""Retention of versions by their age."""

from datetime import timedelta
from typing import Any

from reconciler.controllers.retention import expired
from reconciler.model.change import DropRun
from reconciler.model.ids import RunName
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS, ago, decide


def test_versions_that_are_older_than_a_span_go_but_for_those_that_are_wanted_read_or_of_no_age() -> None:
    ages = {"a": 1, "b": 40, "read": 40, "wanted": 40}
    runs = {name: RunName(f"{LOANS}/{name}") for name in (*ages, "ageless")}
    results = {
        runs[name]: stage.result(provenance={"finished_at": ago(days=days).isoformat()}) for name, days in ages.items()
    }
    reading = stage.job("experiments/score/1", "running", inputs=(runs["read"],))
    seen = stage.actual(*map(stage.version, runs.values()), reading, results=results)
    view = stage.view(stage.desired(stage.resource(LOANS)), seen)
    found = expired(LOANS, timedelta(days=30), frozenset({runs["wanted"]}), view)
    assert [change.target for change in found] == [runs["b"]]
    assert expired(LOANS, None, frozenset(), view) == ()


def test_versions_go_by_their_number_and_by_their_age_once() -> None:
    spec: dict[str, Any] = {"keep": 2, "keep_for": "30d"}
    run = stage.started(decide(stage.resource(LOANS, **spec), stage.actual())).run
    ages = {run: 0, RunName(f"{LOANS}/a"): 1, RunName(f"{LOANS}/b"): 2, RunName(f"{LOANS}/c"): 40}
    results = {
        name: stage.result(provenance={"finished_at": ago(days=days).isoformat()}) for name, days in ages.items()
    }
    found = decide(stage.resource(LOANS, **spec), stage.actual(*map(stage.version, ages), results=results))
    assert sorted(change.target[-1] for change in found.changes if isinstance(change, DropRun)) == ["b", "c"]
