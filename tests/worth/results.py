"""What is measured on streams: costs by policy, false alarms on shuffled rows, and the delay after known changes."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from river.drift import ADWIN
from river.drift.binary import DDM

from runners.sequential.paying import Terms
from tests.worth.losses import Losses, losses_of
from tests.worth.playing import Played, Policy
from tests.worth.policies import Detected, Ours, all_played
from tests.worth.stream import Stream

PRICES = (0.01, 0.05, 0.2)
"""Of a training, as shares of a chunk's rows, in losses."""
MIDDLE = 0.05
LAG = 1
LAGS = (0, 1, 4)
RATE = 0.05
SHUFFLES, ORDERS = 2, 10
"""Of each stream so many shuffles, whose first model's losses are put in so many orders."""


@dataclass(frozen=True, slots=True)
class Result:
    """What the policies cost on one stream."""

    stream: Stream
    price: float
    lag: int
    played: dict[str, Played]

    @property
    def over_oracle(self) -> dict[str, float]:
        """Return the costs over that of the best in hindsight, by policy."""
        least = self.played["oracle"].cost
        return {name: one.cost / least if least else 1.0 for name, one in self.played.items()}

    @property
    def over_two(self) -> float:
        """Return the cost of ours over the better of never and always."""
        return self.played["ours"].cost / max(1e-9, min(self.played[name].cost for name in ("never", "always")))


@dataclass(frozen=True, slots=True)
class Quiet:
    """Shuffled streams on which a policy ever trained."""

    streams: int
    trained: dict[str, int]


def results(stream: Stream, folder: Path | None) -> Iterator[Result]:
    """Yield what the policies cost: at each price by the usual lag, and at the middle price by the others."""
    losses = losses_of(stream, folder)
    for lag, price in [*((LAG, price) for price in PRICES), *((lag, MIDDLE) for lag in LAGS if lag != LAG)]:
        yield Result(stream, price, lag, all_played(losses, lag, price * losses.rows, RATE))


def quiet(streams: Iterable[Stream], folder: Path | None) -> Quiet:
    """Count the shuffled streams, at the lowest price."""
    trained = {"ours": 0, "ADWIN": 0, "DDM": 0}
    shuffled = [stream.shuffled(seed) for stream in streams for seed in range(SHUFFLES)]
    for losses in (losses_of(stream, folder, models=1) for stream in shuffled):
        for name, order in product(trained, range(ORDERS)):
            trained[name] += ever_trains(_policy(name, losses, order), losses, order)
    return Quiet(len(shuffled) * ORDERS, trained)


def _policy(name: str, losses: Losses, seed: int) -> Policy:
    if name == "ours":
        return Ours(Terms(min(PRICES) * losses.rows, RATE), seed)
    return Detected(ADWIN if name == "ADWIN" else DDM)


def ever_trains(policy: Policy, losses: Losses, order: int) -> bool:
    """Tell whether a policy trains while the first model serves on the rows after its own in another order."""
    after = losses.of_rows[0, 1:]
    rows = np.random.default_rng([13, order]).permutation(after.ravel()).reshape(after.shape)
    policy.begins(0, losses.held_out[0], lambda _: losses.held_out[0])
    for chunk, found in enumerate(rows, 1):
        policy.sees(chunk, _same(found))
        if policy.trains():
            return True
    return False


def _same(
    found: "np.ndarray[tuple[int], np.dtype[np.float64]]",
) -> Callable[[int], "np.ndarray[tuple[int], np.dtype[np.float64]]"]:
    return lambda _: found


def delays(result: Result, name: str) -> list[float | None]:
    """Return after how many chunks a policy first trained after each known change; None if not before the next."""
    stream, trainings = result.stream, result.played[name].trainings
    changes = [row / stream.chunk for row in stream.changes]
    ends = [*changes[1:], float(stream.chunks)]
    return [
        next((chunk - change for chunk in trainings if change <= chunk < end), None)
        for change, end in zip(changes, ends, strict=True)
    ]
