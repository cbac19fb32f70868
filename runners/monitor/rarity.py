"""How rare a value is: -log of the share of known rows that have it, or of numbers, that lie as far out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.columns import Column, coded_of, tally
from runners.monitor.places import places_of

_LEVELS = (0.0, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1.0)
"""The quantiles that numbers are cut at."""
_BEYOND = (0.25, 1.0, 4.0)
"""How far beyond the known numbers, as multiples of their range, a value grows stranger by as much as e rows make."""


@dataclass(frozen=True, slots=True)
class Rarity:
    """The rarity of a column's values: of numbers by their place among `edges`, of categories by name.

    `gap` is that of a missing value, `unseen` that of a category which none of the known rows has.
    """

    gap: float
    unseen: float
    edges: tuple[float, ...] = ()
    told: tuple[float, ...] = ()
    named: Mapping[Any, float] = field(default_factory=dict)

    @classmethod
    def of(cls, known: "pd.Series[Any]", column: Column) -> "Rarity":
        """Return the rarity of a column's values, by the known rows."""
        count = len(known)
        unseen, gaps = float(np.log(count + 1)), int(known.isna().sum())
        gap = float(-np.log(max(gaps, 1 / (count + 1)) / count)) if gaps else unseen
        if column.kind == "category":
            return cls(gap, unseen, named={name: -log(hits / count) for name, hits in tally(known).items()})
        numbers = known.dropna().to_numpy(float)
        return cls(gap, unseen, *_tails(numbers, unseen)) if len(numbers) else cls(gap, unseen, (), (unseen,))

    def of_values(self, values: "pd.Series[Any]") -> Any:
        """Return the rarity of each value."""
        if self.told:
            numbers = values.to_numpy(float)
            table = np.array([*self.told, self.gap], dtype=np.float32)
            places = places_of(numbers, self.edges)
            places[np.isnan(numbers)] = len(self.told)
            return table[places]
        codes, distinct = coded_of(values)
        found = [self.named.get(name, self.unseen) for name in distinct]
        return np.array([*found, self.gap], dtype=np.float32)[codes]


def _tails(numbers: Any, unseen: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return edges, and how rare the numbers between them are: by the smaller share that lies on one side, twice."""
    quantiles = np.quantile(numbers, _LEVELS)
    inner = np.unique([np.nextafter(quantiles[0], -np.inf), *quantiles])
    counts = np.bincount(places_of(numbers, inner.tolist()), minlength=len(inner) + 1)
    middle = (np.cumsum(counts) - counts / 2) / len(numbers)
    shares = np.clip(2 * np.minimum(middle, 1 - middle), 1 / (len(numbers) + 1), 1.0)
    told = -np.log(shares)
    told[0] = told[-1] = unseen
    span = np.array(_BEYOND) * max(float(inner[-1] - inner[0]), np.finfo(float).eps)
    more = unseen + np.arange(1, len(span) + 1)
    edges = np.concatenate([inner[0] - span[::-1], inner, inner[-1] + span])
    return tuple(edges.tolist()), tuple(np.concatenate([more[::-1], told, more]).tolist())
