"""A model is tested beside the live one, look after look, and promoted or taken back by what is known."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.controllers.deployments import revision_of
from reconciler.model.change import DropRun, Route, StartRun
from reconciler.model.decision import Decision, Live, Phase
from reconciler.model.ids import Digest
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.observed import Controls, Endpoint, Figures, RevisionState
from reconciler.model.reason import Reason
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, MODEL, NOW, WATCH, ago

TRIAL, BEFORE = stage.trial_name("2"), stage.trial_name("1")
OLD, THIRD = Digest("0" * 12), Digest("3" * 12)
STATED: Mapping[str, Any] = {
    "share": 30, "metric": "accuracy", "minimum_effect": 0.02, "every": "10m", "maturity": "20m", "maximum_time": "2d",
}  # fmt: skip
OUTCOMES: Mapping[str, Any] = {"files": {"url": "file:///outcomes", "format": "csv"}}
BEGAN = ago(minutes=35)
STATE: Mapping[str, Any] = {"until": "2026-03-01T10:00:00Z", "assigned": [70, 30]}
KNOWN: Mapping[str, Any] = {
    "means": [0.8, 0.85], "gain": 0.05, "low": -0.01, "high": 0.11, "units": [70, 30], "assigned": [70, 30],
    "waiting": 5, "crossed": 0, "notes": [], "verdict": "", "why": "", "state": STATE,
}  # fmt: skip


def deployment(test: Mapping[str, Any] | None = STATED, **spec: Any) -> Any:
    rollout = {"rollout": {"ab_test": dict(test)}} if test else {}
    return stage.resource(API, **{"model": {"trial": TRIAL, "digest": MODEL}, **rollout, **spec})


def name() -> Digest:
    spec = deployment().spec
    assert isinstance(spec, Deployment)
    assert spec.model
    return revision_of(spec, spec.model)


NEW = name()
SHARED = {OLD: 70, NEW: 30}


def serving(traffic: Mapping[str, int] = SHARED, *, since: datetime = BEGAN, key: str = "", **told: Any) -> Endpoint:
    old = stage.revision(OLD, started=ago(days=9), trial=told.pop("trial", BEFORE))
    new = stage.revision(NEW, started=ago(hours=1), trial=TRIAL)
    found = stage.endpoint(
        old, new, *told.pop("others", ()), traffic=traffic, since=since, figures=told.pop("figures", None)
    )
    return replace(found, key=key, **told)


SMOKE = stage.started(
    stage.decide(
        deployment(None), stage.actual(stage.version(TRIAL), serving({OLD: 100}), results={TRIAL: stage.trained({})})
    )
).run


def decide(
    *things: Any,
    endpoint: Endpoint | None = None,
    test: Mapping[str, Any] | None = STATED,
    results: Mapping[Any, Any] | None = None,
    facts: Mapping[str, Any] | None = None,
    now: datetime = NOW,
    controls: Controls | None = None,
) -> Decision:
    known = {TRIAL: stage.trained({}), SMOKE: stage.result(), **(results or {})}
    versions = (stage.version(TRIAL), stage.version(SMOKE))
    seen = stage.actual(
        *versions, endpoint or serving(), *things,
        results=known, facts={API: facts} if facts else None, now=now, controls=controls,
    )  # fmt: skip
    return stage.decide(deployment(test), seen, stage.resource(WATCH, outcomes=OUTCOMES))


def looked(
    told: Mapping[str, Any] = KNOWN, *, facts: Mapping[str, Any] | None = None, now: datetime = NOW, **parts: Any
) -> Decision:
    """Decide when the look that is asked for has told something."""
    begun = decide(facts=facts, now=now, **parts)
    run = begun.facts["test"]["run"]
    results = {run: stage.result(facts=dict(told))}
    return decide(stage.version(run), results=results, facts=begun.facts, now=now, **parts)


def routed(decision: Decision) -> list[Mapping[str, int]]:
    return [dict(change.traffic) for change in stage.of(decision, Route)]


def runs(decision: Decision) -> list[StartRun]:
    return [change for change in stage.of(decision, StartRun) if change.runner == "ab-test"]


def test_it_begins_with_the_traffic() -> None:
    found = decide(endpoint=serving({OLD: 100}))
    assert routed(found) == [{OLD: 70, NEW: 30}]
    assert found.message == f"its A/B test against {OLD} begins: 30 % of the traffic goes to {NEW}"
    assert "test" not in found.facts
    (route,) = stage.of(decide(endpoint=serving({OLD: 100}), test={**STATED, "key": "X-User"}), Route)
    assert route.key == "X-User"


def test_traffic_that_is_divided_otherwise_begins_it_anew() -> None:
    other = decide(endpoint=serving({OLD: 50, NEW: 50}), facts={"test": {"revision": NEW, "key": "k"}})
    assert routed(other) == [{OLD: 70, NEW: 30}]
    assert "test" not in other.facts
    assert routed(decide(test={**STATED, "key": "X-User"})) == [{OLD: 70, NEW: 30}]
    assert not routed(decide(test={**STATED, "key": "X-User"}, endpoint=serving(key="X-User")))


def test_nothing_is_looked_at_before_a_request_is_old_enough() -> None:
    found = decide(endpoint=serving(since=ago(minutes=25)))
    assert not found.changes
    assert found.wake == ago(minutes=25) + timedelta(minutes=30)
    assert f"A/B test against {OLD}: nothing is known yet of 0 requests" in found.message
    assert found.facts["test"]["start"] == ago(minutes=25).isoformat()


def test_a_look_is_ordered_when_it_is_due() -> None:
    found = decide()
    (run,) = runs(found)
    end = (BEGAN + timedelta(minutes=30)).isoformat()
    assert run.params == {
        "live": OLD, "challenger": NEW, "share": 0.3, "metric": "accuracy", "effect": 0.02, "alpha": 0.05,
        "most": 100_000, "start": BEGAN.isoformat(), "end": end, "maturity": 1200.0,
        "outcomes": run.params["outcomes"],
    }  # fmt: skip
    assert run.params["outcomes"]["files"]["url"] == "file:///outcomes"
    assert (run.inputs, run.urls) == ({"live": BEFORE}, {"logs": "file:///logs"})
    assert found.facts["test"]["run"] == run.run
    assert isinstance(found.output, Live)
    assert found.output.revision == OLD, "the live model is the one that it is tested against"


def test_a_look_under_way_is_followed_whatever_the_time() -> None:
    begun = decide()
    run = begun.facts["test"]["run"]
    later = decide(stage.branch(run), stage.job(run), facts=begun.facts, now=NOW + timedelta(hours=1))
    assert not runs(later)
    assert later.facts["test"]["run"] == run
    assert not stage.of(later, DropRun), "the look under way is tidied up"


def test_what_a_look_told_is_told_and_the_next_goes_on_from_it() -> None:
    found = looked()
    assert not found.changes
    words = "accuracy 0.8500 against 0.8000, better by 0.0500 (-0.0100 to 0.1100), of 30 and 70 requests"
    assert words in found.message
    assert f"it ends by {BEGAN + timedelta(days=2):%Y-%m-%d %H:%M} UTC" in found.message
    first, later = found.facts["test"]["run"], NOW + timedelta(minutes=10)
    results = {first: stage.result(facts=dict(KNOWN))}
    again = decide(stage.version(first), results=results, facts=found.facts, now=later)
    (run,) = runs(again)
    assert run.params["former"] == STATE
    assert words in again.message, "what is known is told while the next look is made"
    results |= {run.run: stage.result(facts={**KNOWN, "gain": 0.06})}
    done = decide(stage.version(first), stage.version(run.run), results=results, facts=again.facts, now=later)
    assert [change.run for change in stage.of(done, DropRun)] == [first]
    assert "better by 0.0600" in done.message


def test_one_that_is_surely_better_gets_all_the_traffic() -> None:
    found = looked({**KNOWN, "low": 0.01, "verdict": "promote"})
    assert routed(found) == [{NEW: 100}]
    assert found.message.startswith("A/B test: it is better: accuracy 0.8500 against 0.8000")
    assert found.facts["test"]["verdict"] == "promote"
    assert "rolled_back" not in found.facts
    after = decide(endpoint=serving({NEW: 100}, since=ago(hours=1)), facts=found.facts)
    assert (after.phase, after.facts["test"]["verdict"]) == (Phase.READY, "promote"), "what decided stays told"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"high": 0.01, "verdict": "reject"}, "A/B test: it is not better by 0.02: accuracy"),
        ({"verdict": "none"}, "A/B test: no difference was found until the end, so the live model stays: accuracy"),
        (
            {"verdict": "stop", "why": "units were dealt out oddly"},
            "its A/B test was stopped: units were dealt out oddly",
        ),
    ],
)
def test_others_are_taken_back_and_stay_so_until_somebody_asks(told: dict[str, Any], words: str) -> None:
    found = looked({**KNOWN, **told})
    assert routed(found) == [{OLD: 100}]
    assert (found.phase, found.reason) == (Phase.STALLED, Reason.ROLLED_BACK)
    assert found.message.startswith(words)
    assert found.facts["rolled_back"] == [NEW]
    back = serving({OLD: 100}, since=ago(minutes=1))
    after = decide(endpoint=back, facts=found.facts)
    assert (after.phase, after.changes) == (Phase.STALLED, ())
    assert words in after.message
    asked = decide(endpoint=back, facts=found.facts, controls=stage.requested(API, NOW))
    assert routed(asked) == [{OLD: 70, NEW: 30}]
    assert "test" not in asked.facts, "it begins anew"


def test_a_promotion_that_the_figures_don_t_bear_out_isn_t_believed() -> None:
    assert not looked({**KNOWN, "verdict": "promote"}).changes
    assert not looked({"verdict": "promote", "low": "0.5", "means": "x", "state": "y" * 9000}).changes


def test_at_the_end_the_live_model_stays() -> None:
    now = BEGAN + timedelta(days=2, hours=1)
    found = looked(now=now)
    assert routed(found) == [{OLD: 100}]
    assert found.facts["test"]["verdict"] == "none"
    assert found.facts["test"]["end"] == (BEGAN + timedelta(days=2)).isoformat()
    begun = decide(now=now)
    run = begun.facts["test"]["run"]
    failed = decide(stage.branch(run), stage.failed(run, 65, reason="no column id"), facts=begun.facts, now=now)
    assert routed(failed) == [{OLD: 100}]
    assert "(its last look failed: no column id)" in failed.message


def test_a_look_that_fails_is_told_and_made_again_later() -> None:
    begun = decide()
    run = begun.facts["test"]["run"]
    broken = (stage.branch(run), stage.failed(run, 65, reason="no column id"))
    found = decide(*broken, facts=begun.facts)
    assert not runs(found)
    assert "a look failed and is made again: no column id" in found.message
    (later,) = runs(decide(*broken, facts=found.facts, now=NOW + timedelta(minutes=10)))
    assert later.run != run


def test_one_that_fails_too_often_goes_back_at_once() -> None:
    failing = replace(serving(), counted={OLD: Figures(1000), NEW: Figures(400, 60)})
    found = decide(endpoint=failing)
    assert routed(found) == [{OLD: 100}]
    assert found.message == "its A/B test was stopped: more than 1.00% of its requests failed"
    few = replace(serving(), counted={OLD: Figures(1000), NEW: Figures(400, 9)})
    assert not routed(decide(endpoint=few)), "a test has thousands of passes: chance alone would end it"


def test_another_statement_begins_anew_and_how_often_it_is_looked_at_doesn_t() -> None:
    found = looked()
    assert decide(facts=found.facts, test={**STATED, "every": "5m"}).facts["test"]["start"] == BEGAN.isoformat()
    other = decide(facts=found.facts, test={**STATED, "alpha": 0.1})
    assert other.facts["test"]["start"] == NOW.isoformat()


def test_without_a_status_it_goes_on_from_when_the_traffic_was_divided() -> None:
    assert runs(decide())[0].run == runs(decide(facts={"test": "odd"}))[0].run


@pytest.mark.parametrize("reason", ["the same model", "it had all the traffic before", "nothing is stated"])
def test_others_go_by_steps(reason: str) -> None:
    served = [{"trial": TRIAL, "digest": MODEL, "since": ago(days=8).isoformat()}]
    found = decide(
        endpoint=serving({OLD: 100}, trial=TRIAL if reason == "the same model" else BEFORE),
        facts={"served": served} if "before" in reason else None,
        test=None if "stated" in reason else STATED,
    )
    assert routed(found) == [{NEW: 100}]


def test_a_third_model_is_tested_against_the_one_that_was_live() -> None:
    """Of two that share the traffic equally, the newer one is the challenger that nobody asks for any more."""
    other = stage.revision(THIRD, started=ago(days=2), trial=stage.trial_name("3"))
    both = serving({OLD: 50, THIRD: 50}, others=(other,))
    found = decide(endpoint=both, facts={"test": {"revision": THIRD, "live": OLD}})
    assert routed(found) == [{OLD: 70, NEW: 30}]


@pytest.mark.parametrize("down", [OLD, NEW])
def test_a_replica_that_crashes_promotes_nobody(down: Digest) -> None:
    begun, endpoint = looked(), serving()
    starting = replace(endpoint.revisions[down], state=RevisionState.STARTING, reason="its process ended")
    crashed = replace(endpoint, revisions={**endpoint.revisions, down: starting})
    found = decide(endpoint=crashed, facts=begun.facts)
    assert not found.changes
    assert (found.reason, found.facts["test"]) == (Reason.NOT_READY, begun.facts["test"])
    assert f"revision {down} is not ready: its process ended" in found.message
    failed = replace(
        endpoint, revisions={**endpoint.revisions, OLD: replace(starting, digest=OLD, state=RevisionState.FAILED)}
    )
    assert routed(decide(endpoint=failed, facts=begun.facts)) == [{NEW: 100}], "one that was given up answers nobody"


def test_a_last_look_that_never_ends_ends_the_test() -> None:
    begun = decide(now=BEGAN + timedelta(days=2))
    run = begun.facts["test"]["run"]
    waits = (stage.branch(run), stage.job(run))
    assert not routed(decide(*waits, facts=begun.facts, now=BEGAN + timedelta(days=2, minutes=59)))
    found = decide(*waits, facts=begun.facts, now=BEGAN + timedelta(days=2, minutes=61))
    assert routed(found) == [{OLD: 100}]
    assert "its last look took too long" in found.message
