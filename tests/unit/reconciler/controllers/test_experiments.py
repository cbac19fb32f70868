"""Experiments: a run a trial, trials that exist are not run again, a leaderboard when all have ended."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.controllers.experiments import gpu_hours, ranked
from reconciler.controllers.run_lifecycle import Lifecycle, Stage
from reconciler.model.change import DropRun, StartRun
from reconciler.model.decision import DataVersion, Decision, Leaderboard, Phase
from reconciler.model.ids import RunName
from reconciler.model.kinds.experiments import Experiment
from reconciler.model.observed import Actual
from reconciler.model.resource import Resource
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, LOANS, MARKS, MODEL, SCORE, ago

TRIALS = ({"model": "a"}, {"model": "b"}, {"model": "c"})


def sweep(**parts: Any) -> Resource:
    return stage.resource(SCORE, **{"trials": TRIALS, **parts})


def decide(
    seen: Actual | None = None, thing: Resource | None = None, data: DataVersion | None = None, *others: Resource
) -> Decision:
    above = [
        stage.upstream(LOANS, data or stage.data()),
        stage.upstream(MARKS, DataVersion(RunName("labels/marks/1"), "m")),
    ]
    return stage.decide(thing or sweep(), seen or stage.actual(), *others, upstream=above)


def runs(thing: Resource | None = None, data: DataVersion | None = None) -> list[RunName]:
    return [change.run for change in stage.of(decide(thing=thing, data=data), StartRun)]


A, B, C = runs()


def done(**scores: float) -> Actual:
    found = {
        RunName(f"{run}"): stage.trained({"roc_auc": scores[name]}) for name, run in zip("abc", (A, B, C), strict=True)
    }
    return stage.actual(*map(stage.version, found), results=found)


def test_every_trial_of_the_sweep_is_a_run_of_its_own() -> None:
    found = decide()
    assert [change.params["params"] for change in stage.of(found, StartRun)] == list(TRIALS)
    assert (found.phase, found.message.split(";")[0]) == (Phase.WAITING, "0 of 3 trials ended")
    assert len({A, B, C}) == 3


def test_trials_that_already_exist_are_not_run_again() -> None:
    seen = stage.actual(stage.version(A), results={A: stage.trained({"roc_auc": 0.9})})
    assert [change.run for change in stage.of(decide(seen), StartRun)] == [B, C]


@pytest.mark.parametrize(
    "changed",
    [
        {"seed": 1},
        {"target": "late"},
        {"exclude": ["id"]},
        {"runner": "images"},
        {"runner": {"module": "my.train"}},
        {"trials": ({"model": "a", "depth": 2}, *TRIALS[1:])},
        {"code": "tree-2", "runner": {"module": "my.train", "code": "src"}},
    ],
)
def test_what_changes_a_model_makes_another_trial(changed: dict[str, Any]) -> None:
    assert runs(sweep(**changed))[0] != A


@pytest.mark.parametrize("changed", [{"pool": "pools/big"}, {"team": "risk"}, {"budget": {"trials": 99}}, {"keep": 3}])
def test_where_and_for_whom_makes_no_other_trial(changed: dict[str, Any]) -> None:
    assert runs(sweep(**changed)) == [A, B, C]


def test_the_image_that_a_command_asks_for_is_in_its_order() -> None:
    own = {"runner": {"command": ["python", "train.py"], "image": "example.com/train:1"}}
    (change, *_) = stage.of(decide(thing=sweep(**own)), StartRun)
    assert change.image == "example.com/train:1"
    assert stage.of(decide(), StartRun)[0].image == ""


def test_a_long_leaderboard_is_shown_in_pages() -> None:
    many = sweep(trials=[{"n": n} for n in range(1100)], budget={"trials": 1100})
    found = decide(thing=many)
    assert (len(found.facts["leaderboard"]), found.facts["trials"]) == (500, 1100)
    assert list(found.pages) == found.facts["leaderboard_pages"]
    assert sum(map(len, found.pages.values())) == 600


def test_the_users_own_code_is_in_the_name_by_its_tree() -> None:
    own = {"runner": {"command": ["python", "train.py"], "code": "train"}}
    one, other = (stage.of(decide(thing=sweep(code=tree, **own)), StartRun)[0] for tree in ("tree-1", "tree-2"))
    assert one.run != other.run
    assert (one.runner, one.code) == ("command", ("train", "tree-1"))
    assert one.params["runner"] == {"command": ["python", "train.py"], "code": "train"}


def test_new_data_makes_new_trials_and_the_same_data_under_another_name_makes_none() -> None:
    again = stage.data("datasets/loans/ffffffffffff", "rows-1")
    assert runs(data=again) == [A, B, C]
    assert not {A, B, C} & set(runs(data=stage.data(content="rows-2")))


def test_labels_are_an_input_where_the_spec_names_them() -> None:
    (first, *_) = stage.of(decide(thing=sweep(labels=MARKS)), StartRun)
    assert first.inputs == {"dataset": stage.data().run, "labels": "labels/marks/1"}
    assert first.run != A


def test_an_experiment_waits_for_its_data() -> None:
    found = stage.decide(sweep(), stage.actual(), upstream=[stage.upstream(LOANS, None, Phase.STALLED)])
    assert (found.reason, found.message) == ("WaitsForUpstream", "datasets/loans is stalled")


def test_the_leaderboard_is_in_the_order_of_the_metric_with_places() -> None:
    found = decide(done(a=0.7, b=0.9, c=0.8))
    assert [(row["rank"], row["run"]) for row in found.facts["leaderboard"]] == [(1, B), (2, C), (3, A)]
    assert (found.phase, found.message) == (Phase.READY, "3 trials, best roc_auc 0.9000 on the validation rows")
    assert isinstance(found.output, Leaderboard)
    assert [trial.run for trial in found.output.trials] == [B, C, A]
    assert found.output.trials[0].model_digest == MODEL


def test_trials_are_ranked_on_the_validation_rows_whatever_their_figures_on_the_test_rows_are() -> None:
    chosen, tested = {A: 0.7, B: 0.9, C: 0.8}, {A: 0.99, B: 0.6, C: 0.7}
    results = {
        run: stage.trained(
            {"roc_auc": tested[run]},
            validation={"metrics": {"roc_auc": chosen[run]}, "interval": {"roc_auc": {"low": 0.5, "high": 1.0}}},
        )
        for run in (A, B, C)
    }
    found = decide(stage.actual(*map(stage.version, results), results=results))
    assert isinstance(found.output, Leaderboard)
    assert [trial.run for trial in found.output.trials] == [B, C, A]
    first = found.output.trials[0]
    assert (first.validation.metrics, first.test.metrics) == ({"roc_auc": 0.9}, {"roc_auc": 0.6})
    row = found.facts["leaderboard"][0]
    assert row["ranking"] == {"value": 0.9, "low": 0.5, "high": 1.0}
    assert row["metrics"] == {"roc_auc": 0.6}


def test_a_trial_that_was_left_without_a_validation_is_not_ranked() -> None:
    results = {run: stage.result(metrics={"roc_auc": 0.9}, facts={"model": {"digest": MODEL}}) for run in (A, B, C)}
    found = decide(stage.actual(*map(stage.version, results), results=results))
    assert (found.reason, found.output) == ("NoMetric", None)


def test_of_a_loss_the_smallest_is_first_ties_go_by_name_and_one_without_the_metric_is_last() -> None:
    spec = sweep(metric={"name": "rmse", "goal": "minimize"}).spec
    assert isinstance(spec, Experiment)
    metrics = {"e": {"rmse": 2.0}, "d": {"rmse": 1.0}, "c": {}, "b": {"rmse": 1.0}}
    found = [Lifecycle(RunName(name), Stage.ACCEPTED, "", result=stage.trained(told)) for name, told in metrics.items()]
    assert [lifecycle.run for lifecycle in ranked(spec, found)] == ["b", "d", "e", "c"]


def test_where_no_trial_has_the_metric_none_is_handed_on() -> None:
    results = {run: stage.trained({"loss": 0.1, "steps": 3.0}) for run in (A, B, C)}
    found = decide(stage.actual(*map(stage.version, (A, B, C)), results=results))
    assert (found.phase, found.reason, found.output) == (Phase.STALLED, "NoMetric", None)
    assert found.message == "no trial has the metric roc_auc, so none is the best: they have loss, steps"


def test_while_trials_run_nothing_is_handed_on() -> None:
    seen = stage.actual(stage.version(A), stage.branch(B), stage.job(B), results={A: stage.trained({"roc_auc": 0.9})})
    found = decide(seen)
    assert (found.phase, found.output) == (Phase.RECONCILING, None)
    assert [row["stage"] for row in found.facts["leaderboard"]] == ["accepted", "running", "waiting"]


def test_a_failed_trial_does_not_stop_the_others() -> None:
    results = {run: stage.trained({"roc_auc": 0.9}) for run in (A, B)}
    seen = stage.actual(
        stage.version(A), stage.version(B), stage.branch(C), stage.failed(C, 65, reason="out of range"), results=results
    )
    found = decide(seen)
    assert (found.phase, found.message) == (
        Phase.READY,
        "2 trials, best roc_auc 0.9000 on the validation rows, 1 failed",
    )
    assert isinstance(found.output, Leaderboard)
    assert len(found.output.trials) == 2
    assert found.facts["leaderboard"][-1] == {"run": C, "stage": "failed", "message": "out of range"}


def test_when_every_trial_fails_the_experiment_stalls_with_the_first_reason() -> None:
    jobs = [stage.failed(run, 65, reason="no column paid") for run in (A, B, C)]
    found = decide(stage.actual(*jobs, *map(stage.branch, (A, B, C))))
    assert (found.phase, found.reason) == (Phase.STALLED, "NoTrialSucceeded")
    assert found.message == "all 3 trials failed; the first: no column paid"


def test_an_experiment_wakes_for_the_first_retry() -> None:
    jobs = [stage.failed(run, 1) for run in (A, B, C)]
    found = decide(stage.actual(*jobs, *map(stage.branch, (A, B, C))))
    assert found.wake is not None
    assert found.wake > stage.NOW


def test_gpu_hours_are_trials_by_gpus_by_nodes_by_timeout() -> None:
    assert gpu_hours(sweep(resources={"gpus": 2, "nodes": 3}, timeout="30m")) == 9.0
    assert gpu_hours(sweep()) == 0.0


def test_a_sweep_above_its_budget_is_refused_and_not_cut_short_in_silence() -> None:
    dear = sweep(resources={"gpus": 1}, timeout="1h", budget={"gpu_hours": 2})
    found = decide(stage.actual(facts={SCORE: {"leaderboard": []}}), dear)
    assert (found.phase, found.reason, found.changes) == (Phase.STALLED, "OverBudget", ())
    assert "3 trials may cost 3 GPU hours, and the budget is 2" in found.message
    assert found.facts == {"leaderboard": []}
    assert stage.of(decide(thing=sweep(resources={"gpus": 1}, timeout="1h", budget={"gpu_hours": 3})), StartRun)


OLD = [stage.trial_name(digit) for digit in "1234"]


def drops(keep: int | None, *others: Resource, served: str = "", unread: str = "") -> list[str]:
    found = {run: stage.trained({"roc_auc": 0.9}) for run in (A, B, C)}
    for place, run in enumerate(OLD):
        found[run] = stage.result(provenance={"finished_at": ago(days=place).isoformat()})
    serving = stage.endpoint(stage.revision("r", trial=RunName(served))) if served else stage.endpoint()
    seen = stage.actual(*map(stage.version, found), replace(serving, unread=unread), results=found)
    return [change.target for change in stage.of(decide(seen, sweep(keep=keep), None, *others), DropRun)]


def test_trials_of_former_sweeps_are_kept_as_the_spec_says() -> None:
    assert drops(None) == []
    assert drops(3) == [OLD[3]]
    assert drops(0) == OLD


def test_none_is_dropped_while_nobody_knows_what_an_endpoint_serves() -> None:
    assert drops(0, unread="its record can't be understood") == []


def test_a_trial_that_is_pinned_or_served_is_never_dropped() -> None:
    pinned = stage.resource(API, model={"trial": OLD[1], "digest": MODEL})
    assert drops(0, pinned, served=OLD[3]) == [OLD[0], OLD[2]]


def test_the_pictures_are_those_of_the_best_trial_when_all_have_ended() -> None:
    left = {"files": {"roc.png": "sha256:0"}}
    told = {run: {**stage.trained({"roc_auc": score}), **left} for run, score in ((A, 0.7), (B, 0.9), (C, 0.8))}
    assert decide(stage.actual(*map(stage.version, told), results=told)).files == {
        f"reports/{B}/roc.png": (B, "roc.png")
    }
    some = {run: told[run] for run in (A, B)}
    assert not decide(stage.actual(*map(stage.version, some), results=some)).files


def test_the_best_model_is_shown_by_its_card_and_curves_when_all_have_ended() -> None:
    left = {"files": {"model-card.md": "sha256:0", "curves/roc.png": "sha256:1"}}
    told = {run: {**stage.trained({"roc_auc": score}), **left} for run, score in ((A, 0.7), (B, 0.9), (C, 0.8))}
    found = decide(stage.actual(*map(stage.version, told), results=told)).files
    assert {path for run, path in found.values() if run == B} == {*left["files"], "result.json"}
    assert {path for run, path in found.values() if run == A} == {"model-card.md", "result.json"}


def test_documents_of_the_best_trials_are_there_and_of_those_that_serve_whatever_their_version() -> None:
    left = {"files": {"model-card.md": "sha256:0", "metrics.json": "sha256:1", "examples.json": "sha256:2"}}
    told = {run: {**stage.trained({"roc_auc": score}), **left} for run, score in ((A, 0.7), (B, 0.9), (OLD[0], 0.6))}
    pinned = stage.resource(API, model={"trial": OLD[0], "digest": MODEL})
    found = decide(stage.actual(*map(stage.version, told), results=told), None, None, pinned).files
    assert {run for run, _ in found.values()} == {A, B, OLD[0]}
    assert {path for _, path in found.values()} == {"model-card.md", "metrics.json", "result.json"}
    alone = decide(stage.actual(*map(stage.version, told), results=told)).files
    assert {run for run, _ in alone.values()} == {A, B}


def test_the_split_of_the_dataset_names_the_trials() -> None:
    def told(split: dict[str, Any] | None) -> list[StartRun]:
        above = stage.resource(LOANS, **({"split": split} if split is not None else {}))
        return stage.of(decide(None, sweep(), None, above), StartRun)

    assert [change.run for change in told(None)] == [A, B, C], "without one, trials are called as they were"
    grouped = told({"group": ["town"]})
    assert [change.params["sides"] for change in grouped] == [{"group": ["town"]}] * 3
    assert not {A, B, C} & {change.run for change in grouped}
    assert told({})[0].params["sides"] == {}
