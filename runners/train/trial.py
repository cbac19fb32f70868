"""A trial: what a training job is told, checked, with where it writes and how much of the machine it may use."""

import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from runners.contract import InputError, Request, variables
from runners.contract.coverage import AskedCoverage
from runners.contract.preparations import Preparations
from runners.contract.split import DatasetSplit
from runners.evaluate.metrics import METRICS
from runners.evaluate.predictions import Task
from runners.train.nearest import did_you_mean

log = logging.getLogger(__name__)


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Metric(_Block):
    """The figure that ranks trials."""

    name: str
    goal: Literal["maximize", "minimize"] = "maximize"


class Split(_Block):
    """Shares of the rows that test and validate, and the column that orders them; unset, they are drawn by a seed."""

    test: float = Field(default=0.25, gt=0, lt=1)
    validation: float = Field(default=0.15, gt=0, lt=1)
    by: str | None = None
    seed: int | None = Field(default=None, ge=0, lt=2**32)
    """Deals the rows; unset, the seed of all else does."""

    @model_validator(mode="after")
    def _leaves_rows(self) -> Self:
        if self.test + self.validation >= 1:
            raise ValueError("test and validation together leave no rows to train on")
        return self


class OwnCode(_Block):
    """The user's own command or module, for the runner `command`."""

    command: tuple[str, ...] | None = None
    module: str | None = None
    code: str | None = None
    image: str | None = None


class TrainParams(_Block):
    """The parameters of one trial: the experiment's, and under `params` the trial's own values."""

    target: str
    task: Task = "binary"
    features: tuple[str, ...] | None = None
    exclude: tuple[str, ...] = ()
    slices: tuple[str, ...] = ()
    split: Split = Split()
    sides: DatasetSplit | None = None
    """The split that the dataset states, in whose place `split` says nothing."""
    metric: Metric
    params: dict[str, Any] = Field(default={})
    runner: OwnCode | None = None
    weigh: Literal["confidence"] | None = None
    soft: bool = False
    disputed: Literal["keep", "drop"] = "keep"
    preparations: Preparations | None = None
    coverage: AskedCoverage | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial. `threads` is how many cores it may use."""

    request: Request
    told: TrainParams
    folder: Path
    threads: int = 1

    @property
    def seed(self) -> int:
        """Return the seed of everything that is drawn at random."""
        return self.request.seed

    @property
    def params(self) -> Mapping[str, Any]:
        """Return the trial's own values."""
        return self.told.params

    @property
    def checkpoints(self) -> Path:
        """Return a folder that outlives a crash: the same for all processes of a job whose output is on a disk."""
        parts = urlsplit(self.request.output)
        is_local = parts.scheme in ("", "file")
        return (Path(unquote(parts.path)) if is_local else self.folder) / "checkpoint"

    def input(self, role: str) -> str:
        """Return the URL of an input.

        Raises:
            InputError: the request hasn't got it.
        """
        if role not in self.request.inputs:
            raise InputError(f"the request has no {role}", f"inputs.{role}", "give the URL of its folder")
        return self.request.inputs[role]


def trial_of(request: Request, folder: Path, environ: Mapping[str, str] = os.environ) -> Trial:
    """Read a training request.

    Raises:
        InputError: its parameters don't fit, or its metric isn't one of the task.
    """
    told = request.params_as(TrainParams)
    check_metric(told)
    return Trial(request, told, folder, threads_of(environ))


def check_metric(told: TrainParams) -> None:
    """Refuse a metric that the task doesn't have, and a goal that is the wrong way round.

    The user's own code may report metrics of other names.

    Raises:
        InputError: it is one of these.
    """
    known = {metric.name: metric for metric in METRICS[told.task]}
    name = told.metric.name
    if name not in known and told.runner is not None:
        return
    if name not in known:
        hint = did_you_mean(name, known)
        raise InputError(f"{name} is no metric of the task {told.task}", "metric.name", hint)
    if known[name].goal != told.metric.goal:
        better = "higher" if known[name].goal == "maximize" else "lower"
        what = f"{name} is the better the {better} it is, and the goal is to {told.metric.goal} it"
        raise InputError(what, "metric.goal", f"say goal: {known[name].goal}")


def threads_of(environ: Mapping[str, str]) -> int:
    """Return how many whole cores a job has; at least one."""
    try:
        return max(1, int(float(environ.get(variables.CPUS, "1"))))
    except ValueError:
        return 1


@contextmanager
def timed(step: str) -> Iterator[None]:
    """Log what a step took."""
    began = time.monotonic()
    yield
    log.info("%s: %.2f s", step, time.monotonic() - began)
