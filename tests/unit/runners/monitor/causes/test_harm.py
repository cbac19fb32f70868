"""Drift without harm is no alert, where that is sure."""

from dataclasses import replace
from pathlib import Path

from runners.monitor.causes.harm import harmless, note_of
from runners.monitor.verdict import Alert, alerts_of
from tests.unit.runners.monitor.causes.world import LIMITS, answered, judged, people, trial


def test_idle_drift_is_no_alert_where_the_estimate_is_sure_and_one_where_it_is_not(tmp_path: Path) -> None:
    reference = trial(tmp_path, answered(people(8000)))
    found, _, _, causes = judged(reference, answered(people(8000, 2, idle=0.8)))
    alerts = alerts_of(found, LIMITS)
    assert {one.what for one in alerts} >= {"columns drift"}
    assert harmless(alerts, causes, found, LIMITS) == alerts
    assert "columns drift (1, threshold 1)" in note_of(alerts)[0]
    strict = LIMITS.model_copy(update={"estimated_drop": 1e-9})
    assert harmless(alerts, causes, found, strict) == ()
    assert harmless(alerts, causes, found, LIMITS.model_copy(update={"estimated_drop": None})) == ()
    assert harmless(alerts, (), found, LIMITS) == ()
    fell = Alert("realised accuracy fell", 0.1, 0.03, "", "critical", "Retrain.")
    assert harmless((*alerts, fell), causes, found, LIMITS) == ()
    assert harmless(alerts, causes, replace(found, performance=()), LIMITS) == ()
    slow = Alert("error rate", 0.1, 0.03, "", "critical", "Read.")
    assert harmless((*alerts, slow), causes, found, LIMITS) == alerts


def test_drift_that_costs_or_may_cost_stays_one(tmp_path: Path) -> None:
    reference = trial(tmp_path, answered(people(6000)))
    for moved in ({"skill": 0.5}, {"idle": 1000.0}):
        found, _, _, causes = judged(reference, answered(people(2000, 3, **moved)))
        assert harmless(alerts_of(found, LIMITS), causes, found, LIMITS) == ()
    assert note_of(()) == ()
