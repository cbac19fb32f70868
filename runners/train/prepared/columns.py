"""What steps hand on: numbers that others may follow, or columns of the matrix that are ready."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from runners.train.prepared.graph import Graph

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Number:
    """A number on its way: a tensor of doubles [N, 1] with NaN where it is missing. `is_scaled` is told once it is."""

    name: str
    tensor: str
    is_scaled: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """Columns that need nothing more: a tensor of floats [N, len(names)].

    `training` is what the training rows have in their place, where the answer to a row must not be told by it.
    """

    names: tuple[str, ...]
    tensor: str
    training: Array | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A column as it came: its name, its tensor with its type, and what may be asked about the training rows."""

    name: str
    tensor: str
    datatype: str
    is_moment: bool
    graph: Graph
    truth: Array = field(hash=False)
    """The places of the classes, or the numbers to predict."""
    classes: int = 0
    folds: Array | None = field(default=None, hash=False)

    @property
    def values(self) -> Array:
        """Return the training rows' values, [N]."""
        values: Array = self.graph.rows[self.tensor][:, 0]
        return values


Columns = Mapping[str, Array]
