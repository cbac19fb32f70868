"""Quality of the logged rows: what is missing, what the model never saw, what lies outside the ranges it learned."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from runners.monitor.chance import CERTAIN, of_excess
from runners.monitor.columns import Column, gaps_of, tally
from runners.monitor.tables import Tables

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares of a column's rows, 0 to 1: missing now and in the reference, unseen categories, numbers out of range.

    `unseen` names the most frequent of the categories that the reference doesn't hold. `excess` is by how much values
    that the known rows don't hold are more frequent than among the rows held out: of a column with thousands of values
    many are new every time. The chances are those of such a share, missing or in excess, without any change. `change`
    says in words how the column's values moved.
    """

    missing: float
    missing_reference: float
    unseen_share: float = 0.0
    unseen: tuple[str, ...] = ()
    out_of_range: float = 0.0
    change: str = ""
    excess: float = 0.0
    missing_chance: float = CERTAIN
    excess_chance: float = CERTAIN


def quality_of(tables: Tables, column: Column) -> Quality:
    """Hold a column of the window against the reference's."""
    before, after = tables.reference[column.name], tables.now[column.name]
    gaps, gaps_before = (gaps_of(side) for side in (after, before))
    missing = (gaps / len(after), gaps_before / len(before))
    chance = of_excess((gaps, len(after)), (gaps_before, len(before)))
    if column.kind == "category":
        now, usual = tally(after), tally(before)
        alien = now[~now.index.isin(usual.index)]
        names = tuple(str(name) for name in alien.index[:_SHOWN])
        change, (excess, odds) = _moved_shares(usual, now), _excess(tables, column, now)
        return Quality(*missing, int(alien.sum()) / len(after), names, 0.0, change, excess, chance, odds)
    numbers, least, most = after.to_numpy(float), before.min(), before.max()
    beyond = np.count_nonzero(numbers < least) + np.count_nonzero(numbers > most) if gaps_before < len(before) else 0
    is_known = gaps < len(after) and gaps_before < len(before)
    change = f"mean {before.mean():.4g} → {after.mean():.4g}" if is_known else ""
    return Quality(*missing, out_of_range=beyond / len(after), change=change, missing_chance=chance)


def _excess(tables: Tables, column: Column, now: "pd.Series[int]") -> tuple[float, float]:
    """Return by how much values that the known rows don't hold are more frequent, and the chance of that."""
    known, held_out = tally(tables.known[column.name]).index, tally(tables.held_out[column.name])
    sizes = len(tables.now), len(tables.held_out)
    counts = [
        (int(side[~side.index.isin(known)].sum()), size) for side, size in zip((now, held_out), sizes, strict=True)
    ]
    share, usual = (hits / rows if rows else 0.0 for hits, rows in counts)
    return share - usual, of_excess(*counts)


def shares(before: "pd.Series[int]", after: "pd.Series[int]", most: int) -> pd.DataFrame:
    """Return the shares of the most frequent categories, `reference` and `now`, the others added up under `…`.

    Args:
        before: how often each category is in the reference.
        after: how often it is in the window.
        most: how many categories are told.
    """
    both = pd.DataFrame({"reference": before / before.sum(), "now": after / after.sum()}).fillna(0.0)
    order = both.max(axis=1).sort_values(ascending=False, kind="stable").index
    kept = both.loc[order[:most]]
    if len(order) > most:
        kept.loc["…"] = both.loc[order[most:]].sum()
    return kept


def _moved_shares(before: "pd.Series[int]", after: "pd.Series[int]") -> str:
    both = shares(before, after, most=10_000)
    if both.empty:
        return ""
    name = (both["now"] - both["reference"]).abs().idxmax()
    return f"{name}: {both.loc[name, 'reference']:.1%} → {both.loc[name, 'now']:.1%}"


def worst(found: Sequence[tuple[str, float]]) -> tuple[str, float] | None:
    """Return the column with the highest share; None where there are no columns."""
    return max(found, key=lambda pair: pair[1], default=None)
