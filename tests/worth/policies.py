"""The policies that ours is compared with, and ours.

`never`, `always`, and `periodic` with the best period in hindsight; `ADWIN` and `DDM` as river has them, with their
defaults, on the losses in the order of rows; `CARA`: the threshold of Mahadevan and Mathioudakis (2024, Knowledge-Based
Systems 293): train where the loss on the newest chunk is so much above that on the model's own, the threshold that
costs least on the first third of the stream. (Their staleness weighs labelled rows by how near they are to the rows
that are asked about; here both are the rows of the newest chunk with labels, and weigh the same.)
"""

from collections.abc import Callable

import numpy as np
from river.drift import ADWIN
from river.drift.binary import DDM

from runners.sequential.paying import Serving, Terms, began, is_due, served, trained
from tests.worth.losses import Floats, Losses
from tests.worth.playing import LossesOf, Played, Policy, best, played

THIRD = 3
THRESHOLDS = (-1.0, 0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.3, 0.5, 2.0)


class Newest:
    """Serves the newest model."""

    def __init__(self) -> None:
        self.model = 0

    def begins(self, model: int, held_out: Floats, losses: LossesOf) -> int:
        """Serve it."""
        self.model = model
        return model


class Periodic(Newest):
    """Trains before each so many chunks."""

    def __init__(self, period: int) -> None:
        super().__init__()
        self._period, self._chunk = period, 0

    def sees(self, chunk: int, losses: LossesOf) -> int:
        """Count one more."""
        self._chunk = chunk
        return self.model

    def trains(self) -> bool:
        """Tell whether it is time."""
        return self._chunk - self.model >= self._period


class Detected(Newest):
    """Trains where a detector of river tells a change for the worse."""

    def __init__(self, make: Callable[[], ADWIN | DDM]) -> None:
        super().__init__()
        self._make, self._detector, self._found = make, make(), False

    def begins(self, model: int, held_out: Floats, losses: LossesOf) -> int:
        """Begin anew."""
        self._detector, self._found = self._make(), False
        return super().begins(model, held_out, losses)

    def sees(self, chunk: int, losses: LossesOf) -> int:
        """Tell each row's loss; a detector of wrong answers hears whether it is above a half."""
        for loss in losses(self.model):
            self._found |= self._rose(float(loss))
        return self.model

    def trains(self) -> bool:
        """Tell whether one was found."""
        return self._found

    def _rose(self, loss: float) -> bool:
        if isinstance(self._detector, DDM):
            self._detector.update(loss > 0.5)  # type: ignore[no-untyped-call]
            return bool(self._detector.drift_detected)
        before = self._detector.estimation
        self._detector.update(loss)  # type: ignore[no-untyped-call]
        return bool(self._detector.drift_detected) and self._detector.estimation >= before


class Threshold(Newest):
    """Trains where the newest loss is so much above the held-out one."""

    def __init__(self, threshold: float) -> None:
        super().__init__()
        self._threshold, self._promised, self._newest = threshold, 0.0, 0.0

    def begins(self, model: int, held_out: Floats, losses: LossesOf) -> int:
        """Take what the training promised."""
        self._promised = float(held_out.mean())
        return super().begins(model, held_out, losses)

    def sees(self, chunk: int, losses: LossesOf) -> int:
        """Take the mean."""
        self._newest = float(losses(self.model).mean())
        return self.model

    def trains(self) -> bool:
        """Tell whether it is above."""
        return self._newest - self._promised >= self._threshold


class Ours:
    """Trains where there is evidence and it pays, and serves the best it has: `runners/sequential/paying.py`."""

    def __init__(self, terms: Terms, seed: int = 0) -> None:
        self._terms, self._seed = terms, seed
        self._serving: Serving | None = None

    def begins(self, model: int, held_out: Floats, losses: LossesOf) -> int:
        """Hold it against those before."""
        before = self._serving
        others = {one: losses(one) for one in (before.model, *before.leads)} if before else {}
        self._serving = trained(before, model, held_out, others) if before else began(model, held_out)
        return self._serving.model

    def sees(self, chunk: int, losses: LossesOf) -> int:
        """Take one more chunk."""
        assert self._serving is not None
        of = {one: losses(one) for one in (self._serving.model, *self._serving.leads)}
        self._serving = served(self._serving, of, self._terms, self._seed + chunk)
        return self._serving.model

    def trains(self) -> bool:
        """Tell whether it is due."""
        assert self._serving is not None
        return is_due(self._serving, self._terms)


def all_played(losses: Losses, lag: int, price: float, rate: float = 0.05) -> dict[str, Played]:
    """Return what became of each policy, by its name; the best in hindsight is `oracle`.

    Args:
        losses: of a stream.
        lag: of labels, in chunks.
        price: of a training, in losses.
        rate: that ours states.
    """

    def play(policy: Policy) -> Played:
        return played(policy, losses, lag, price)

    periods = range(1, max(2, losses.chunks // 2))
    return {
        "never": play(Periodic(losses.chunks + 1)),
        "always": play(Periodic(1)),
        "periodic": min((play(Periodic(period)) for period in periods), key=lambda one: one.cost),
        "ADWIN": play(Detected(ADWIN)),
        "DDM": play(Detected(DDM)),
        "CARA": play(Threshold(tuned(losses, lag, price))),
        "ours": play(Ours(Terms(price, rate))),
        "oracle": best(losses.costs, lag, price),
    }


def tuned(losses: Losses, lag: int, price: float) -> float:
    """Return the threshold that costs least on the first third of the stream."""
    first = max(3 + lag, losses.chunks // THIRD)
    part = Losses(losses.of_rows[:first, :first], losses.held_out[:first])
    costs = [played(Threshold(one), part, lag, price).cost for one in THRESHOLDS]
    return THRESHOLDS[int(np.argmin(costs))]
