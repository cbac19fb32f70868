"""What fitting leaves: a model's file, how it is asked and read, and what the library itself answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from runners.models import Column, Tensor
from runners.models.signature import Reading
from runners.train.examples import Parts
from runners.train.trial import Trial

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class History:
    """How training went: series of numbers over steps."""

    step: str
    """What a step is: a tree, an epoch."""
    figure: str
    """What the series hold: a metric, the loss."""
    steps: tuple[float, ...]
    series: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model in a file of the trial's folder.

    `expected` is what the library that trained it answers on the test rows, probabilities [N, classes] or numbers
    [N]: the exported file must answer the same.
    """

    file: str
    format: str
    inputs: tuple[Column, ...]
    tensors: tuple[Tensor, ...]
    raw: str
    reading: Reading
    expected: Array | None = None
    history: History | None = None
    notes: tuple[str, ...] = ()
    thresholds: tuple[float, ...] = ()
    """From which probability on each of several labels is answered; left out, from a half on."""
    reported: Mapping[str, float] | None = None
    """Figures that the user's own code reports of itself."""


Fit = Callable[[Trial, Parts], Fitted]
"""Fits a model to the training rows and leaves its file in the trial's folder."""
