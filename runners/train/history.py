"""How training goes, where the estimator tells: told in the log while it goes, and kept once it is done."""

import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from runners.evaluate.metrics import METRICS
from runners.evaluate.predictions import Answers, Task
from runners.train.examples import Parts
from runners.train.fitted import History
from runners.train.narrowing import Narrowing
from runners.train.preparation import table_of
from runners.train.progress import EVERY, Teller, watched
from runners.train.trial import Trial

Array = NDArray[Any]
STAGES, STAGE_ROWS = 10, 4000
SHARE = 0.05
"""Of the time that trees take to grow, how much may go to measuring them meanwhile."""


@contextmanager
def telling(pipeline: Any, parts: Parts, trial: Trial, target: Narrowing) -> Iterator[Mapping[str, Any]]:
    """Tell how training goes while it goes; what is yielded the estimator is to be fitted with, too."""
    model = pipeline.named_steps["model"]
    library = type(model).__module__
    if library.startswith("lightgbm") and not parts.train.image:
        figures = _Figures(pipeline, parts, trial, target)
        yield {"callbacks": [Growing(figures, figures.metric.name)]}
    elif library.startswith("sklearn.neural_network"):
        with watched(lambda: getattr(model, "loss_curve_", ()), Teller("epoch", "training loss", model.max_iter)):
            yield {}
    else:
        yield {}


def history_of(pipeline: Any, parts: Parts, trial: Trial, target: Narrowing) -> History | None:
    """Return how training went, where the estimator tells: by trees or by epochs."""
    model = pipeline.named_steps["model"]
    if hasattr(model, "booster_"):
        return _by_trees(model.booster_, parts, _Figures(pipeline, parts, trial, target))
    losses = getattr(model, "loss_curve_", None)
    if losses is None:
        return None
    return History("epoch", "training loss", tuple(range(1, len(losses) + 1)), {"train": tuple(map(float, losses))})


class Growing:
    """What LightGBM calls after each tree: tells how good they are so far, as often as that takes little of the time.

    Args:
        figures: measures a booster.
        figure: what is measured.
        now: tells seconds.
    """

    order, before_iteration = 100, False

    def __init__(
        self,
        figures: "Measuring",
        figure: str,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._figures, self._figure, self._now = figures, figure, now
        self._due = now() + EVERY

    def __call__(self, env: Any) -> None:
        """Look whether it is time to tell."""
        if self._now() < self._due:
            return
        trees = env.iteration + 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the fit warns of is kept, and is the same however often we look
            self._figures.prepare()
            began = self._now()
            figures = self._figures.of(env.model, trees)
        ended = self._now()
        Teller("trees", self._figure, env.end_iteration, self._now)(trees, figures)
        self._due = ended + max(EVERY, (ended - began) / SHARE)


class Measuring(Protocol):
    """Measures trees."""

    def prepare(self) -> None:
        """Prepare the rows to measure on; the second time there is nothing to do."""

    def of(self, booster: Any, trees: int) -> Mapping[str, float]:
        """Measure a booster cut off after so many trees."""


class _Figures:
    """Measures trees by the trial's metric, on some of the rows to train on and of those to validate on."""

    def __init__(self, pipeline: Any, parts: Parts, trial: Trial, target: Narrowing) -> None:
        self._pipeline, self._parts, self._target, self._threads = pipeline, parts, target, trial.threads
        self._task = trial.told.task
        self.metric = next(m for m in METRICS[trial.told.task] if m.name == trial.told.metric.name)

    def prepare(self) -> None:
        """Prepare the rows to measure on."""
        assert self._sides

    @cached_property
    def _sides(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the rows and their matrix; what prepares them has to be fitted by now."""
        found = {}
        for name, examples in (("train", self._parts.train), ("validation", self._parts.validation)):
            some = examples.take(np.arange(0, len(examples), max(1, len(examples) // STAGE_ROWS)))
            table = table_of(some)
            found[name] = some, table if some.is_matrix else self._pipeline[:-1].transform(table)
        return found

    def of(self, booster: Any, trees: int) -> Mapping[str, float]:
        """Measure a booster cut off after so many trees."""
        told = {}
        for name, (some, matrix) in self._sides.items():
            raw = np.asarray(booster.predict(matrix, num_iteration=trees, num_threads=self._threads))
            scores = raw if some.classes else self._target.widen(raw)
            told[name] = self.metric.of(_answers(self._task, some.codes, scores))
        return told


def _by_trees(booster: Any, parts: Parts, figures: _Figures) -> History | None:
    """Measure LightGBM's model cut off after so many trees, on some of the rows."""
    total = booster.current_iteration()
    if parts.train.image or total < 2:
        return None
    steps = np.unique(np.geomspace(1, total, STAGES).round().astype(int)).tolist()
    told = [figures.of(booster, step) for step in steps]
    series = {name: tuple(one[name] for one in told) for name in told[0]}
    return History("trees", figures.metric.name, tuple(steps), series)


def _answers(task: Task, truth: Array, raw: Array) -> Answers:
    if task == "regression":
        return Answers(task, truth, raw)
    scores = np.column_stack([1 - raw, raw]) if raw.ndim == 1 else raw
    return Answers(task, truth, scores.argmax(axis=1), scores)
