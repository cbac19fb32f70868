"""Splitting: which rows a model learns from, on which it is chosen, and on which it is judged.

Three sets: training rows, validation rows, by which trials are ranked, and test rows, which no choice has seen. Rows
are dealt out by a hash of their identifier (of their values, where they have none) and a seed, within each class. So
equal requests split equally whatever the order of the rows; and when the data grows, a row that tested before still
tests, but for a few at the border, which validate then: the model that is live hasn't learned from the rows on which a
newer one is held against it. By another seed it may have: `runners/evaluate/seen.py` tells which.

Where the dataset states its split (`runners/tables/sides.py`), the rows are where it says, whatever the seed, and none
ever moves.
"""

import numpy as np
import pandas as pd

from runners.contract import InputError
from runners.train.examples import Array, Examples, Parts
from runners.train.joint import strata_of, unlearned
from runners.train.trial import Split

TRAIN, VALIDATION, TEST = 0, 1, 2


def split(examples: Examples, how: Split, seed: int) -> Parts:
    """Divide the examples.

    Raises:
        InputError: the ordering column has gaps, or a class would be missing from the training rows.
    """
    sets, seed = examples.sides, seed if how.seed is None else how.seed
    if sets is None:
        sets = _ordered(examples, how, seed) if how.by else _drawn(examples, how, seed)
    parts = Parts(*(examples.take(np.flatnonzero(sets == one)) for one in (TRAIN, VALIDATION, TEST)))
    _check(parts, how)
    return parts


def _drawn(examples: Examples, how: Split, seed: int) -> Array:
    order = np.argsort(draws(examples, seed), kind="stable")
    sets = np.full(len(examples), TRAIN)
    codes = examples.codes if examples.classes else np.zeros(len(examples), np.int64)
    strata = strata_of(codes) if examples.is_joint else codes
    for stratum in np.unique(strata):
        rows = order[strata[order] == stratum]
        _deal(sets, rows, how)
    return sets


def _deal(sets: Array, rows: Array, how: Split) -> None:
    """Let the first of these rows test and the next ones validate; of three each set gets one, of fewer the others."""
    test = min(max(round(len(rows) * how.test), 1), max(len(rows) - 2, min(len(rows) - 1, 1)))
    validation = min(max(round(len(rows) * how.validation), 1), len(rows) - test - 1)
    sets[rows[:test]] = TEST
    sets[rows[test : test + validation]] = VALIDATION


def _ordered(examples: Examples, how: Split, seed: int) -> Array:
    """Let the last rows in the order of a column test, and those before them validate."""
    by = str(how.by)
    values = examples.columns[by]
    if pd.isna(values).any():
        what = f"{int(pd.isna(values).sum())} rows have no {by}, by which the rows are ordered"
        raise InputError(what, "split.by", "order by another column, or split at random")
    order = np.lexsort((draws(examples, seed), pd.factorize(values, sort=True)[0]))
    sets = np.full(len(examples), TRAIN)
    _deal(sets, order[::-1], how)
    return sets


def draws(examples: Examples, seed: int) -> Array:
    """Return a number for each row, 64 bits that look like chance: a hash of the row's name and the seed."""
    if examples.identifier:
        hashed: Array = pd.util.hash_array(examples.columns[examples.identifier], categorize=False)
    else:
        known = {**{name: values for name, values in examples.inputs.items() if values.ndim == 1}, "": examples.truth}
        hashed = pd.util.hash_pandas_object(pd.DataFrame(known), index=False).to_numpy()
    return _mixed(hashed ^ _mixed(np.full(1, seed, np.uint64)))


def _mixed(words: Array) -> Array:
    """Scramble 64-bit words by the finaliser of SplitMix64 (Steele, Lea & Flood, 2014)."""
    words = (words + np.uint64(0x9E3779B97F4A7C15)).astype(np.uint64)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Array = words ^ (words >> np.uint64(31))
    return mixed


def _check(parts: Parts, how: Split) -> None:
    classes, fix = parts.train.classes, _fix(parts.train, how)
    if classes and (what := unlearned(parts.train)):
        raise InputError(what, "split", fix)
    for purpose, rows in (("train on", parts.train), ("test", parts.test), ("validate", parts.validation)):
        if not len(rows):
            raise InputError(f"there are no rows to {purpose}", "split", fix)
        found = np.unique(rows.codes)
        if classes and len(found) < 2 and not parts.train.is_joint:
            raise InputError(f"all rows to {purpose} are of the class {classes[found[0]]}", "split", fix)


def _fix(train: Examples, how: Split) -> str:
    if train.sides is not None:
        return "collect more rows, or correct the split of the dataset: its shares, its cuts, or its column of sides"
    return "order by another column, or split at random" if how.by else "collect more rows"
