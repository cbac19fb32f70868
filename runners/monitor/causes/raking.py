"""Weights by which the rows of a window have the shares of the reference, in several columns at once.

Iterative proportional fitting (Deming & Stephan, 1940, https://doi.org/10.1214/aoms/1177731829), which survey
statistics calls raking: of all weights that give each of the columns its former distribution, those nearest to equal
ones. Of one column it is the ratio of the densities, by parts.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from runners.monitor.parts import Places, Shares

Weights = np.ndarray[Any, np.dtype[np.float64]]

ROUNDS, NEAR = 30, 1e-3


def raked(places: Sequence[Places], shares: Sequence[Shares], start: Weights) -> Weights | None:
    """Return weights by which the parts of each column have these shares; None where no rows are left.

    A part without a row in the window can't have its share: the others have more of it.

    Args:
        places: of each column, the part of each row.
        shares: of each column, what its parts are to have.
        start: the weights that rows have before; a row that isn't counted has none.
    """
    weights = start.astype(float)
    for _ in range(ROUNDS if len(places) > 1 else 1):
        furthest = 0.0
        for place, share in zip(places, shares, strict=True):
            now = np.bincount(place, weights, minlength=len(share))
            total = float(now.sum())
            if total <= 0.0:
                return None
            wanted = np.where(now > 0, share, 0.0)
            if wanted.sum() <= 0.0:
                return None
            ratio = np.divide(wanted / wanted.sum() * total, now, out=np.zeros_like(now), where=now > 0)
            furthest = max(furthest, float(np.abs(ratio * now - now).sum()) / total)
            weights *= ratio[place]
        if furthest < NEAR:
            break
    return weights
