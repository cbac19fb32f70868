"""Drift of pictures by what they show: whether a classifier tells the window's from the reference's by their points.

That is as texts are compared: on pictures that it hasn't learned from, with a part of the report's rate of false
alarms. The points are fixed, so that nothing is made of the reference, and all of it shows what is usual.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.columns import Column
from runners.monitor.outliers import FEWEST_ROWS, Distance, distance
from runners.monitor.reference import Reference
from runners.monitor.rows import Prediction, listed, rows_of

MOST_PICTURES = 4_000
"""Pictures of a side whose points are looked at."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """How far a column's pictures are from the reference's; `pictures` is how many of each side were looked at."""

    name: str
    pictures: tuple[int, int]
    points: Distance | None = None


def appearances(reference: Reference, predictions: Sequence[Prediction], *, seed: int) -> tuple[Appearance, ...]:
    """Return how far the pictures of each column are from the reference's.

    Args:
        reference: the trial's test.
        predictions: the window.
        seed: of the draws.
    """
    if not reference.pictures:
        return ()
    asked, found = rows_of(predictions).columns, list[Appearance]()
    for one in reference.pictures:
        logged = listed(asked[one.point]) if one.point in asked else []
        usual, now = (_points(told, seed) for told in (reference.rows[one.point].tolist(), logged))
        columns = [Column(str(name), "number") for name in usual]
        far = distance(usual, now, columns, seed=seed) if min(len(usual), len(now)) else None
        found.append(Appearance(one.name, (len(usual), len(now)), far))
    return tuple(found)


def gaps_of(found: Sequence[Appearance]) -> Iterator[str]:
    """Say of which pictures there are too few to compare what they show."""
    for one in found:
        if one.points is None:
            usual, now = one.pictures
            what = f"{now:,} of the window and {usual:,} of the reference are pictures of the model's size"
            yield f"What {one.name} shows isn't compared with the reference: {what}, and {FEWEST_ROWS} are needed."


def _points(told: Sequence[Any], seed: int) -> pd.DataFrame:
    """Return the points of some pictures as columns, drawn by chance where there are many."""
    known = [point for point in told if isinstance(point, bytes)]
    drawn = np.random.default_rng(seed).permutation(len(known))[:MOST_PICTURES]
    rows = np.frombuffer(b"".join(known[at] for at in drawn), np.float32).reshape(len(drawn), -1 if len(drawn) else 0)
    return pd.DataFrame(rows).rename(columns=str)
