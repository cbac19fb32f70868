"""Monitors: reports that fall due, windows that follow one another, alerts that act within their limits."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.controllers.reports import reports
from reconciler.model.change import CancelJob, DropRun, MergeProposal, OpenProposal, StartRun
from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import Digest, RunName
from reconciler.model.observed import Actual
from reconciler.model.resource import Resource
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, GO, MODEL, NOW, WATCH, ago

HOUR, BEFORE = NOW.replace(minute=0, second=0), NOW.replace(hour=11, minute=0, second=0)
LIVE, FORMER = stage.trial_name("2"), stage.trial_name("1")


def said(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"


def decide(seen: Actual, since: datetime | None = None, *others: Resource, **spec: Any) -> Decision:
    above = stage.upstream(API, stage.live("2", since or ago(days=9)))
    return stage.decide(stage.resource(WATCH, **spec), seen, *others, upstream=[above])


def report(name: str) -> RunName:
    return RunName(f"{WATCH}/{name * 12}")


def test_a_monitor_waits_for_a_deployment_that_serves() -> None:
    found = stage.decide(stage.resource(WATCH), stage.actual(), upstream=[stage.upstream(API, None)])
    assert (found.reason, found.changes) == ("WaitsForUpstream", ())


def test_the_first_report_of_a_model_waits_for_its_schedule() -> None:
    found = decide(stage.actual(), ago(seconds=10))
    assert (found.phase, found.reason, found.changes) == (Phase.READY, "NotDueYet", ())
    assert found.wake == NOW.replace(hour=13, minute=0, second=0)
    assert decide(stage.actual(), HOUR).reason == "NotDueYet"


def test_a_report_that_is_due_compares_the_logs_with_the_training_reference() -> None:
    change = stage.started(decide(stage.actual()))
    assert change.runner == "monitor"
    assert change.inputs == {"reference": LIVE}
    assert change.urls == {"logs": "file:///logs", "metrics": "http://metrics"}
    assert change.params["window"] == {"start": None, "end": HOUR.isoformat()}
    assert change.params["trial"] == LIVE


def test_what_the_payload_log_leaves_out_is_told_to_the_report_and_else_its_name_stays() -> None:
    assert "left_out" not in stage.started(decide(stage.actual())).params
    shy = stage.resource(API, payloads={"leave_out": ["postcode", "name"]})
    assert stage.started(decide(stage.actual(), None, shy)).params["left_out"] == ["name", "postcode"]


def test_the_traffic_of_each_environment_has_reports_of_its_own() -> None:
    """The same model at the same time in `prod` is asked by others than in `dev`."""
    above = stage.upstream(API, stage.live("2", ago(days=9)))
    found = [
        stage.started(stage.decide(stage.resource(WATCH), stage.actual(), upstream=[above], environment=name)).run
        for name in ("dev", "prod")
    ]
    assert len(set(found)) == 2


def test_a_report_is_of_a_model_and_not_of_a_revision() -> None:
    """A change of `access` alone makes another revision, which had its reports already."""
    live = [replace(stage.live("2", ago(days=9)), revision=Digest(revision * 12)) for revision in "ab"]
    found = [stage.decide(stage.resource(WATCH), stage.actual(), upstream=[stage.upstream(API, one)]) for one in live]
    assert len({stage.started(one).run for one in found}) == 1


@pytest.mark.parametrize(("about", "which"), [(LIVE, "next report"), (FORMER, "first report of this model")])
def test_a_model_that_had_a_report_waits_for_the_next(about: RunName, which: str) -> None:
    known = {report("a"): stage.reported(BEFORE, about=about)}
    found = decide(stage.actual(stage.version(report("a")), results=known), ago(seconds=10))
    assert found.message == f"the {which} waits for its schedule"


def test_an_operator_may_ask_for_a_report_now() -> None:
    asked = stage.actual(controls=stage.requested(WATCH, ago(seconds=5)))
    found = stage.started(decide(asked, ago(seconds=10)))
    assert found.params["window"]["end"] == ago(seconds=5).isoformat()


def test_a_window_begins_where_the_previous_report_ended() -> None:
    seen = stage.actual(stage.version(report("a")), results={report("a"): stage.reported(BEFORE)})
    change = stage.started(decide(seen))
    assert change.params["window"] == {"start": BEFORE.isoformat(), "end": HOUR.isoformat()}
    assert change.inputs["previous"] == report("a")


def test_rows_add_up_from_window_to_window_until_there_are_enough() -> None:
    """Fewer logged rows than the spec says, and it waits."""
    runs = {
        report("a"): stage.reported(ago(hours=9)),
        report("b"): stage.reported(ago(hours=5), verdict="not_enough_data"),
    }
    change = stage.started(decide(stage.actual(*map(stage.version, runs), results=runs)))
    assert change.params["window"]["start"] == ago(hours=9).isoformat()
    assert change.inputs["previous"] == report("a")
    alone = stage.actual(stage.version(report("b")), results={report("b"): runs[report("b")]})
    assert stage.started(decide(alone)).params["window"]["start"] is None


def quiet(*runs: RunName, start: str | None = None) -> dict[RunName, Any]:
    """Return what these runs left in windows with too few rows, the newest up to the full hour."""
    told: dict[str, Any] = {"verdict": "not_enough_data", "rows": 120}
    return {
        run: stage.reported(end, **told, window={"start": start, "end": end.isoformat()})
        for run, end in zip(runs, [BEFORE, HOUR][-len(runs) :], strict=True)
    }


def test_a_quiet_window_waits_and_says_since_when_and_for_how_many_rows() -> None:
    former = {report("a"): stage.reported(BEFORE, alerts=["drift", "missing"])}
    run = stage.started(decide(stage.actual(stage.version(report("a")), results=former))).run
    runs = former | quiet(run, start=BEFORE.isoformat())
    found = decide(stage.actual(*map(stage.version, runs), results=runs))
    assert (found.phase, found.reason) == (Phase.READY, "WaitsForRows")
    waits = f"120 of 500 rows since {said(BEFORE)}: waits for more"
    assert found.message == f"2 alerts: drift since {said(BEFORE)} and 1 more; {waits}", "what is wrong comes first"
    assert found.facts["waits"] == {"rows": 120, "needed": 500, "since": BEFORE.isoformat()}
    assert found.wake == NOW.replace(hour=13, minute=0, second=0)
    assert (found.facts["reports"], found.facts["newest"]) == ([report("a")], report("a")), "it is no report"
    assert not any(run in path for path in found.files)
    assert found.changes == ()


def test_what_a_quiet_window_left_goes_when_it_was_looked_again() -> None:
    run = stage.started(decide(stage.actual())).run
    runs = quiet(report("a"), run)
    found = decide(stage.actual(*map(stage.version, runs), results=runs))
    assert [change.run for change in stage.of(found, DropRun)] == [report("a")]
    assert found.message == "120 of 500 rows since the model went live: waits for more"


def test_a_report_keeps_its_name_when_it_is_accepted() -> None:
    run = stage.started(decide(stage.actual())).run
    found = decide(stage.actual(stage.version(run), results={run: stage.reported(HOUR)}))
    assert (found.phase, found.message, found.changes) == (Phase.READY, "1,000 rows, verdict ok", ())


def test_a_report_under_way_is_finished_before_the_next_begins() -> None:
    before = decide(stage.actual(now=BEFORE))
    run = stage.started(before).run
    found = decide(stage.actual(stage.branch(run), stage.job(run), facts={WATCH: before.facts}))
    assert (found.reason, found.changes, found.facts["due"]) == ("Reporting", (), BEFORE.isoformat())


def test_a_report_under_way_on_a_model_that_no_longer_serves_is_stopped() -> None:
    before = decide(stage.actual(now=BEFORE))
    run = stage.started(before).run
    seen = stage.actual(stage.branch(run), stage.job(run), facts={WATCH: before.facts})
    above = stage.upstream(API, stage.live("3", ago(days=1)))
    found = stage.decide(stage.resource(WATCH), seen, upstream=[above])
    assert [type(change) for change in found.changes][:2] == [StartRun, CancelJob]


def test_a_report_that_fails_stalls_the_monitor_until_the_next() -> None:
    run = stage.started(decide(stage.actual())).run
    found = decide(stage.actual(stage.branch(run), stage.failed(run, 65, reason="no logs")))
    assert (found.phase, found.reason, found.message) == (Phase.STALLED, "ReportFailed", "no logs")
    assert found.wake is not None


def test_a_report_that_crashed_is_tried_again_before_the_next_is_due() -> None:
    run = stage.started(decide(stage.actual())).run
    found = decide(stage.actual(stage.branch(run), stage.failed(run, 1)))
    assert found.wake is not None
    assert NOW < found.wake < NOW.replace(minute=1)


def test_the_newest_reports_are_shown_with_their_files() -> None:
    runs = {report("a"): stage.reported(ago(hours=9)), report("b"): stage.reported(ago(hours=5))}
    found = decide(stage.actual(*map(stage.version, runs), results=runs))
    assert found.facts["reports"] == [report("b"), report("a")]
    assert found.facts["newest"] == report("b")
    assert found.files[f"reports/{report('a')}/report.md"] == (report("a"), "report.md")
    assert sorted(path.rsplit("/", 1)[1] for path in found.files) == [
        "drift.png",
        "drift.png",
        "report.md",
        "report.md",
    ]
    kept = decide(stage.actual(*map(stage.version, runs), results=runs), keep=1)
    assert kept.facts["reports"] == [report("b")]


def test_reports_above_the_number_to_keep_go_when_a_newer_one_is_accepted() -> None:
    runs = {report("a"): stage.reported(ago(hours=9)), report("b"): stage.reported(BEFORE)}
    run = stage.started(decide(stage.actual(*map(stage.version, runs), results=runs))).run
    runs[run] = stage.reported(HOUR)
    seen = stage.actual(*map(stage.version, runs), results=runs)
    assert [change.run for change in stage.of(decide(seen, keep=1), DropRun)] == [report("a")]
    assert stage.of(decide(seen), DropRun) == []
    del runs[report("a")]
    after = decide(stage.actual(*map(stage.version, runs), results=runs), keep=1)
    assert (after.facts["reports"], after.changes) == ([run], ()), "the newest is still the one that is due"


def test_without_a_number_thirty_reports_are_shown() -> None:
    runs = {report(f"{n:03}"): stage.reported(ago(hours=100 - n)) for n in range(40)}
    seen = stage.actual(*map(stage.version, runs), results=runs)
    assert decide(seen).facts["reports"] == [report(f"{n:03}") for n in range(39, 9, -1)]


def test_a_report_of_another_environment_is_not_shown() -> None:
    seen = stage.actual(stage.version(report("a"), here=False), results={report("a"): stage.reported(BEFORE)})
    assert reports(WATCH, stage.view(stage.desired(), seen)) == []


def test_an_alert_is_told_with_what_it_is_about() -> None:
    run = stage.started(decide(stage.actual())).run
    found = decide(stage.actual(stage.version(run), results={run: stage.reported(HOUR, alerts=["drift", "missing"])}))
    assert found.message == "2 alerts on 1,000 rows: drift, missing"
    assert found.facts["alerts"][0]["what"] == "drift"
    assert found.changes == ()


def alerting(*reports_of: tuple[datetime, list[str], str], live: str = "2", since: datetime | None = None) -> Decision:
    """Decide where these reports, each a window's end, alerts and a model, were made, oldest first."""
    runs = {
        report(f"{number:03}"): stage.reported(end, alerts=alerts, about=about)
        for number, (end, alerts, about) in enumerate(reports_of)
    }
    seen = stage.actual(*map(stage.version, runs), results=runs)
    above = stage.upstream(API, stage.live(live, since or ago(days=9)))
    return stage.decide(stage.resource(WATCH), seen, upstream=[above])


def test_an_alert_says_since_when_and_about_which_model() -> None:
    found = alerting(
        (ago(hours=9), ["drift"], LIVE),
        (ago(hours=7), [], LIVE),
        (ago(hours=5), ["drift"], LIVE),
        (BEFORE, ["drift", "missing"], LIVE),
    )
    told = {alert["what"]: (alert["since"], alert["trial"]) for alert in found.facts["alerts"]}
    assert told == {"drift": (ago(hours=5).isoformat(), LIVE), "missing": (BEFORE.isoformat(), LIVE)}
    assert found.alerting == f"2 alerts: drift since {said(ago(hours=5))}, missing since {said(BEFORE)}"
    assert found.phase is not Phase.STALLED


def test_alerts_are_told_with_their_causes_and_what_to_do() -> None:
    cause = {"sentence": "age moved", "action": "fix", "fix": "Mend it.", "columns": ["age"], "alerts": ["drift"]}
    run = report("a")
    told = stage.reported(BEFORE, alerts=["drift"], about=LIVE, causes=[cause, cause | {"action": "nothing"}])
    found = decide(stage.actual(stage.version(run), results={run: told}))
    assert [one["what"] for one in found.facts["causes"]] == ["age moved", "age moved"]
    assert found.alerting == f"1 alert: drift since {said(BEFORE)}. Because: age moved. Mend it."
    calm = stage.reported(BEFORE, about=LIVE, causes=[cause])
    assert "causes" not in decide(stage.actual(stage.version(run), results={run: calm})).facts


def test_a_report_is_handed_the_versions_of_the_model_s_data_and_isn_t_named_by_them() -> None:
    names = [f"datasets/score/{number}" for number in "12"]
    made = [stage.result(content=name, provenance={"finished_at": name}) for name in names]
    trial = stage.result(provenance={"input_dataset": names[0]})
    alone = stage.started(decide(stage.actual(results={LIVE: trial})))
    seen = stage.actual(*map(stage.version, names), results={LIVE: trial, **dict(zip(names, made, strict=True))})
    change = stage.started(decide(seen))
    assert list(change.inputs.values()) == [LIVE, *names]
    assert change.run == alone.run
    assert change.provenance == alone.provenance


def test_an_alert_does_not_outlive_its_model() -> None:
    found = alerting((ago(hours=5), ["drift"], FORMER), (BEFORE, ["drift"], LIVE))
    assert found.facts["alerts"][0]["since"] == BEFORE.isoformat(), "the former model's alert is another"
    gone = alerting((ago(hours=5), ["drift"], LIVE), (BEFORE, ["drift"], FORMER))
    assert (gone.facts["alerts"], gone.alerting) == ([], "")


def test_while_the_traffic_moves_an_alert_stands_and_is_no_first_report() -> None:
    found = alerting((BEFORE, ["drift", "missing"], LIVE), since=HOUR)
    told = f"2 alerts: drift since {said(BEFORE)} and 1 more; the next report waits for its schedule"
    assert (found.reason, found.message) == ("NotDueYet", told)
    calm = alerting((BEFORE, ["drift"], FORMER), since=HOUR)
    assert calm.message == "the first report of this model waits for its schedule"


def test_one_alert_is_told_in_the_singular() -> None:
    run = stage.started(decide(stage.actual())).run
    found = decide(stage.actual(stage.version(run), results={run: stage.reported(HOUR, alerts=["drift"], rows=1)}))
    assert found.message == "1 alert on 1 row: drift"


ASKED = {"action": "rollback", "acting_since": ago(days=30).isoformat()}


def rollback(*things: Any, pinned: str = LIVE, about: str = LIVE, **parts: Any) -> Decision:
    """Decide on an alert of the report that is due, where the model before the pinned one is known."""
    run = stage.started(decide(stage.actual())).run
    seen = stage.actual(
        stage.version(run),
        *things,
        results={
            run: stage.reported(HOUR, alerts=["drift"], about=about),
            FORMER: stage.trained({}, MODEL),
            **parts.get("results", {}),
        },
        facts={
            GO: {"deployment": API, "promoted": parts.get("promoted", [FORMER, LIVE])},
            WATCH: {"proposed": parts.get("proposed", []), **parts.get("asked", ASKED)},
        },
    )
    api = stage.resource(API, model={"trial": pinned, "digest": MODEL})
    return decide(seen, parts.get("since"), api, alert={"action": "rollback", **parts.get("alert", {})})


def test_an_alert_may_pin_the_former_model() -> None:
    (wanted,) = stage.of(rollback(), OpenProposal)
    assert wanted.file == "environments/dev/deployments/api.yaml"
    assert wanted.edits == {"model": {"trial": FORMER, "digest": MODEL}}
    assert f"Roll {API} back" in wanted.title
    (again,) = [c for c in rollback(stage.proposal(wanted.name)).changes if c.port == "forge"]
    assert isinstance(again, MergeProposal)
    assert rollback(stage.proposal(wanted.name)).facts["proposed"] == [wanted.name]
    assert stage.of(rollback(proposed=[wanted.name]), OpenProposal) == []


def test_an_alert_that_was_answered_asks_for_nothing_more() -> None:
    """Else the report on the model that was taken back would go on asking, and two models would take turns."""
    back = rollback(pinned=FORMER, promoted=[LIVE, FORMER], results={LIVE: stage.trained({}, MODEL)})
    assert back.changes == ()


def test_an_alert_from_before_the_model_went_live_takes_nothing_back() -> None:
    """Else a model that is promoted again is taken back at once, by what was said of it when it was live before."""
    assert stage.of(rollback(since=HOUR + timedelta(minutes=1)), OpenProposal) == []
    assert stage.of(rollback(since=HOUR - timedelta(minutes=1)), OpenProposal) != []


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"action": "report", "acting_since": ago(days=30).isoformat()},
        {"action": "rollback", "acting_since": (HOUR + timedelta(minutes=1)).isoformat()},
    ],
)
def test_an_alert_from_before_the_action_was_asked_for_does_not_act(asked: dict[str, str]) -> None:
    found = rollback(asked=asked)
    assert stage.of(found, OpenProposal) == []
    assert found.facts["action"] == "rollback"


def test_since_when_an_action_is_asked_for_is_remembered_until_it_changes() -> None:
    assert rollback(asked={}).facts["acting_since"] == NOW.isoformat()
    assert rollback().facts["acting_since"] == ASKED["acting_since"]


def test_a_model_that_is_pinned_and_not_live_yet_is_not_taken_back_by_an_old_report() -> None:
    other = stage.trial_name("7")
    assert stage.of(rollback(pinned=other, about=other), OpenProposal) == []


def test_a_rollback_acts_within_the_limits_of_the_spec() -> None:
    earlier = {report("a"): stage.reported(ago(days=1), alerts=["drift"], about=LIVE)}
    again = rollback(stage.version(report("a")), results=earlier, alert={"at_most": 1, "within": "7d"})
    assert stage.of(again, OpenProposal) == []
    often = rollback(stage.version(report("a")), results=earlier, alert={"at_most": 2, "within": "7d"})
    assert len(stage.of(often, OpenProposal)) == 1


@pytest.mark.parametrize("promoted", [[], [LIVE], [stage.trial_name("8"), LIVE]])
def test_without_a_former_model_that_is_still_known_nothing_is_rolled_back(promoted: list[str]) -> None:
    assert stage.of(rollback(promoted=promoted), OpenProposal) == []


def test_the_former_model_of_another_deployment_is_not_pinned() -> None:
    api = stage.resource(API, model={"trial": LIVE, "digest": MODEL})
    run = stage.started(decide(stage.actual())).run
    results = {run: stage.reported(HOUR, alerts=["drift"], about=LIVE), FORMER: stage.trained({}, MODEL)}
    facts = {GO: {"deployment": "deployments/other", "promoted": [FORMER, LIVE]}, WATCH: ASKED}
    seen = stage.actual(stage.version(run), results=results, facts=facts)
    assert stage.of(decide(seen, None, api, alert={"action": "rollback"}), OpenProposal) == []


def test_what_serves_and_what_came_before_is_in_a_reports_name_and_the_clock_is_not_alone() -> None:
    one = stage.started(decide(stage.actual())).run
    above = stage.upstream(API, stage.live("3", ago(days=9)))
    assert stage.live("3").revision == Digest("r" * 12)
    other = stage.started(stage.decide(stage.resource(WATCH), stage.actual(), upstream=[above])).run
    assert one != other


def test_the_risk_over_all_reports_is_shown_with_the_newest_figures() -> None:
    risk = {"rows": 1200, "realized": 0.31, "since": 812}
    found = decide(stage.actual(stage.version(report("a")), results={report("a"): stage.reported(BEFORE, risk=risk)}))
    assert found.facts["figures"]["risk"] == risk
