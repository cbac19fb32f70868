"""Outcomes arrive where the first monitor of a deployment that knows it says."""

from typing import Any

from reconciler.controllers.arriving_outcomes import arriving_outcomes
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, WATCH


def found(**spec: Any) -> Any:
    wanted = stage.desired(stage.resource(API), stage.resource(WATCH, **spec))
    return arriving_outcomes(API, stage.view(wanted, stage.actual()))


def test_the_monitor_s_outcomes_are_taken() -> None:
    told = found(outcomes={"files": {"url": "file:///outcomes", "format": "csv"}, "lookback": "2d"})
    assert told["files"]["url"] == "file:///outcomes"
    assert told["lookback"] == 172800


def test_where_nobody_knows_there_are_none() -> None:
    assert found() is None
