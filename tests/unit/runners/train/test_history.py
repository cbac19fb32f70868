"""How training goes is told while it goes, takes little of its time, and changes nothing of what comes of it."""

import logging
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from runners.contract.progress import Progress, progress_in
from runners.train import history
from runners.train.estimators import FILE, Family
from runners.train.history import SHARE, Growing
from runners.train.progress import EVERY
from runners.train.reading import read_table
from runners.train.split import split
from tests.unit.runners.train.conftest import Asking
from tests.unit.runners.train.test_progress import Clock


class Slow:
    """Measures in two seconds, and warns."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def prepare(self) -> None:
        self._clock.seconds += 100

    def of(self, booster: Any, trees: int) -> Mapping[str, float]:
        del booster
        warnings.warn("of no interest", stacklevel=1)
        self._clock.seconds += 2
        return {"train": trees / 100}


def told(caplog: pytest.LogCaptureFixture) -> list[Progress]:
    return [*progress_in("\n".join(record.getMessage() for record in caplog.records))]


def test_what_takes_long_to_measure_is_measured_seldom(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "runners")
    clock = Clock()
    growing = Growing(Slow(clock), "roc_auc", clock)
    took = 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for tree in range(100):
            before = clock.seconds
            clock.seconds += 1
            growing(SimpleNamespace(model=None, iteration=tree, end_iteration=100))
            took += clock.seconds - before > 1
    assert [one.step for one in told(caplog)] == [1, 41, 81]
    assert told(caplog)[0] == Progress(1, 100, {"train": 0.01}, "trees", "roc_auc")
    assert took * 2 / 100 <= SHARE + 0.02


def test_a_training_that_is_over_at_once_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "runners")
    clock = Clock()
    growing = Growing(Slow(clock), "roc_auc", clock)
    for tree in range(100):
        clock.seconds += EVERY / 200
        growing(SimpleNamespace(model=None, iteration=tree, end_iteration=100))
    assert told(caplog) == []


def test_trees_are_the_same_however_often_they_are_looked_at(
    asking: Asking, cancer: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = asking.trial(cancer, {"n_estimators": 30})
    parts = split(read_table(trial), trial.told.split, trial.seed)
    caplog.set_level(logging.INFO, "runners")
    usual = Family("gbm")(trial, parts)
    model = (trial.folder / FILE).read_bytes()
    assert told(caplog) == []
    monkeypatch.setattr(history, "EVERY", 0.0)
    monkeypatch.setattr(history, "SHARE", float("inf"))
    looked_at = Family("gbm")(trial, parts)
    assert (trial.folder / FILE).read_bytes() == model
    assert (looked_at.history, looked_at.notes) == (usual.history, usual.notes)
    last = told(caplog)[-1]
    assert (last.step, last.of, last.unit, last.figure) == (30, 30, "trees", "roc_auc")
    assert usual.history is not None
    kept = {name: values[-1] for name, values in usual.history.series.items()}
    assert last.metrics == pytest.approx(kept, rel=1e-5), "what is told is what is kept once it is over"


def test_a_net_is_told_by_epochs(
    asking: Asking, cancer: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = asking.trial(cancer, {"max_iter": 400, "hidden_layer_sizes": [8], "tol": 0.0})
    parts = split(read_table(trial), trial.told.split, trial.seed)
    caplog.set_level(logging.INFO, "runners")
    watched = history.watched
    monkeypatch.setattr(history, "watched", lambda losses, tell: watched(losses, tell, every=0.002))
    net = Family("mlp")(trial, parts)
    steps = told(caplog)
    assert net.history is not None
    assert {(one.of, one.unit, one.figure) for one in steps} == {(400, "epoch", "training loss")}
    kept = dict(zip(net.history.steps, net.history.series["train"], strict=True))
    assert all(one.metrics["train"] == pytest.approx(kept[one.step], rel=1e-5) for one in steps)
