"""A/B tests: another model beside the live one on dealt-out requests, looked at by one job after another.

1. It begins with the traffic: from then on requests are dealt out, and count once they are old enough.
2. Each look is a run, which goes on from what the one before kept. So a look that fails is made again later, and
   a daemon that is killed goes on with the same one. Without a status, the first look begins with the traffic.
3. The verdict holds whenever it is looked at (`runners.sequential.arms`): surely better is promoted; surely not better
   by the least that is worth having, or dealt out otherwise than stated, goes back; and what isn't known by the end
   goes back, too.
4. What fails goes back before that: by the bounds of the rollout, with a thousandth of their risk at each pass.
5. A model that had all the traffic before isn't tested, so that a revert is at once; nor is the same one under another
   revision. Both go by `steps`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from reconciler.controllers.ab_test_figures import Known, known_of
from reconciler.controllers.arriving_outcomes import arriving_outcomes
from reconciler.controllers.deployment_case import Case
from reconciler.controllers.endpoints import live_of
from reconciler.controllers.rollout import failing, former_revisions, is_ready
from reconciler.controllers.run_lifecycle import Lifecycle, Stage, lifecycle_of
from reconciler.controllers.run_orders import order
from reconciler.controllers.served import kept_served
from reconciler.model.change import Change, DropRun, StartRun
from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import Digest, RunName, digest
from reconciler.model.kinds.ab_tests import ABTest
from reconciler.model.moment import moment_of
from reconciler.model.observed import RevisionState
from reconciler.model.reason import Reason

CAUTION = 1000
"""How many times fewer good revisions the bounds of a rollout may take back at a pass: a test has thousands of them."""
LATE = timedelta(hours=1)
"""How long the last look may take: then the test ends without it."""
FINAL = frozenset({"promote", "reject", "none", "stop"})


@dataclass(frozen=True, slots=True)
class UnderTest:
    """A test in one pass: what is stated, against which revision, since when, and what the last status told of it."""

    case: Case
    spec: ABTest
    live: Digest
    start: datetime
    told: Mapping[str, Any]
    key: str

    @property
    def stop(self) -> datetime:
        """Return when it ends at the latest."""
        return self.start + self.spec.maximum_time

    @property
    def due(self) -> datetime:
        """Return up to when the newest look goes that is due by now; the start where none is."""
        looks = (self.case.view.actual.now - self.begins) // self.spec.every
        return self.start if looks < 1 else min(self.begins + looks * self.spec.every, self.stop)

    @property
    def begins(self) -> datetime:
        """Return before when no request is old enough to be counted."""
        return self.start + self.spec.matures

    @property
    def wake(self) -> datetime:
        """Return when the next look is due."""
        return min(max(self.due, self.begins) + self.spec.every, self.stop)

    @property
    def trial(self) -> RunName:
        """Return the trial of the live model."""
        return self.case.endpoint.revisions[self.live].trial

    def facts(self, **told: Any) -> dict[str, Any]:
        """Return what the status tells of it."""
        whole = {"revision": self.case.revision, "live": self.live, "key": self.key}
        whole |= {"start": self.start.isoformat(), "stop": self.stop.isoformat(), "metric": self.spec.metric}
        return {**whole, **{name: value for name, value in told.items() if value not in (None, "", [])}}


def tested(case: Case) -> Decision | None:
    """Bring a model through its A/B test, one step a pass; None where there is none to be made."""
    if interrupted := _interrupted(case):
        return interrupted
    spec, live = case.spec.rollout.ab_test, _live(case)
    share = case.endpoint.traffic.get(case.revision, 0)
    if spec is None or live is None or share == 100:
        return None
    wanted = {live: 100 - spec.share, case.revision: spec.share}
    if dict(case.endpoint.traffic) != wanted or case.endpoint.key != (spec.key or ""):
        message = f"its A/B test against {live} begins: {spec.share} % of the traffic goes to {case.revision}"
        route = case.route(wanted, message, spec.key or "")
        return case.told(Phase.RECONCILING, Reason.ROLLING_OUT, message, (route,), test={})
    decision = _looked(_test(case, spec, live))
    return replace(decision, output=live_of(replace(case.endpoint, traffic={live: 100})))


def _interrupted(case: Case) -> Decision | None:
    """Wait for a revision of a test under way that starts again: its crash is no reason to promote the other one."""
    told, revisions = case.test, case.endpoint.revisions
    live = next((name for name in revisions if name == told.get("live")), None)
    is_shared = all(case.endpoint.traffic.get(name) for name in (live, case.revision) if name)
    if case.spec.rollout.ab_test is None or live is None or "verdict" in told or not is_shared:
        return None
    down = [name for name in (live, case.revision) if revisions[name].state is RevisionState.STARTING]
    if not down:
        return None
    message = (
        f"A/B test against {live}: revision {down[0]} is not ready: {revisions[down[0]].reason or 'it starts again'}"
    )
    decision = case.told(Phase.RECONCILING, Reason.NOT_READY, message)
    return replace(decision, output=live_of(replace(case.endpoint, traffic={live: 100})))


def _live(case: Case) -> Digest | None:
    """Return the revision that a model is tested against; None where it isn't."""
    former = [name for name in former_revisions(case.endpoint, case.revision) if case.endpoint.traffic.get(name)]
    before = {one.get("trial") for one in kept_served(case.resource.address, case.view)}
    if case.running is None or not is_ready(case.endpoint, case.revision) or not former or case.model.trial in before:
        return None
    recorded = case.recorded_test.get("live")
    live = next((name for name in former if name == recorded), former[0])
    return None if case.endpoint.revisions[live].trial == case.model.trial else live


def _test(case: Case, spec: ABTest, live: Digest) -> UnderTest:
    key = digest([case.revision, live, spec.model_dump(mode="json", exclude={"every"})])
    now, recorded = case.view.actual.now, case.test
    if recorded.get("key") == key and (start := moment_of(recorded.get("start"))):
        return UnderTest(case, spec, live, start, recorded, key)
    start = now if recorded else case.endpoint.since or now
    return UnderTest(case, spec, live, start, {}, key)


def _looked(test: UnderTest) -> Decision:
    """Follow the look that is under way, or order the next one."""
    case, known = test.case, known_of(test.told)
    alpha = round(1 - case.spec.rollout.confidence, 12) / CAUTION
    if case.endpoint.figures and (why := failing(case.endpoint, case.revision, case.spec.rollout, alpha)):
        return _ended(test, replace(known, verdict="stop", why=why), test.told)
    end = moment_of(test.told.get("end"))
    if end is None:
        return _next(test, known, {}) if test.due > test.start else _waits(test, known, {})
    run = _order(test, end, test.told.get("before"))
    job = lifecycle_of(run, case.spec.retries, case.view)
    if job.stage is Stage.ACCEPTED:
        return _accepted(test, end, job)
    is_late = case.view.actual.now >= test.stop + LATE
    if not job.stage.is_final and not is_late:
        return _waits(test, known, test.told, job)
    if end >= test.stop or is_late:
        why = f"its last look {'failed' if job.stage.is_final else 'took too long'}: {job.message}"
        return _ended(test, replace(known, verdict="none", why=why), test.told)
    if test.due > end:
        return _next(test, known, test.told)
    return _waits(test, known, test.told, job)


def _accepted(test: UnderTest, end: datetime, job: Lifecycle) -> Decision:
    """Take what a look has found: end the test by it, or order the next look."""
    found = job.result.get("facts")
    told = found if isinstance(found, Mapping) else {}
    known = known_of(told)
    kept = {**test.told, **known.as_facts(), "run": job.run, "end": end.isoformat()}
    kept["before"] = test.told.get("before")
    if known.verdict in FINAL or end >= test.stop:
        return _ended(
            test, known if known.verdict in FINAL else replace(known, verdict="none"), kept, _former(test, job)
        )
    if test.due > end:
        return _next(test, known, {**kept, "before": known.state, "former": job.run}, _former(test, job))
    return _waits(test, known, kept, changes=_former(test, job))


def _former(test: UnderTest, job: Lifecycle) -> tuple[Change, ...]:
    """Drop the look before one that is accepted: all that it kept is in this one."""
    run = test.told.get("former")
    address = test.case.resource.address
    if not isinstance(run, str) or run == job.run or RunName(run) not in test.case.view.actual.data.versions:
        return ()
    return (DropRun(address=address, run=RunName(run), why="a later look went on from it", accepted=True),)


def _next(test: UnderTest, known: Known, told: Mapping[str, Any], changes: tuple[Change, ...] = ()) -> Decision:
    """Order the next look."""
    end, before = test.due, told.get("before")
    run = _order(test, end, before)
    job = lifecycle_of(run, test.case.spec.retries, test.case.view)
    kept = {**told, "end": end.isoformat(), "run": run.run, "before": before}
    return _waits(test, known, kept, job, changes)


def _order(test: UnderTest, end: datetime, before: Any) -> StartRun:
    spec, case = test.spec, test.case
    params: dict[str, Any] = {"live": test.live, "challenger": case.revision, "share": spec.share / 100}
    params |= {"metric": spec.metric, "effect": spec.minimum_effect, "alpha": spec.alpha, "most": spec.maximum_units}
    params |= {"start": test.start.isoformat(), "end": end.isoformat(), "maturity": spec.matures.total_seconds()}
    params |= {"keyed": True} if spec.key else {}
    slow = spec.slower_than_ms and spec.slower_than_ms / 1000
    own = {"scale": spec.scale, "slower_than": slow, "success": spec.success, "former": before or None}
    params |= {name: value for name, value in own.items() if value is not None}
    if spec.needs_outcomes and (outcomes := arriving_outcomes(case.resource.address, case.view)):
        params["outcomes"] = outcomes
    return order(
        case.resource,
        case.view,
        runner="ab-test",
        params=params,
        made_from={"environment": case.view.desired.environment_name},
        inputs={"live": test.trial},
        urls={"logs": case.endpoint.logs_url},
    )


def _waits(
    test: UnderTest,
    known: Known,
    told: Mapping[str, Any],
    job: Lifecycle | None = None,
    changes: tuple[Change, ...] = (),
) -> Decision:
    """Tell how far it is, and when that is looked at again."""
    case = test.case
    message = f"A/B test against {test.live}: {known.words(test.spec)}; it ends by {test.stop:%Y-%m-%d %H:%M} UTC"
    message += f"; {case.endpoint.blocked}" if case.endpoint.blocked else ""
    is_failed = job is not None and job.stage.is_final
    message += f"; a look failed and is made again: {job.message}" if job and is_failed else ""
    wake = (job.wake if job else None) or test.wake
    facts = test.facts(**{name: value for name, value in told.items() if name not in ("verdict", "why")})
    changes = (*(job.changes if job else ()), *changes)
    return case.told(Phase.RECONCILING, Reason.ROLLING_OUT, message, changes, wake=wake, test=facts)


def _ended(test: UnderTest, known: Known, told: Mapping[str, Any], changes: tuple[Change, ...] = ()) -> Decision:
    """Promote the model, or give its traffic back to the live one."""
    case, words = test.case, known.verdict_words(test.spec)
    facts = test.facts(**{**told, **known.as_facts(), "words": words})
    if known.verdict == "promote":
        route = case.route({case.revision: 100}, words)
        return case.told(Phase.RECONCILING, Reason.ROLLING_OUT, words, (route, *changes), test=facts)
    away = case.route({test.live: 100}, words)
    back = [*(one for one in case.rolled_back if one != case.revision), case.revision]
    return case.told(Phase.STALLED, Reason.ROLLED_BACK, words, (away, *changes), rolled_back=back, test=facts)
