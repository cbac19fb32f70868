"""The outlook of a merge: what is read, how long it usually takes, what is before it, and whose traffic moves."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.change import OpenProposal, StartRevision
from reconciler.model.ids import Address, Digest, RunName
from reconciler.model.kinds.deployments import Model, Replicas
from reconciler.model.kinds.spec import Resources
from reconciler.reviews.outlook import outlook, seconds_of, usual
from runners.contract.request import version_role
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, GO, LOANS, MODEL, SCORE

TRIALS = ({"seed": 1}, {"seed": 2})


def took(seconds: float, **more: Any) -> dict[str, Any]:
    ended = f"2026-01-01T00:{int(seconds) // 60:02d}:{seconds % 60:06.3f}+00:00"
    return stage.result(provenance={"started_at": "2026-01-01T00:00:00+00:00", "finished_at": ended}, **more)


def told(*jobs: Any, results: Any = None, unread: Any = None, gpus: int = 0, changes: Any = ()) -> Any:
    experiment = stage.resource(SCORE, trials=TRIALS, resources={"gpus": gpus})
    wanted = stage.desired(experiment, stage.resource(API))
    return outlook(changes, {SCORE: experiment}, wanted, stage.actual(*jobs, results=results, unread=unread))


def test_trials_take_what_those_before_them_took() -> None:
    results = {f"{SCORE}/{n * 12}": took(seconds) for n, seconds in (("1", 60), ("2", 120), ("3", 600))}
    found = told(results={**results, f"{LOANS}/{'4' * 12}": took(5)}, gpus=1)
    assert found.jobs == (
        f"{SCORE}: 2 trials of usually 2m each (the median of 3 runs); in pools/shared now: nothing before them",
    )
    assert found.hours == pytest.approx(2 * 120 / 3600)


def test_what_no_run_has_told_is_not_guessed() -> None:
    found = told(results={f"{SCORE}/{'1' * 12}": stage.result()}, gpus=1)
    assert found.jobs == (f"{SCORE}: 2 trials; in pools/shared now: nothing before them",)
    assert found.hours is None
    assert told(gpus=0).hours == 0.0


def test_what_is_before_them_in_their_pool_is_told_as_it_is_now() -> None:
    jobs = [stage.job(f"{LOANS}/{n * 12}", state) for n, state in (("1", "waiting"), ("2", "running"), ("3", "failed"))]
    assert told(*jobs).jobs[0].endswith("in pools/shared now: 1 waiting and 1 running")
    blind = told(unread={"pool": "it is down"})
    assert blind.jobs[0].endswith("what is before them in pools/shared isn't known")


@pytest.mark.parametrize(
    "provenance",
    [
        None,
        "soon",
        {},
        {"started_at": "2026-01-01"},
        {"started_at": "2026-01-01", "finished_at": "2026-01-01T00:00:00Z"},
        {"started_at": 7, "finished_at": None},
    ],
)
def test_times_that_are_none_are_no_time(provenance: Any) -> None:
    assert seconds_of({"provenance": provenance}) is None


def test_a_clock_that_went_back_makes_no_time_below_none() -> None:
    told = {"started_at": "2026-01-01T00:00:09+00:00", "finished_at": "2026-01-01T00:00:00+00:00"}
    assert seconds_of({"provenance": told}) == 0.0


def test_runs_of_its_former_name_are_an_experiments_own() -> None:
    moved = stage.resource(Address("experiments/rating"), moved_from=["score"])
    seen = stage.actual(results={f"{SCORE}/{'1' * 12}": took(60)})
    found = usual(moved.address, moved, seen)
    assert found is not None
    assert (found.seconds, found.runs) == (60.0, 1)


def test_what_is_read_and_whose_traffic_moves_is_told() -> None:
    data = f"{LOANS}/{'a' * 12}"
    trial = stage.trial_name("1")
    revision = StartRevision(
        address=API, revision=Digest("r" * 12), model=Model(trial=trial, digest=MODEL), replicas=Replicas(),
        resources=Resources(),
    )  # fmt: skip
    proposal = OpenProposal(address=GO, name="n", file="f", edits={}, title=f"Promote {trial}")
    train = stage.started(
        stage.decide(stage.resource(SCORE), stage.actual(), upstream=[stage.upstream(LOANS, stage.data(data))])
    )
    ingest = stage.started(stage.decide(stage.resource(LOANS), stage.actual()))
    train = replace(train, inputs={**train.inputs, version_role(1, "datasets/other/1"): RunName("datasets/other/1")})
    found = told(results={data: stage.result(facts={"rows": 32561})}, changes=[revision, proposal, train, ingest])
    assert found.reads == (f"{LOANS} pulls its source anew", f"{data} (32,561 rows)")
    assert found.traffic == (
        f"{API} moves to {trial}: 100 %, each held for 30s",
        f"{GO} proposes: Promote {trial}",
    )


def test_of_an_experiment_some_of_whose_trials_are_made_the_others_count() -> None:
    train = stage.started(
        stage.decide(stage.resource(SCORE), stage.actual(), upstream=[stage.upstream(LOANS, stage.data())])
    )
    found = told(results={f"{SCORE}/{'1' * 12}": took(1800)}, gpus=1, changes=[train])
    assert found.jobs[0].startswith(f"{SCORE}: 1 trial of usually 30m each")
    assert found.hours == pytest.approx(0.5)
