"""Monitors."""

from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.monitors import Monitor
from runners.monitor.parameters import Segments

SPEC: dict[str, Any] = {"deployment": "deployments/a"}


def test_the_monitor_runner_is_told_what_it_needs_and_no_more() -> None:
    spec = Monitor.model_validate({**SPEC, "alert": {"action": "retrain"}, "columns": ["a"]})
    params = spec.monitor_params
    assert set(params) == {"chunk", "metric", "columns", "thresholds", "minimum_rows"}
    assert params["thresholds"]["drifted_columns"] == 3
    assert spec.references() == ("pools/shared", "deployments/a")


@pytest.mark.parametrize("change", [{"schedule": "x"}, {"chunk": 1}, {"alert": {"action": "page"}}, {"columns": "a"}])
def test_limits(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Monitor.model_validate({**SPEC, **change})


def test_outcomes_may_say_for_which_classes_their_values_stand() -> None:
    outcomes = {"sql": {"url": "x", "query": "y"}, "classes": {"0": "no", "1": True, "2": 2}}
    told = Monitor.model_validate({**SPEC, "outcomes": outcomes}).monitor_params["outcomes"]
    assert told == outcomes | {"lookback": 7 * 86_400.0}


def test_what_older_specs_say_is_read_and_asks_for_nothing() -> None:
    said, unsaid = (
        {"deployment": "deployments/x", "schedule": "0 3 * * *", "thresholds": t} for t in ({"multivariate": True}, {})
    )
    assert Monitor.model_validate(said).monitor_params == Monitor.model_validate(unsaid).monitor_params


def test_segments_are_asked_for_by_columns_or_by_combinations() -> None:
    segments = {"columns": ["SEX", "AGEP"], "crossed": [["SEX", "DIS"]], "sensitive": ["DIS"]}
    spec = Monitor.model_validate({**SPEC, "segments": segments})
    assert spec.segments
    assert spec.segments.names == ("SEX", "AGEP", "DIS")
    told = spec.monitor_params["segments"]
    assert told == segments | {"bins": 4, "most": 10, "minimum_rows": 100}
    assert Segments.model_validate(told).names == spec.segments.names, "the runner's twin takes it"


@pytest.mark.parametrize(
    ("segments", "words"),
    [
        ({}, "name `columns`, or combinations in `crossed`"),
        ({"columns": ["SEX"], "sensitive": ["race"]}, "`sensitive` names race, which makes no segments"),
        ({"crossed": [["SEX"]]}, "at least 2 items"),
        ({"columns": ["SEX"], "bins": 1}, "greater than or equal to 2"),
        ({"columns": ["SEX"], "minimum_rows": 5}, "greater than or equal to 30"),
    ],
)
def test_segments_that_can_tell_nothing_are_refused(segments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Monitor.model_validate({**SPEC, "segments": segments})
