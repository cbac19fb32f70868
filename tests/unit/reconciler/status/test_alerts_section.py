"""Alerts as people read them."""

from typing import Any

from reconciler.status.alerts_section import MOST, alerts
from reconciler.status.shown import Files
from tests.unit.reconciler.stage import WATCH

ALERT = {"what": "drift", "where": "age", "value": 0.31234, "threshold": 0.1}
REPORT = "../reports/monitors/watch/1/report.md"


def told(*found: dict[str, Any], **facts: Any) -> list[str]:
    return alerts(
        WATCH,
        {"facts": {"alerts": list(found), "newest": "monitors/watch/1", **facts}},
        "../",
        Files(["experiments/score.md"]),
    )


def test_an_alert_says_since_when_about_which_model_and_leads_to_both() -> None:
    dated = ALERT | {"severity": "warning", "since": "2026-03-01T10:00:00+00:00", "trial": "experiments/score/1"}
    since, about = "since 2026-03-01 10:00 UTC", "about [`experiments/score/1`](../experiments/score.md)"
    assert told(dated) == [f"- 🟠 **drift**: 0.3123 (age), threshold 0.1, {since}, {about} — [{WATCH}]({REPORT})"]
    assert told(ALERT) == [f"- 🔴 **drift**: 0.3123 (age), threshold 0.1 — [{WATCH}]({REPORT})"]


def test_causes_stand_below_but_those_that_do_no_harm() -> None:
    causes = [{"what": "age moved", "fix": "Mend <it>.", "action": "fix"}, {"what": "calm", "action": "nothing"}]
    assert told(ALERT, causes=causes)[1:] == ["  1. age moved. Mend &lt;it&gt;."]


def test_of_many_causes_the_report_has_the_rest() -> None:
    found = told(ALERT, causes=[{"what": f"column {number} moved", "fix": "Mend it."} for number in range(8)])
    assert found[1:] == [
        *(f"  {n + 1}. column {n} moved. Mend it." for n in range(3)),
        "  4. and 5 more, in the report",
    ]


def test_of_many_alerts_the_first_are_shown() -> None:
    found = told(*[ALERT] * (MOST + 3))
    assert len(found) == MOST + 1
    assert found[-1] == "- and 3 more"
    assert told() == []
