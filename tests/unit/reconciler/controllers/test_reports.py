"""Reports: in the order of their windows, and the oldest go where the spec gives a number to keep."""

from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.controllers.reports import NOT_ENOUGH, judged, passed, reports, spare
from reconciler.controllers.retraining import granted
from reconciler.model.decision import View
from reconciler.model.ids import RunName
from reconciler.model.kinds.monitors import Alert, Monitor
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import WATCH, ago


def report(number: int) -> RunName:
    return RunName(f"{WATCH}/{number:012}")


def seen(results: dict[RunName, dict[str, Any]], *things: Any) -> View:
    return stage.view(stage.desired(), stage.actual(*map(stage.version, results), *things, results=results))


def daily(days: int, *, alerts: frozenset[int] = frozenset(), thin: frozenset[int] = frozenset()) -> dict[RunName, Any]:
    """Return a report for each of the last days, the oldest first."""
    found = {}
    for day in range(days):
        told = {"verdict": NOT_ENOUGH} if day in thin else {}
        found[report(day)] = stage.reported(ago(days=days - day), alerts=["drift"] if day in alerts else (), **told)
    return found


def dropped(view: View, **told: Any) -> list[str]:
    spec = Monitor.model_validate({"deployment": "deployments/api", **told})
    return [change.run for change in spare(WATCH, spec, view)]


def test_reports_are_told_in_the_order_of_their_windows() -> None:
    found = dict(reversed(daily(3).items()))
    assert [run for _, run in reports(WATCH, seen(found))] == [report(0), report(1), report(2)]


def test_of_two_reports_on_one_window_the_later_is_the_newest_and_the_first_has_acted() -> None:
    """A window that is looked at anew, as the spec has changed or what reports tell has, acts no second time."""
    for first, second in ((1, 2), (2, 1)):
        told = [stage.reported(ago(days=1), alerts=["drift"]) for _ in range(2)]
        for result, minute in zip(told, (1, 2), strict=True):
            result["provenance"]["finished_at"] = f"2026-03-01T10:0{minute}:00+00:00"
        view = seen({report(first): told[0], report(second): told[1]})
        assert [run for _, run in reports(WATCH, view)] == [report(first), report(second)]
        assert [run for _, run in granted(WATCH, Alert(), view)] == [report(first)]


def test_a_report_without_enough_rows_judges_nothing() -> None:
    view = seen(daily(3, thin=frozenset({1})))
    assert [run for _, run in judged(reports(WATCH, view), view)] == [report(0), report(2)]


def test_what_quiet_windows_left_goes_but_for_the_newest() -> None:
    view = seen(daily(4, thin=frozenset({0, 2, 3})))
    assert [change.run for change in passed(WATCH, report(3), view)] == [report(0), report(2)]


def test_without_a_number_all_reports_stay() -> None:
    assert dropped(seen(daily(50))) == []


def test_the_oldest_above_the_number_go() -> None:
    assert dropped(seen(daily(5)), keep=3) == [report(0), report(1)]
    assert dropped(seen(daily(3)), keep=3) == []


def test_many_go_some_at_a_time() -> None:
    assert len(dropped(seen(daily(200)), keep=3)) == 50


def test_the_two_newest_that_judged_stay_as_windows_begin_where_they_ended() -> None:
    assert dropped(seen(daily(7, thin=frozenset({3, 4, 5, 6}))), keep=2) == [report(0)]
    assert dropped(seen(daily(4)), keep=1) == [report(0), report(1)]


def test_a_report_that_a_job_reads_stays() -> None:
    reading = stage.job(report(9), inputs=(report(0),))
    assert dropped(seen(daily(4), reading), keep=2) == [report(1)]


def test_an_alert_that_acted_stays_as_long_as_another_would_act_in_its_place() -> None:
    view = seen(daily(8, alerts=frozenset({0, 3, 6})))
    week, day = ({"action": "retrain", "within": within} for within in ("7d", "1d"))
    assert dropped(view, keep=2, alert=week) == [report(n) for n in range(1, 6)]
    assert dropped(view, keep=2, alert=day) == [report(n) for n in range(6)]


@given(
    alerts=st.frozensets(st.integers(0, 19)),
    keep=st.integers(1, 6),
    within=st.integers(1, 9),
    at_most=st.integers(1, 3),
)
def test_which_alerts_may_act_never_changes_by_dropping(
    alerts: frozenset[int], keep: int, within: int, at_most: int
) -> None:
    alert = {"action": "retrain", "within": f"{within}d", "at_most": at_most}
    found = daily(20, alerts=alerts)
    gone = set(dropped(seen(found), keep=keep, alert=alert))
    left = {run: told for run, told in found.items() if run not in gone}
    asked = Alert.model_validate(alert)

    def acting(view: View) -> list[tuple[datetime, RunName]]:
        return granted(WATCH, asked, view)

    assert acting(seen(left)) == [(moment, run) for moment, run in acting(seen(found)) if run not in gone]
