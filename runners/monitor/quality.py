"""Quality of the logged rows: what is missing, what the model never saw, what lies outside the ranges it learned."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from runners.monitor.columns import Column

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares of a column's rows, 0 to 1: missing now and in the reference, unseen categories, numbers out of range.

    `unseen` names the most frequent of the categories that the reference doesn't hold. `change` says in words how the
    column's values moved.
    """

    missing: float
    missing_reference: float
    unseen_share: float = 0.0
    unseen: tuple[str, ...] = ()
    out_of_range: float = 0.0
    change: str = ""


def quality_of(reference: pd.DataFrame, now: pd.DataFrame, column: Column) -> Quality:
    """Hold a column of the window against the reference's."""
    before, after = reference[column.name], now[column.name]
    missing = (float(after.isna().mean()), float(before.isna().mean()))
    if column.kind == "category":
        alien = after[after.notna() & ~after.isin(before.unique())]
        names = tuple(str(name) for name in alien.value_counts().index[:_SHOWN])
        return Quality(*missing, len(alien) / len(after), names, change=_moved_shares(before, after))
    beyond = ((after < before.min()) | (after > before.max())).mean() if before.notna().any() else 0.0
    return Quality(*missing, out_of_range=float(beyond), change=_moved_mean(before, after))


def shares(before: "pd.Series[Any]", after: "pd.Series[Any]", most: int) -> pd.DataFrame:
    """Return the shares of the most frequent categories, `reference` and `now`, the others added up under `…`."""
    both = pd.DataFrame(
        {"reference": before.value_counts(normalize=True), "now": after.value_counts(normalize=True)}
    ).fillna(0.0)
    order = both.max(axis=1).sort_values(ascending=False, kind="stable").index
    kept = both.loc[order[:most]]
    if len(order) > most:
        kept.loc["…"] = both.loc[order[most:]].sum()
    return kept


def _moved_shares(before: "pd.Series[Any]", after: "pd.Series[Any]") -> str:
    both = shares(before, after, most=10_000)
    if both.empty:
        return ""
    name = (both["now"] - both["reference"]).abs().idxmax()
    return f"{name}: {both.loc[name, 'reference']:.1%} → {both.loc[name, 'now']:.1%}"


def _moved_mean(before: "pd.Series[Any]", after: "pd.Series[Any]") -> str:
    if before.notna().any() and after.notna().any():
        return f"mean {before.mean():.4g} → {after.mean():.4g}"
    return ""


def worst(found: Sequence[tuple[str, float]]) -> tuple[str, float] | None:
    """Return the column with the highest share; None where there are no columns."""
    return max(found, key=lambda pair: pair[1], default=None)
