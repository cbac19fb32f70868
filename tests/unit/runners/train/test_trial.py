"""Trials: what a training job is told, and what is wrong with it."""

import logging
from pathlib import Path
from typing import Any

import pytest

from runners.contract import InputError
from runners.train.trial import threads_of, timed, trial_of
from tests.unit.runners.train.conftest import Asking


def test_a_trial_has_its_own_values_its_seed_and_its_inputs(asking: Asking, cancer: Path) -> None:
    trial = asking.trial(cancer, {"model": "gbm"})
    assert trial.params == {"model": "gbm"}
    assert trial.seed == 7
    assert trial.input("dataset") == f"file://{cancer}"
    with pytest.raises(InputError, match="the request has no labels"):
        trial.input("labels")


@pytest.mark.parametrize(
    ("told", "what", "fix"),
    [
        ({"metric": {"name": "auc"}}, "auc is no metric of the task binary", "did you mean roc_auc?"),
        ({"metric": {"name": "rmse"}}, "rmse is no metric of the task binary", "there are"),
        ({"metric": {"name": "log_loss"}}, "the better the lower it is", "say goal: minimize"),
        ({"metric": {"name": "roc_auc", "goal": "minimize"}}, "the better the higher it is", "say goal: maximize"),
        ({"task": "ranking"}, "the parameter task doesn't fit", ""),
        ({"split": {"test": 1.5}}, "the parameter split.test doesn't fit", ""),
        ({"tarjet": "x"}, "the parameter tarjet doesn't fit", ""),
    ],
)
def test_what_is_wrong_is_told(asking: Asking, cancer: Path, told: dict[str, Any], what: str, fix: str) -> None:
    with pytest.raises(InputError) as failure:
        asking.trial(cancer, **told)
    assert what in failure.value.what
    assert fix in failure.value.fix


def test_code_of_ones_own_may_have_metrics_of_its_own(asking: Asking, cancer: Path) -> None:
    runner = {"command": ["python", "train.py"]}
    assert asking.trial(cancer, metric={"name": "profit"}, runner=runner).told.metric.name == "profit"
    with pytest.raises(InputError, match="the better the lower"):
        asking.trial(cancer, metric={"name": "brier"}, runner=runner)


@pytest.mark.parametrize(("told", "threads"), [({}, 1), ({"SETPOINT_CPUS": "2.5"}, 2), ({"SETPOINT_CPUS": "0.5"}, 1),
                                               ({"SETPOINT_CPUS": "many"}, 1)])  # fmt: skip
def test_threads_are_whole_cores(told: dict[str, str], threads: int) -> None:
    assert threads_of(told) == threads


def test_steps_tell_how_long_they_took(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), timed("think"):
        pass
    assert caplog.messages[0].startswith("think: 0.")


def test_checkpoints_lie_where_all_processes_find_them(asking: Asking, cancer: Path, tmp_path: Path) -> None:
    request = asking.request(cancer)
    assert trial_of(request, tmp_path / "scratch").checkpoints == asking.folder / "checkpoint"
    away = request.model_copy(update={"output": "memory://store/run"})
    assert trial_of(away, tmp_path / "scratch").checkpoints == tmp_path / "scratch" / "checkpoint"
