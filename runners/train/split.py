"""Splitting: which rows train and which test.

Rows are dealt out by a hash of their identifier (of their values, where they have none) and the seed, within each
class. So equal requests split equally whatever the order of the rows; and when the data grows, a row that tested
before still tests, but for a few at the border: the model that is live hasn't learned from the rows on which a newer
one is held against it.
"""

import numpy as np
import pandas as pd

from runners.contract import InputError
from runners.train.examples import Array, Examples, Parts
from runners.train.trial import Split


def split(examples: Examples, how: Split, seed: int) -> Parts:
    """Divide the examples.

    Raises:
        InputError: the ordering column has gaps, or a class would be missing from the training rows.
    """
    is_test = _last(examples, how.by, how.test, seed) if how.by else _drawn(examples, how.test, seed)
    parts = Parts(examples.take(np.flatnonzero(~is_test)), examples.take(np.flatnonzero(is_test)))
    _check(parts, how)
    return parts


def _drawn(examples: Examples, share: float, seed: int) -> Array:
    order = np.argsort(draws(examples, seed), kind="stable")
    is_test = np.zeros(len(examples), np.bool_)
    strata = examples.codes if examples.classes else np.zeros(len(examples), np.int64)
    for stratum in np.unique(strata):
        rows = order[strata[order] == stratum]
        is_test[rows[: _count(len(rows), share)]] = True
    return is_test


def _last(examples: Examples, by: str, share: float, seed: int) -> Array:
    values = examples.columns[by]
    if pd.isna(values).any():
        what = f"{int(pd.isna(values).sum())} rows have no {by}, by which the rows are ordered"
        raise InputError(what, "split.by", "order by another column, or split at random")
    order = np.lexsort((draws(examples, seed), pd.factorize(values, sort=True)[0]))
    is_test = np.zeros(len(examples), np.bool_)
    is_test[order[len(examples) - _count(len(examples), share) :]] = True
    return is_test


def _count(rows: int, share: float) -> int:
    return min(max(round(rows * share), 1), rows - 1)


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
    classes = parts.train.classes
    if not classes:
        return
    learned, tested = np.unique(parts.train.codes), np.unique(parts.test.codes)
    fix = "order by another column, or split at random" if how.by else "collect more rows"
    if len(learned) < len(classes):
        absent = next(label for place, label in enumerate(classes) if place not in learned)
        raise InputError(f"no row to train on is of the class {absent}", "split", fix)
    if len(tested) < 2:
        raise InputError(f"all rows to test are of the class {classes[tested[0]]}", "split", fix)
