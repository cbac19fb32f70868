"""The parameters are the twin of a monitor's spec."""

from datetime import UTC, datetime

from reconciler.model.kinds.monitors import Monitor
from reconciler.model.kinds.monitors import Thresholds as Specified
from runners.monitor.parameters import Parameters, Thresholds, Window

SPEC = {
    "deployment": "deployments/employment",
    "chunk": 500,
    "columns": ["AGEP", "SEX"],
    "outcomes": {"sql": {"url": "sqlite:///warehouse.db", "query": "SELECT id, employed FROM census"}},
    "thresholds": {"estimated_drop": None, "p99_ms": 250},
}


def test_what_a_spec_says_is_understood() -> None:
    spec = Monitor.model_validate(SPEC)
    told = Parameters.model_validate(spec.monitor_params)
    assert (told.chunk, told.columns, told.metric) == (500, ("AGEP", "SEX"), spec.metric)
    assert told.outcomes
    assert told.outcomes.sql
    assert told.thresholds.p99_ms == 250
    assert told.thresholds.realized_drop == spec.thresholds.realized_drop


def test_a_threshold_that_a_spec_unsets_is_unset() -> None:
    told = Parameters.model_validate(Monitor.model_validate(SPEC).monitor_params)
    assert told.thresholds.estimated_drop is None


def test_every_threshold_of_the_spec_is_known() -> None:
    assert set(Thresholds.model_fields) == set(Specified.model_fields)


def test_a_window_holds_its_start_and_not_its_end() -> None:
    window = Window.model_validate({"start": "2026-03-01T10:00:00Z", "end": "2026-03-01T11:00:00"})
    assert window.holds(datetime(2026, 3, 1, 10, tzinfo=UTC))
    assert window.holds(datetime(2026, 3, 1, 10, 59, tzinfo=UTC))
    assert not window.holds(datetime(2026, 3, 1, 11, tzinfo=UTC))
    assert not window.holds(datetime(2026, 3, 1, 9, 59, tzinfo=UTC))
    assert Window().holds(datetime(1970, 1, 1, tzinfo=UTC))
