"""Drift: how far a version is from the one that was accepted before it, by their summaries alone.

A figure breaks its limit where it is both beyond the limit and beyond chance. What chance does is told by a test of the
two summaries: Fisher's exact one for shares of missing values, Welch's for means, and Pearson's chi-squared for
distances, each at the level of false alarms divided by the number of limits (Bonferroni). Counts of rows are compared
as they are. No value of a column is told.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyarrow import dataset

from runners.contract import Violation
from runners.contract.request import PREVIOUS
from runners.counting import counted
from runners.ingest.parameters import Parameters, Volume
from runners.sources.derived import table_in
from runners.staging import local
from runners.tables.content import GROUP_ROWS
from runners.tables.schema import read_schema
from runners.tables.summary import ColumnSummary, Summary, from_bytes, summarise
from runners.tables.summary.columns import Classes
from runners.tables.summary.numbers import Numbers
from runners.tables.version import read_manifest

BINS = 20
"""Parts of numbers and moments, of about as many values each."""
MOST_CLASSES = 50
"""Texts that are told apart, the most frequent; all others count as one."""
FEWEST = 5.0
"""Values that a part must be expected to hold for its count to be tested (Cochran, 1954)."""
Counts = NDArray[np.int64]


def previous_of(params: Parameters, inputs: Mapping[str, str]) -> Summary | None:
    """Summarise what limits are set for of the version before; None where there is none, or no limit.

    A version of parts has their summaries, and no row of it is read.

    Raises:
        InputError: it holds no table.
        InputGone: it isn't there any more.
    """
    if params.drift is None or PREVIOUS not in inputs:
        return None
    folder = local(inputs[PREVIOUS])
    if manifest := read_manifest(folder):
        stored = [from_bytes((folder / part.summary).read_bytes()) for part in manifest.parts]
        return reduce(Summary.merged, stored) if stored else summarise((), manifest.types)
    known = read_schema(folder).columns
    types = {name: known[name].type for name in params.drift.columns if name in known}
    rows = dataset.dataset(table_in(folder, "the version before"), format="parquet")
    if not types:
        return Summary(rows.count_rows(), {})
    return summarise(rows.to_batches(columns=list(types), batch_size=GROUP_ROWS), types)


@dataclass(frozen=True)
class _Change:
    """A figure of a column: by how much it has changed, and how probable that much is by chance."""

    words: str
    value: float
    chance: float


def drifted(now: Summary, before: Summary, params: Parameters) -> Iterator[Violation]:
    """Say which limits are broken. A column that wasn't there before, or had another type, is held to none.

    Args:
        now: the summary of the version.
        before: that of the one before it.
        params: the limits.
    """
    limits = params.drift
    if limits is None:
        return
    if limits.rows:
        yield from _of_rows(now.rows, before.rows, limits.rows)
    asked = [
        (name, field, limit)
        for name, column in limits.columns.items()
        for field, limit in column.model_dump(exclude_none=True).items()
    ]
    for name, field, limit in asked:
        ours, theirs = now.columns.get(name), before.columns.get(name)
        if ours is None or theirs is None or ours.type != theirs.type:
            continue
        change = _CHANGES[field](ours, theirs)
        if change and change.value > limit and change.chance <= limits.false_alarms / len(asked):
            what = f"{change.words} {change.value:.3g}, allowed is {limit:g}; chance does that once in more than "
            what += f"{_times(limits.false_alarms / len(asked))} refreshes"
            fix = f"see what has changed at the source; where it is right, raise drift.columns.{name}.{field}"
            yield Violation(where=name, what=what, fix=fix)


def _times(level: float) -> str:
    return f"{math.floor(1 / level):,}"


def _of_rows(now: int, before: int, limits: Volume) -> Iterator[Violation]:
    told = f"it has {counted(now, 'row')}, and the version before had {before:,}"
    if now < before * limits.minimum:
        what = f"{told}: fewer than {limits.minimum:.0%} of them"
        yield Violation(where="table", what=what, fix="see why the source holds less, or lower drift.rows.minimum")
    if limits.maximum is not None and now > before * limits.maximum:
        what = f"{told}: more than {limits.maximum:.0%} of them"
        yield Violation(where="table", what=what, fix="see why the source holds more, or raise drift.rows.maximum")


def _missing(now: ColumnSummary, before: ColumnSummary) -> _Change | None:
    from scipy import stats

    counts = np.array([[now.missing, now.count], [before.missing, before.count]])
    if not counts.sum(1).all():
        return None
    shares = counts[:, 0] / counts.sum(1)
    return _Change(
        "its share of missing values has moved by", abs(shares[0] - shares[1]), stats.fisher_exact(counts)[1]
    )


def _mean(now: ColumnSummary, before: ColumnSummary) -> _Change | None:
    from scipy import stats

    if not isinstance(now.figures, Numbers) or not isinstance(before.figures, Numbers) or now.type == "datetime":
        return None
    ours, theirs = now.figures.moments, before.figures.moments
    counts = (now.figures.tally.total, before.figures.tally.total)
    if min(counts) < 2:
        return None
    away = abs(ours.mean - theirs.mean)
    words = "its mean, in standard deviations of the version before, has moved by"
    if not ours.std and not theirs.std:  # all values are the same, here and there
        ways = math.lgamma(sum(counts) + 1) - math.lgamma(counts[0] + 1) - math.lgamma(counts[1] + 1)
        return _Change(words, math.inf, math.exp(-ways)) if away else None
    spreads = (ours.std, counts[0], theirs.mean, theirs.std, counts[1])
    chance = float(stats.ttest_ind_from_stats(ours.mean, *spreads, equal_var=False).pvalue)
    return _Change(words, away / theirs.std if theirs.std else math.inf, chance)


def _distance(now: ColumnSummary, before: ColumnSummary) -> _Change | None:
    ours, theirs = now.figures, before.figures
    if isinstance(ours, Numbers) and isinstance(theirs, Numbers):
        table = _of_numbers(ours, theirs)
    else:
        assert isinstance(ours, Classes)  # the type decides which it is
        assert isinstance(theirs, Classes)
        table = _of_classes(now, before)
    if not table.sum(1).all():
        return None
    return _Change("its values are at a Jensen-Shannon distance (0 to 1) of", divergence(table), homogeneity(table))


_CHANGES: Mapping[str, Any] = {"missing": _missing, "mean": _mean, "distance": _distance}


def _of_numbers(now: Numbers, before: Numbers) -> Counts:
    """Count the values of both in parts that hold about as many each; infinite ones are a part."""
    shift = max(now.tally.shift, before.tally.shift)
    bins = [one.tally.bins >> (shift - one.tally.shift) for one in (now, before)]
    all_bins = np.unique(np.concatenate(bins))
    counts = np.zeros((2, len(all_bins)), np.int64)
    for row, (places, one) in enumerate(zip(bins, (now, before), strict=True)):
        np.add.at(counts[row], np.searchsorted(all_bins, places), one.tally.counts)
    parts = _parts(counts.sum(0))
    table = np.zeros((2, int(parts.max(initial=-1)) + 2), np.int64)
    for row in range(2):
        np.add.at(table[row], parts, counts[row])
    table[:, -1] = now.beyond.total, before.beyond.total
    return table


def _parts(both: Counts) -> Counts:
    """Deal values in their order to parts of about as many each; one that is frequent has its own.

    They are made of both versions' values together: made of one's alone, they would fit that one by chance.
    """
    total, part, filled = int(both.sum()), -1, math.inf
    parts = np.zeros(len(both), np.int64)
    for place, count in enumerate(both.tolist()):
        is_frequent = count > 0 and count * BINS >= total
        if is_frequent or filled * BINS >= total:
            part, filled = part + 1, 0
        filled = math.inf if is_frequent else filled + count
        parts[place] = part
    return parts


def _of_classes(now: ColumnSummary, before: ColumnSummary) -> Counts:
    """Count the values of both by the most frequent ones, and all others together."""
    ours, theirs = (dict(one.top(MOST_CLASSES)) for one in (now, before))
    names = sorted({*ours, *theirs}, key=lambda name: (-ours.get(name, 0) - theirs.get(name, 0), name))[:MOST_CLASSES]
    told = np.array([[one.get(name, 0) for name in names] for one in (ours, theirs)], np.int64).reshape(2, -1)
    rest = np.array([now.count, before.count]) - told.sum(1)
    return np.column_stack([told, rest])


def divergence(table: Counts) -> float:
    """Return the Jensen-Shannon distance of two rows of counts: the root of the divergence to the base 2."""
    shares = table / table.sum(1, keepdims=True)
    middle = shares.mean(0)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(shares > 0, shares * np.log2(shares / middle), 0.0)
    return math.sqrt(max(float(parts.sum()) / 2, 0.0))


def homogeneity(table: Counts) -> float:
    """Return how probable counts as different as these are where both rows are of the same kind.

    Parts that are expected to hold too few are joined, the rarest first; where fewer than two are left nothing is told.
    """
    from scipy import stats

    order = np.argsort(table.sum(0), kind="stable")
    share = table.sum(1).min() / table.sum()
    parts: list[Counts] = []
    held = np.zeros(2, np.int64)
    for column in table[:, order].T:
        held = held + column
        if held.sum() * share >= FEWEST:
            parts.append(held)
            held = np.zeros(2, np.int64)
    if parts and held.sum():
        parts[-1] = parts[-1] + held
    if len(parts) < 2:
        return 1.0
    return float(stats.chi2_contingency(np.array(parts).T, correction=False).pvalue)
