"""Which alert asks a dataset for fresh data: one refresh an alert, within the monitors' limits, until a newer one."""

from datetime import datetime
from typing import Any

from reconciler.controllers.retraining import alerted, granted, trigger_of
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.monitors import Alert
from reconciler.model.observed import Version
from reconciler.model.resource import Resource
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, GO, LOANS, SCORE, WATCH, ago


def report(name: str, monitor: Address = WATCH) -> RunName:
    return RunName(f"{monitor}/{name}")


def chain(monitor: Address = WATCH, **alert: Any) -> list[Resource]:
    """Build dataset ← experiment ← promotion → deployment ← monitor."""
    watch = stage.resource(monitor, alert={"action": "retrain", **alert})
    return [stage.resource(address) for address in (LOANS, SCORE, GO, API)] + [watch]


SINCE = {"action": "retrain", "acting_since": ago(days=90).isoformat()}
ASKED = {WATCH: SINCE, Address("monitors/second"): SINCE}


def trigger(
    reports: dict[RunName, datetime],
    *resources: Resource,
    former: str = "",
    quiet: frozenset[RunName] = frozenset(),
    others: tuple[Version, ...] = (),
    asked: dict[Address, dict[str, str]] | None = None,
) -> RunName | None:
    results = {run: stage.reported(end, alerts=() if run in quiet else ["drift"]) for run, end in reports.items()}
    versions = [stage.version(run) for run in reports if run not in {v.run for v in others}]
    memory = {LOANS: {"refreshed_for": former}} if former else {}
    seen = stage.actual(*versions, *others, results=results, facts={**memory, **(asked or ASKED)})
    return trigger_of(LOANS, stage.view(stage.desired(*(resources or chain())), seen))


def test_without_an_alert_nothing_is_asked_for() -> None:
    assert trigger({}) is None
    assert trigger({report("a"): ago(hours=1)}, quiet=frozenset({report("a")})) is None


def test_an_alert_asks_once_and_stays_the_answer_until_a_newer_one() -> None:
    alert = {report("a"): ago(days=20)}
    assert trigger(alert) == trigger(alert, former=report("a")) == report("a")
    calm = alert | {report("b"): ago(days=1)}
    assert trigger(calm, quiet=frozenset({report("b")})) == report("a")
    assert trigger(calm, former=report("a")) == report("b")


def test_the_answer_stays_when_its_report_is_dropped() -> None:
    """Else an older alert of another monitor would ask once more for what it was given."""
    facts = {"refreshed_for": report("gone"), "alerted": ago(days=2).isoformat()}
    older, newer = {report("a"): ago(days=3)}, {report("b"): ago(days=1)}
    for found, answer in ((older, report("gone")), (older | newer, report("b"))):
        results = {run: stage.reported(end, alerts=["drift"]) for run, end in found.items()}
        seen = stage.actual(*map(stage.version, found), results=results, facts={LOANS: facts, **ASKED})
        view = stage.view(stage.desired(*chain(within="1h")), seen)
        assert trigger_of(LOANS, view) == answer
    assert alerted(LOANS, report("gone"), view) == facts["alerted"]
    assert alerted(LOANS, report("b"), view) == ago(days=1).isoformat()
    assert alerted(LOANS, report("unknown"), view) is None


def test_alerts_above_the_limit_within_the_window_ask_for_nothing() -> None:
    found = {report("a"): ago(days=6), report("b"): ago(days=5), report("c"): ago(days=2)}
    assert trigger(found, *chain(at_most=1, within="7d")) == report("a")
    assert trigger(found, *chain(at_most=2, within="7d")) == report("b")
    assert trigger(found, *chain(at_most=1, within="4d")) == report("c")


def test_a_window_slides_and_counts_only_the_alerts_that_acted() -> None:
    view = stage.view(
        stage.desired(),
        stage.actual(
            *(stage.version(report(str(days))) for days in range(10)),
            results={report(str(days)): stage.reported(ago(days=days), alerts=["drift"]) for days in range(10)},
        ),
    )
    acted = [run for _, run in granted(WATCH, Alert.model_validate({"at_most": 1, "within": "3d"}), view)]
    assert acted == [report(name) for name in ("9", "6", "3", "0")]


def test_a_monitor_that_only_reports_asks_for_nothing() -> None:
    for action in ("report", "rollback"):
        assert trigger({report("a"): ago(hours=1)}, *chain(action=action)) is None


def test_an_alert_from_before_the_action_was_asked_for_does_not_act() -> None:
    alerts = {report("a"): ago(days=3), report("b"): ago(days=1)}
    since = [{"action": "retrain", "acting_since": ago(days=days).isoformat()} for days in (4, 2, 0)]
    assert [trigger(alerts, asked={WATCH: one}) for one in since] == [report("a"), report("b"), None]
    assert trigger(alerts, asked={WATCH: {"action": "report", "acting_since": ago(days=9).isoformat()}}) is None
    assert trigger(alerts, asked={WATCH: {"proposed": ""}}) is None


def test_an_alert_that_did_not_act_counts_for_no_limit() -> None:
    alerts = {report("a"): ago(days=3), report("b"): ago(days=1)}
    asked = {WATCH: {"action": "retrain", "acting_since": ago(days=2).isoformat()}}
    assert trigger(alerts, *chain(at_most=1, within="7d"), asked=asked) == report("b")


def test_only_the_dataset_behind_the_deployment_is_asked_for() -> None:
    resources = chain()
    resources[1] = stage.resource(SCORE, dataset="datasets/other")
    assert trigger({report("a"): ago(hours=1)}, *resources) is None


def test_a_report_of_another_environment_asks_for_nothing() -> None:
    theirs = stage.version(report("a"), here=False)
    assert trigger({report("a"): ago(hours=1)}, others=(theirs,)) is None


def test_a_broken_or_missing_spec_on_the_way_does_not_take_the_answer_back() -> None:
    """Else the dataset's name would change, and its former version come back."""
    alert = {report("a"): ago(days=2)}
    assert trigger(alert, stage.resource(LOANS), former=report("a")) == report("a")
    assert trigger({}, stage.resource(LOANS), former=report("gone")) == report("gone")


def test_an_older_alert_of_another_monitor_does_not_take_the_answer_back() -> None:
    second = Address("monitors/second")
    found = {report("a", second): ago(days=9), report("b"): ago(days=2)}
    assert trigger(found, *chain(second), former=report("b")) == report("b")
