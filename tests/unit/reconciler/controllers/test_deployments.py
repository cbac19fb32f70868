"""Deployments: the pinned model is started, tested, given traffic by steps; or it is told why not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.controllers.deployments import revision_of
from reconciler.controllers.endpoints import retire
from reconciler.model.change import (
    CancelJob,
    CloseProposal,
    DeleteEndpoint,
    DropRun,
    StartRevision,
    StartRun,
    StopRevision,
)
from reconciler.model.decision import Decision, Live, Phase
from reconciler.model.ids import Digest
from reconciler.model.kinds.deployments import Deployment, Model, Replicas
from reconciler.model.observed import Endpoint, Revision
from reconciler.model.resource import Resource
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, MODEL, NOW, ago

TRIAL = stage.trial_name("2")
OLD = Digest("0" * 12)
READY = {"started": ago(minutes=1)}


def pinned(**spec: Any) -> Resource:
    return stage.resource(API, **{"model": {"trial": TRIAL, "digest": MODEL}, **spec})


def name(**spec: Any) -> Digest:
    found = pinned(**spec).spec
    assert isinstance(found, Deployment)
    assert found.model
    return revision_of(found, found.model)


NEW = name()


def new(state: str = "ready", **facts: Any) -> Revision:
    return stage.revision(NEW, state, trial=TRIAL, **{**READY, **facts})


def old(state: str = "ready") -> Revision:
    return stage.revision(OLD, state, started=ago(days=9))


SMOKE = stage.started(
    stage.decide(
        pinned(), stage.actual(stage.version(TRIAL), stage.endpoint(new()), results={TRIAL: stage.trained({})})
    )
).run


def decide(*things: Any, tested: bool = True, thing: Resource | None = None, **parts: Any) -> Decision:
    """Decide where the pinned trial is in the data store; its revision has passed its test, unless told otherwise."""
    results = {TRIAL: stage.trained({}), **({SMOKE: stage.result()} if tested else {}), **parts.pop("results", {})}
    versions = [stage.version(TRIAL)] + ([stage.version(SMOKE)] if tested else [])
    facts = parts.pop("facts", None)
    seen = stage.actual(*versions, *things, results=results, facts={API: facts} if facts else None, **parts)
    return stage.decide(thing or pinned(), seen)


def serving(*revisions: Revision, **parts: Any) -> Endpoint:
    return stage.endpoint(*revisions, **parts)


def kinds(decision: Decision) -> list[type]:
    return [type(change) for change in decision.changes]


def routes(decision: Decision) -> list[dict[str, int]]:
    return [dict(change.as_json()["traffic"]) for change in decision.changes if change.verb == "route"]


def test_without_a_pinned_model_it_waits_for_a_promotion() -> None:
    found = stage.decide(stage.resource(API), stage.actual())
    assert (found.phase, found.reason, found.changes) == (Phase.WAITING, "NoModel", ())
    assert "no promotion proposes one: add one, or `setpoint promote`" in found.message
    named = stage.decide(stage.resource(API), stage.actual(), stage.resource(stage.GO))
    assert named.message == f"no model is pinned yet: {stage.GO} proposes one"


def test_what_people_proposed_goes_when_it_is_merged_and_waits_until_then() -> None:
    seen = (
        stage.proposal(f"{API}/merged", "merged"),
        stage.proposal(f"{API}/open"),
        stage.proposal(f"{API}/no", "closed"),
    )
    found = decide(serving(new()), *seen)
    assert [change.target for change in stage.of(found, CloseProposal)] == [f"{API}/merged"]


def test_a_revision_that_is_not_there_is_started() -> None:
    found = decide(tested=False)
    (change,) = stage.of(found, StartRevision)
    assert (change.revision, change.model.trial) == (NEW, TRIAL)
    assert found.reason == "Starting"


@pytest.mark.parametrize(
    "spec",
    [
        {"visibility": "public", "access": {"open": True}},
        {"visibility": "public", "access": {"keys": ["${secret:SHOP_KEY}"]}},
        {"log_payloads": False},
        {"resources": {"cpus": 4}},
        {"model": {"trial": TRIAL, "digest": "sha256:" + "0" * 64}},
    ],
)
def test_what_changes_its_answers_makes_another_revision(spec: dict[str, Any]) -> None:
    assert name(**spec) != NEW


@pytest.mark.parametrize(
    "spec",
    [{"replicas": {"maximum": 9}}, {"rollout": {"steps": [1, 100]}}, {"team": "risk"}, {"smoke": {"examples": 3}}],
)
def test_bounds_of_scale_and_rollout_make_no_other_revision(spec: dict[str, Any]) -> None:
    assert name(**spec) == NEW


def test_a_revision_that_is_not_ready_is_waited_for_until_its_deadline() -> None:
    found = decide(serving(new("starting")), tested=False)
    assert (found.reason, found.changes) == ("Starting", ())
    assert found.wake == ago(minutes=1) + pinned().spec.rollout.deadline  # type: ignore[attr-defined]
    late = decide(serving(new("starting", started=ago(minutes=5), reason="no memory")), tested=False)
    assert (late.phase, late.reason) == (Phase.STALLED, "DeadlineExceeded")
    assert late.message.endswith("was not ready in time: no memory")


def test_a_revision_that_does_not_start_stalls_with_the_reason() -> None:
    found = decide(serving(new("failed", reason="bad model file")), tested=False)
    assert (found.phase, found.reason, found.changes) == (Phase.STALLED, "RevisionFailed", ())
    assert found.message.endswith("doesn't start: bad model file")


@pytest.mark.parametrize("revision", [new("failed"), new("starting", started=ago(minutes=9))])
def test_an_operator_may_ask_for_a_new_start(revision: Revision) -> None:
    found = decide(serving(revision), tested=False, controls=stage.requested(API, ago(seconds=5)))
    assert (found.reason, kinds(found)) == ("Restarting", [StopRevision])
    before = decide(serving(revision), tested=False, controls=stage.requested(API, ago(days=5)))
    assert before.changes == ()


def test_a_ready_revision_is_tested_with_recorded_examples_before_it_gets_traffic() -> None:
    found = decide(serving(new(), old(), traffic={OLD: 100}), tested=False)
    (change,) = stage.of(found, StartRun)
    assert (found.reason, change.runner) == ("Testing", "smoke")
    assert change.inputs == {"model": TRIAL}
    assert change.urls == {"endpoint": f"http://{NEW}"}
    assert routes(found) == []


def test_the_endpoint_of_each_environment_is_tested_itself() -> None:
    seen = stage.actual(stage.version(TRIAL), stage.endpoint(new()), results={TRIAL: stage.trained({})})
    assert stage.started(stage.decide(pinned(), seen, environment="prod")).run != SMOKE


@pytest.mark.parametrize(
    ("things", "results"),
    [
        ([stage.branch(SMOKE), stage.failed(SMOKE, 65, reason="wrong answers")], {}),
        (
            [stage.branch(SMOKE, sealed=True)],
            {SMOKE: stage.result(accepted=False, violations=[{"where": "a", "what": "b"}])},
        ),
    ],
)
def test_a_revision_that_fails_its_smoke_test_gets_no_traffic_and_is_stopped(
    things: list[Any], results: dict[str, Any]
) -> None:
    found = decide(serving(new(), old(), traffic={OLD: 100}), *things, tested=False, results=results)
    assert (found.phase, found.reason, kinds(found)) == (Phase.STALLED, "SmokeTestFailed", [StopRevision])
    stopping = decide(serving(new("stopping"), old(), traffic={OLD: 100}), *things, tested=False, results=results)
    assert stopping.changes == ()


def test_the_first_revision_gets_all_the_traffic() -> None:
    found = decide(serving(new()))
    assert (found.reason, routes(found)) == ("RollingOut", [{NEW: 100}])


def test_a_rollout_goes_by_steps_with_a_hold() -> None:
    steps = pinned(rollout={"steps": [20, 100], "hold": "1m"})
    first = decide(serving(new(), old(), traffic={OLD: 100}, since=ago(days=1)), thing=steps)
    assert (routes(first), first.wake) == ([{OLD: 80, NEW: 20}], NOW + (NOW - ago(minutes=1)))
    held = decide(serving(new(), old(), traffic={OLD: 80, NEW: 20}, since=ago(seconds=30)), thing=steps)
    assert (held.reason, held.changes, held.wake) == ("RollingOut", (), ago(seconds=-30))
    last = decide(serving(new(), old(), traffic={OLD: 80, NEW: 20}, since=ago(minutes=1)), thing=steps)
    assert routes(last) == [{NEW: 100}]


def test_when_all_holds_the_former_revision_is_stopped() -> None:
    found = decide(serving(new(), old(), traffic={NEW: 100}, since=ago(minutes=1)), facts={"rolled_back": [NEW, "x"]})
    assert (found.phase, found.reason) == (Phase.READY, "Serving")
    assert [change.target for change in stage.of(found, StopRevision)] == [f"{API}/{OLD}"]
    assert found.facts["rolled_back"] == ["x"]
    assert found.message == f"{TRIAL} answers at http://api"
    again = decide(serving(new(), old("stopping"), traffic={NEW: 100}, since=ago(minutes=1)))
    assert again.changes == ()


def test_an_endpoint_that_nobody_gets_into_is_not_ready_and_keeps_what_may_still_answer() -> None:
    blocked = replace(serving(new(), old(), traffic={NEW: 100}), blocked="its Gateway refuses its HTTPRoute: X")
    found = decide(blocked)
    assert (found.phase, found.changes) == (Phase.RECONCILING, ())
    alone = decide(replace(blocked, revisions={NEW: new()}))
    assert (alone.phase, alone.reason, alone.changes) == (Phase.RECONCILING, "NotRouted", ())
    assert alone.message == ("requests to http://api don't get where they should: its Gateway refuses its HTTPRoute: X")


def test_an_endpoint_that_can_t_be_read_is_left_as_it_is() -> None:
    unread = Endpoint(API, "", unread="the record x can't be understood: restore it")
    for found in (decide(unread), retired(unread, stage.branch(SMOKE))):
        assert (found.phase, found.reason, found.changes, found.output) == (Phase.STALLED, "Unreadable", (), None)
        assert found.message == (
            "its endpoint can't be read and is left as it is: the record x can't be understood: restore it"
        )


def test_what_is_live_is_handed_on() -> None:
    found = decide(serving(new(), old(), traffic={OLD: 80, NEW: 20}, since=ago(seconds=5)))
    assert isinstance(found.output, Live)
    assert (found.output.revision, found.output.logs_url) == (OLD, "file:///logs")
    assert decide(serving(new())).output is None
    gone = decide(serving(new(), traffic={NEW: 20, OLD: 80}, since=ago(days=1)))
    assert isinstance(gone.output, Live)
    assert gone.output.revision == NEW


def test_bounds_of_scale_change_on_a_running_revision() -> None:
    found = decide(serving(new(), traffic={NEW: 100}), thing=pinned(replicas={"minimum": 2, "maximum": 3}))
    assert (found.reason, kinds(found)) == ("Scaling", [StartRevision])
    same = decide(
        serving(new(scale=(2, 3, 200.0)), traffic={NEW: 100}), thing=pinned(replicas={"minimum": 2, "maximum": 3})
    )
    assert same.reason == "Serving"


def test_bounds_of_scale_change_by_the_clock_and_the_pass_wakes_for_it() -> None:
    minute = NOW.replace(second=0)
    begins = minute + timedelta(minutes=30)
    hours = [{"starts": f"{begins.minute} {begins.hour} * * *", "lasts": "2h", "minimum": 4, "maximum": 6}]
    thing = pinned(replicas={"maximum": 3, "hours": hours})
    before = decide(serving(new(scale=(1, 3, 200.0)), traffic={NEW: 100}), thing=thing)
    assert (before.reason, before.wake) == ("Serving", begins)
    hours[0]["starts"] = f"{NOW.minute} {NOW.hour} * * *"
    now = decide(
        serving(new(scale=(1, 3, 200.0)), traffic={NEW: 100}), thing=pinned(replicas={"maximum": 3, "hours": hours})
    )
    (start,) = now.changes
    assert isinstance(start, StartRevision)
    assert start.replicas == Replicas(minimum=4, maximum=6)
    assert now.wake == minute + timedelta(hours=2)


def test_a_revision_with_traffic_that_crashed_is_told_and_gets_no_more() -> None:
    whole = decide(serving(new("starting"), traffic={NEW: 100}))
    assert (whole.phase, whole.reason, whole.changes) == (Phase.RECONCILING, "NotReady", ())
    assert whole.message == f"revision {NEW} is not ready: it starts again"
    canary = decide(serving(new("starting"), old(), traffic={OLD: 50, NEW: 50}, since=ago(minutes=9)))
    assert (canary.reason, canary.changes) == ("NotReady", ())


def test_a_change_by_hand_is_corrected() -> None:
    recorded = {"revision": NEW, "traffic": {NEW: 100}}
    found = decide(serving(), facts=recorded)
    assert (kinds(found), found.drifted) == ([StartRevision], f"revision {NEW} was removed by hand")
    for never_live in ({}, {"revision": NEW, "traffic": {NEW: 50}}, {"revision": OLD, "traffic": {NEW: 100}}):
        assert decide(serving(), facts=never_live).drifted == ""


def test_a_change_by_hand_is_reported_and_left_pass_after_pass_where_the_spec_says_so() -> None:
    recorded: dict[str, Any] = {"revision": NEW, "traffic": {NEW: 100}}
    for _ in range(3):
        found = decide(serving(), facts=recorded, thing=pinned(drift="report"))
        assert (found.phase, found.reason, found.changes) == (Phase.READY, "Drifted", ())
        assert found.drifted
        recorded = dict(found.facts)
    assert kinds(decide(serving(), thing=pinned(drift="report"))) == [StartRevision]


LIVE: dict[str, Any] = {"revision": NEW, "traffic": {NEW: 100}}


def test_a_revision_changed_by_hand_is_brought_back() -> None:
    found = decide(serving(new(changed="its image is another"), traffic={NEW: 100}), facts=LIVE)
    assert (kinds(found), found.drifted) == ([StartRevision], f"revision {NEW}: its image is another")
    found = decide(serving(new(changed="its image is another")), facts=LIVE, thing=pinned(drift="report"))
    assert (found.phase, found.reason, found.changes) == (Phase.READY, "Drifted", ())
    assert found.facts == LIVE


def test_traffic_taken_away_by_hand_is_given_back() -> None:
    for traffic in ({OLD: 100}, {OLD: 50, NEW: 50}, {}):
        endpoint = serving(new(), old(), traffic=traffic, since=ago(minutes=9))
        found = decide(endpoint, facts=LIVE)
        assert (routes(found), found.reason) == ([{NEW: 100}], "RollingOut")
        assert (
            found.drifted
            == f"revision {NEW} had all the traffic and has {traffic.get(NEW, 0)} % now, which nobody asked for"
        )
        found = decide(endpoint, facts=LIVE, thing=pinned(drift="report"))
        assert (found.reason, found.changes, found.facts) == ("Drifted", (), LIVE)


def test_traffic_that_a_rollback_took_is_no_change_by_hand() -> None:
    endpoint = serving(new(), old(), traffic={OLD: 100}, since=ago(minutes=9))
    assert decide(endpoint, facts={**LIVE, "rolled_back": [NEW]}).drifted == ""
    assert decide(endpoint, facts={"revision": OLD, "traffic": {OLD: 100}}).drifted == ""


def test_why_a_revision_isn_t_ready_is_told() -> None:
    found = decide(serving(new("starting", reason="the image can't be pulled")), tested=False)
    assert found.message == f"revision {NEW} is not ready yet: the image can't be pulled"


def test_a_former_revision_that_doesn_t_end_is_told() -> None:
    endpoint = serving(new(), stage.revision(OLD, "stopping", reason="a finalizer holds it"), traffic={NEW: 100})
    found = decide(endpoint)
    assert (found.reason, found.changes) == ("Serving", ())
    assert found.message.endswith(f"; revision {OLD} doesn't end: a finalizer holds it")


def test_what_was_begun_to_test_a_revision_that_is_not_wanted_any_more_is_tidied() -> None:
    former = f"{API}/{'f' * 12}"
    found = decide(serving(new(), traffic={NEW: 100}), stage.branch(former), stage.job(former))
    assert kinds(found) == [CancelJob, DropRun]


def test_smoke_tests_above_the_number_to_keep_are_dropped() -> None:
    former = stage.version(f"{API}/{'f' * 12}")
    assert stage.of(decide(serving(new(), traffic={NEW: 100}), former), DropRun) == []
    (change,) = stage.of(decide(serving(new(), traffic={NEW: 100}), former, thing=pinned(keep=1)), DropRun)
    assert (change.run, change.accepted) == (former.run, True)


def retired(*things: Any) -> Decision:
    return retire(API, stage.view(stage.desired(), stage.actual(*things)))


def test_an_endpoint_whose_spec_is_gone_is_deleted_with_what_tested_it() -> None:
    found = retired(serving(new(), traffic={NEW: 100}), stage.branch(SMOKE))
    assert (found.reason, kinds(found)) == ("Removing", [DeleteEndpoint, DropRun])
    gone = retired()
    assert (gone.reason, gone.changes) == ("Removing", ())


def test_an_endpoint_that_is_being_deleted_is_waited_for() -> None:
    found = retired(serving(new("stopping"), old("stopping")))
    assert (found.reason, found.changes) == ("Draining", ())


def test_an_endpoint_that_doesn_t_end_is_told() -> None:
    found = retired(serving(new("stopping", reason="a finalizer holds it")))
    assert (found.phase, found.reason, found.changes) == (Phase.STALLED, "Stuck", ())
    assert found.message == f"revision {NEW} doesn't end: a finalizer holds it"


def test_a_revisions_name_is_made_of_its_model() -> None:
    spec = Deployment()
    assert revision_of(spec, Model(trial=TRIAL, digest=MODEL)) == NEW
    assert revision_of(spec, Model(trial=stage.trial_name("3"), digest=MODEL)) != NEW


def test_a_revision_that_is_stopping_and_wanted_again_is_started_whenever_it_began() -> None:
    found = decide(serving(new("stopping", started=ago(hours=2)), old(), traffic={OLD: 100}))
    (start,) = stage.of(found, StartRevision)
    assert (found.reason, start.revision) == ("Starting", NEW)
