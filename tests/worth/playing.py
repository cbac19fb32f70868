"""A policy is played: before each chunk it says whether to train, from what it could have known by then.

Labels come `lag` chunks late. Before chunk t, those of chunk j = t - 1 - lag and before are known: a training then
learns from chunk j, and serves from chunk t. The first model learned from chunk 0, and costs nobody anything. The cost
is the sum of losses from chunk 1 + lag to the last, and the price of each training after the first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tests.worth.losses import Floats, Losses

LossesOf = Callable[[int], Floats]
"""The losses, by row, of any model that was trained so far, on a chunk after its own."""


class Policy(Protocol):
    """Decides before each chunk."""

    def begins(self, model: int, held_out: Floats, losses: LossesOf) -> int:
        """Hear that a model was trained, with its held-out losses and those of others on its chunk.

        Returns:
            The model that serves from now on.
        """

    def sees(self, chunk: int, losses: LossesOf) -> int:
        """Hear of one more chunk whose labels have come.

        Returns:
            The model that serves from now on.
        """

    def trains(self) -> bool:
        """Tell whether to train on the newest chunk with labels."""


@dataclass(frozen=True, slots=True)
class Played:
    """What became of it."""

    cost: float
    trainings: tuple[int, ...]
    """The chunks before which it trained."""


def played(policy: Policy, losses: Losses, lag: int, price: float) -> Played:
    """Return the cost of a policy, and when it trained."""
    costs, trainings, cost = losses.costs, list[int](), 0.0
    serves = policy.begins(0, losses.held_out[0], lambda model: losses.of_rows[model, 0])
    for chunk in range(1 + lag, losses.chunks):
        newest = chunk - 1 - lag
        of = partial(_row, losses, newest)
        if newest > 0:
            serves = policy.sees(newest, of)
        if newest > 0 and policy.trains():
            serves, cost = policy.begins(newest, losses.held_out[newest], of), cost + price
            trainings.append(chunk)
        cost += float(costs[serves, chunk])
    return Played(cost, tuple(trainings))


def _row(losses: Losses, chunk: int, model: int) -> Floats:
    """Return the losses of a model; on its own chunk those that were held out."""
    found: Floats = losses.held_out[model] if model == chunk else losses.of_rows[model, chunk]
    return found


def best(costs: NDArray[np.float64], lag: int, price: float) -> Played:
    """Return what the best choice in hindsight would have cost, by dynamic programming.

    Args:
        costs: sums of losses: shape [trained at, evaluated on].
        lag: of labels, in chunks.
        price: of a training.
    """
    chunks = costs.shape[1]
    # From the last chunk backwards: what the rest costs where the model of `newest` serves from this chunk on.
    then = np.zeros(chunks)
    ways: list[NDArray[np.bool_]] = []
    for chunk in range(chunks - 1, lag, -1):
        newest = chunk - 1 - lag
        keeps = costs[:, chunk] + then
        trains = price + keeps[newest]
        ways.append(trains < keeps)
        then = np.minimum(keeps, trains)
    model, trainings = 0, list[int]()
    for chunk, way in zip(range(1 + lag, chunks), reversed(ways), strict=True):
        if way[model] and chunk - 1 - lag > model:
            model = chunk - 1 - lag
            trainings.append(chunk)
    return Played(float(then[0]), tuple(trainings))
