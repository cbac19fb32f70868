"""Whether losses of a chunk are higher than those before, where the rows before are all that is known.

Where nothing has changed, rows could as well have come in any other order: given the losses of all rows up to a chunk's
end, those of the chunk are a draw from them. The chunk's mean has a p-value by that law: exactly uniform, as a lot
decides among ties, and so independent of those before, as conformal p-values are (Vovk, Gammerman & Shafer, 2005,
https://doi.org/10.1007/b106715). Unlike `risk`, it needs no bound of the risk before: the rows before count fully, and
their number grows. What it doesn't find is a risk that was high from the first row on.

A bet on a p-value pays k x p^(k - 1) for 1 (Shafer, 2021, https://doi.org/10.1111/rssa.12647), for several k.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from runners.sequential.bounded import Floats, Values, checked
from runners.sequential.columns import urn
from runners.sequential.detection import Evidence, Stated, grown

POWERS = np.array([0.05, 0.1, 0.2, 0.4, 0.7])
BINS = 20
"""Losses that aren't 0 or 1 are counted in so many steps."""
DRAWS = 1999
LEAST = 1e-12


@dataclass(frozen=True, slots=True)
class Chunks:
    """The losses so far, and the evidence in the chunks of them."""

    counts: tuple[int, ...] = ()
    """Rows by their loss, in steps from 0 to 1; empty before the first."""
    evidence: Evidence = field(default_factory=Evidence)
    """It counts chunks, not rows."""


def begun(losses: Values) -> Chunks:
    """Return what is known before the first chunk: losses of rows that were held out; none may be, too."""
    return Chunks(tuple(_counted(checked(losses)).tolist()))


def held(former: Chunks, losses: Values, stated: Stated, seed: int) -> Chunks:
    """Return what is known after one more chunk; one without rows is none.

    Args:
        former: what was known before.
        losses: of the chunk, from 0 to 1, shape [rows].
        stated: what is stated of false alarms, in chunks.
        seed: of the lots; each chunk has its own by its number.

    Raises:
        ValueError: a loss isn't between 0 and 1.
    """
    now, before = _counted(checked(losses)), np.array(former.counts or (0,) * (BINS + 1), dtype=np.int64)
    if not now.sum():
        return former
    counts = tuple((before + now).tolist())
    if not before.sum():
        return Chunks(counts, former.evidence)
    random = np.random.default_rng([seed, former.evidence.rows])
    chance = max(LEAST, _chance(before + now, now, random))
    paid = np.log(POWERS) + (POWERS - 1.0) * np.log(chance)
    return Chunks(counts, grown(former.evidence, paid[None, :], stated))


def _counted(losses: Floats) -> NDArray[np.int64]:
    return np.bincount(np.rint(losses * BINS).astype(np.int64), minlength=BINS + 1)


def _chance(pool: NDArray[np.int64], now: NDArray[np.int64], random: np.random.Generator) -> float:
    """Return the p-value of a chunk's mean among draws from the pool; uniform where the chunk is one."""
    drawn, total = int(now.sum()), int(pool.sum())
    if pool[1:-1].any():
        steps = np.arange(BINS + 1)
        others = random.multivariate_hypergeometric(pool, drawn, size=DRAWS, method="marginals") @ steps
        mine = int(now @ steps)
        above, same = int((others > mine).sum()), int((others == mine).sum())
        return (above + random.random() * (same + 1)) / (DRAWS + 1)
    marked, hits = int(pool[-1]), int(now[-1])
    lowest, highest = max(0, marked - (total - drawn)), min(marked, drawn)
    law = np.exp(urn(lowest, highest, drawn, marked, total))
    return float(law[hits - lowest + 1 :].sum() + random.random() * law[hits - lowest])
