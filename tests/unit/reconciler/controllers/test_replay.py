"""Recent requests: which are looked at, once; and what gates say of many, of few and of none."""

from datetime import timedelta
from typing import Any

import pytest

from reconciler.model.change import OpenProposal
from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import Address
from reconciler.model.observed import Endpoint
from tests.unit.reconciler import stage
from tests.unit.reconciler.controllers.replaying import (
    BEST,
    LIVE,
    OUTCOMES,
    RECENT,
    REPLAY,
    decide,
    judged,
    share,
    started,
    told,
)
from tests.unit.reconciler.stage import API, GO, NOW

LATER = NOW + timedelta(minutes=59)
AGAIN = NOW + timedelta(hours=1)
FEW = told(rows=12, logged=12, figures={"differing": share(0.0, 0.2, 12), "refused": share(0.0, 0.2, 12)})


def rows_of(decision: Decision) -> str:
    return decision.message.partition(": ")[2]


def test_it_replays_what_the_live_model_was_asked_within_the_window() -> None:
    run = started(decide())["replay"]
    assert run.inputs == {"candidate": BEST.run, "live": LIVE.trial}
    assert run.urls == {"logs": "file:///logs"}
    assert run.params["window"] == {"start": (NOW - timedelta(days=7)).isoformat(), "end": NOW.isoformat()}
    assert {key: run.params[key] for key in ("trial", "rows", "confidence")} == {
        "trial": LIVE.trial,
        "rows": 1000,
        "confidence": 0.95,
    }
    assert run.params["outcomes"]["files"]["url"] == "file:///outcomes"
    assert run.params["outcomes"]["lookback"] == 604_800


def test_nothing_is_replayed_where_the_spec_does_not_ask_or_nothing_is_live() -> None:
    assert started(decide(replay=None)).keys() == {"evaluate"}
    alone = stage.decide(
        stage.resource(GO, replay=REPLAY), stage.actual(), stage.resource(API), upstream=[stage.board(BEST)]
    )
    assert started(alone).keys() == {"evaluate"}


def test_what_the_log_leaves_out_and_what_gates_ask_is_told_to_the_job() -> None:
    run = started(
        decide(
            deployment={"payloads": {"leave_out": ["name"]}},
            replay={**REPLAY, "tolerance": 0.5},
            gates=[{**RECENT, "confidence": 0.9}],
            watched=False,
        )
    )["replay"]
    assert (run.params["left_out"], run.params["tolerance"]) == (["name"], 0.5)
    assert run.params["bounds"] == [{"metric": "roc_auc", "confidence": 0.9}]
    assert "outcomes" not in run.params


def test_the_same_rows_are_looked_at_for_as_long_as_nothing_else_is_asked() -> None:
    first = decide()
    facts, run = first.facts, started(first)["replay"].run
    assert started(decide(facts=facts, now=AGAIN))["replay"].run == run
    looser = {**REPLAY, "maximum_differing": 0.5}
    assert started(decide(facts=facts, now=AGAIN, replay=looser))["replay"].run == run
    for others in (
        {"live": stage.live("8"), "things": [stage.version(stage.trial_name("8"))]},
        {"replay": {**REPLAY, "rows": 500}},
        {"watched": False},
    ):
        things = others.pop("things", [])
        other = started(decide(*things, facts=facts, now=AGAIN, **others))["replay"]
        assert other.run != run
        assert other.params["window"]["end"] == AGAIN.isoformat()
    asked = stage.requested(GO, LATER)
    assert (
        started(decide(facts=facts, now=AGAIN, controls=asked))["replay"].params["window"]["end"] == AGAIN.isoformat()
    )


@pytest.mark.parametrize("odd", ["x", 3, [], {"key": 1}, {"end": "yesterday"}])
def test_a_memory_that_is_none_is_passed_over(odd: Any) -> None:
    assert started(decide(facts={"replayed": odd}))["replay"].params["window"]["end"] == NOW.isoformat()


def test_what_holds_its_bounds_is_proposed_with_what_was_found() -> None:
    found = judged(told(), gates=[RECENT])
    (proposal,) = stage.of(found, OpenProposal)
    assert found.reason == "WaitsForReview"
    assert found.facts["replayed"] | {"key": "", "run": ""} == {
        "key": "",
        "run": "",
        "end": NOW.isoformat(),
        "rows": 1000,
        "outcomes": 1000,
        "differing": 0.1,
        "refused": 0.0,
    }
    assert "## On recent requests" in proposal.body
    assert "| roc_auc of the candidate on recent rows | 0.9 |" in proposal.body


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (
            told(figures={"differing": share(0.1, 0.21), "refused": share(0.0)}),
            "share of recent answers that differ from the live model's is 0.1000, at most 0.2 "
            "with a confidence of 0.95 (the interval's bound: 0.2100, of 1000 rows)",
        ),
        (
            told(figures={"differing": share(0.1), "refused": share(0.001)}),
            "share of recent rows that it refuses and the live model took is 0.0010, none of 1,000 rows",
        ),
        (told(figures={}), "share of recent answers that differ from the live model's is missing, at most 0.2"),
        (told(confidence=0.5), "share of recent answers that differ from the live model's is missing, at most 0.2"),
        (
            told(rows=0, figures={}, obstacle="the payload log leaves out age, which the candidate is asked with"),
            "is missing, the payload log leaves out age, which the candidate is asked with",
        ),
    ],
)
def test_what_breaks_a_bound_stalls_and_says_by_what(result: dict[str, Any], why: str) -> None:
    found = judged(result)
    assert (found.phase, found.reason) == (Phase.STALLED, "GatesFailed")
    assert why in found.message
    assert not stage.of(found, OpenProposal)


def test_a_challenger_that_is_worse_on_recent_rows_is_not_proposed() -> None:
    found = judged(told({"candidate.roc_auc": 0.8, "live.roc_auc": 0.85}), gates=[RECENT])
    assert (found.phase, found.reason) == (Phase.READY, "LiveIsBetter")
    assert (
        "roc_auc of the candidate on recent rows is 0.8000, at most 0.01 worse than the live model's" in found.message
    )
    assert not stage.of(found, OpenProposal)


def test_with_a_confidence_the_interval_decides_on_recent_rows_too() -> None:
    gate = {**RECENT, "confidence": 0.95}
    bound = {"metric": "roc_auc", "confidence": 0.95, "slice": None, "value": None, "high": 0.1}
    assert judged(told(bounds=[{**bound, "low": -0.02}]), gates=[gate]).reason == "LiveIsBetter"
    assert judged(told(bounds=[{**bound, "low": -0.005}]), gates=[gate]).reason != "LiveIsBetter"
    assert judged(told(), gates=[gate]).reason == "LiveIsBetter"


def test_a_metric_that_nobody_told_has_failed() -> None:
    found = judged(told({}), gates=[RECENT])
    assert found.reason == "GatesFailed"
    assert "the replay has told no such metric of both models" in found.message


def test_with_too_few_rows_it_waits_and_looks_again_later() -> None:
    first = judged(FEW)
    assert (first.phase, first.reason, first.wake) == (Phase.WAITING, "WaitsForRows", AGAIN)
    assert rows_of(first) == "12 of 100 rows were logged since 2025-12-31 12:00 UTC"
    facts, begun = first.facts, started(decide())
    runs = {runner: change.run for runner, change in begun.items()}
    results = {runs["evaluate"]: stage.result(metrics={}), runs["replay"]: FEW}
    done = [stage.version(run) for run in runs.values()]
    assert decide(*done, results=results, facts=facts, now=LATER).reason == "WaitsForRows"
    again = started(decide(*done, results=results, facts=facts, now=AGAIN))["replay"]
    assert again.params["window"]["end"] == AGAIN.isoformat()


def test_with_too_few_outcomes_it_waits_where_a_gate_is_on_them() -> None:
    few = told(outcomes={"rows": 7})
    assert rows_of(judged(few, gates=[RECENT])) == "outcomes are known of 7 of 1,000 replayed rows, and 100 are needed"
    assert judged(few).reason != "WaitsForRows"


def test_a_deployment_that_logs_nothing_is_named() -> None:
    found = judged(told(rows=0, figures={}), deployment={"log_payloads": False})
    assert found.message.endswith("and deployments/api logs none (log_payloads: false)")


def test_where_the_spec_lets_it_pass_the_gates_are_told_as_not_held() -> None:
    replay = {**REPLAY, "too_few": "pass"}
    first = judged(FEW, replay=replay, gates=[RECENT])
    assert first.reason == "WaitsForReview"
    assert started(first) == {}
    body = str(first.facts["evidence"])
    assert "| share of recent answers that differ from the live model's |  | 12 of 100 rows were logged" in body
    assert "| not held |" in body
    assert "**fail**" not in body


def test_evidence_alone_waits_for_nothing() -> None:
    assert judged(FEW, replay={"rows": 1000}).reason == "WaitsForReview"


def test_what_answers_now_has_to_be_known() -> None:
    found = decide(unread={"serving": "it is down"}, facts={"replayed": {"key": "k", "end": NOW.isoformat()}})
    assert (found.phase, found.reason) == (Phase.WAITING, "WaitsForUpstream")
    assert found.facts["replayed"]["key"] == "k"
    assert not found.changes


def test_an_endpoint_that_can_not_be_read_is_not_taken_for_one_that_was_asked_nothing() -> None:
    silent = Endpoint(API, "", unread="it says nothing")
    assert decide(silent, replay={**REPLAY, "too_few": "pass"}).reason == "WaitsForUpstream"
    assert decide(silent, replay=None).reason != "WaitsForUpstream"


def test_where_no_model_answers_a_gate_waits_unless_it_may_pass() -> None:
    runs = {"evaluate": started(decide(live=None))["evaluate"].run}
    results = {runs["evaluate"]: stage.result(metrics={})}
    done = stage.version(runs["evaluate"])
    found = decide(done, results=results, live=None)
    assert rows_of(found) == "no model answers now whose requests could be replayed"
    passing = decide(done, results=results, live=None, replay={**REPLAY, "too_few": "pass"})
    assert passing.reason == "WaitsForReview"


def test_while_it_is_replayed_nothing_is_proposed_and_a_job_that_fails_stalls() -> None:
    first = decide()
    runs = {runner: change.run for runner, change in started(first).items()}
    compared = {runs["evaluate"]: stage.result(metrics={})}
    done, facts = stage.version(runs["evaluate"]), first.facts
    found = decide(done, stage.branch(runs["replay"]), stage.job(runs["replay"]), results=compared, facts=facts)
    assert (found.phase, found.reason) == (Phase.RECONCILING, "Replaying")
    broken = stage.failed(runs["replay"], 65, reason="the outcomes have no column id")
    found = decide(done, stage.branch(runs["replay"]), broken, results=compared, facts=facts)
    assert (found.phase, found.reason) == (Phase.STALLED, "ReplayFailed")


def test_the_first_monitor_that_knows_outcomes_says_where_they_arrive() -> None:
    thing = stage.resource(GO, replay=REPLAY)
    api = stage.resource(API, model={"trial": LIVE.trial, "digest": stage.MODEL})
    other = stage.resource(Address("monitors/another"))
    watch = stage.resource(stage.WATCH, outcomes=OUTCOMES)
    above = [stage.board(BEST), stage.upstream(API, LIVE)]
    found = stage.decide(thing, stage.actual(stage.version(LIVE.trial)), api, other, watch, upstream=above)
    assert "outcomes" in started(found)["replay"].params
