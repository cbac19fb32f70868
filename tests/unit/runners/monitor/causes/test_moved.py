"""Columns that moved, by the rows that they moved in."""

import numpy as np
import pandas as pd

from runners.monitor.causes.moved import candidates, moved_of
from runners.monitor.columns import Column
from runners.monitor.parameters import Thresholds
from runners.monitor.parts import parts_of
from tests.unit.runners.monitor.example import FOUND

COLUMNS = {name: Column(name, "number") for name in "abc"}


def test_what_drifts_and_what_is_missing_or_unseen_beyond_its_threshold_moved() -> None:
    names = ["age", "kind|of", "gone"]
    assert candidates(FOUND, Thresholds(missing_share=0.05), names) == ["kind|of", "gone"]
    assert candidates(FOUND, Thresholds(), names) == ["kind|of"]
    assert candidates(FOUND, Thresholds(missing_share=0.05), ["age"]) == []


def test_columns_that_moved_in_the_same_rows_are_one_group() -> None:
    random = np.random.default_rng(0)
    before = pd.DataFrame({name: random.normal(size=500) for name in "abc"})
    now = pd.DataFrame({name: random.normal(size=400) for name in "abc"})
    now.loc[:150, ["a", "c"]] = np.nan
    now.loc[200:, "b"] = np.nan
    parts = {name: one for name, column in COLUMNS.items() if (one := parts_of(before[name], column, 400))}
    found = moved_of(["a", "b", "c", "unknown"], parts, before, now)
    assert [one.player.names for one in found] == [("a", "c"), ("b",)]
    assert [one.parts.names[one.part] for one in found] == ["missing", "missing"]
    assert all(one.is_alien for one in found)
    assert (found[0].covered, round(found[0].held, 2), round(found[0].now, 2)) == (1.0, 0.62, 0.38)


def test_what_left_all_rows_moved_in_all_of_them() -> None:
    before, now = (
        pd.DataFrame({name: [1.0, 2.0] * 50 for name in "ab"}),
        pd.DataFrame({name: [9.0] * 60 for name in "ab"}),
    )
    parts = {name: one for name in "ab" if (one := parts_of(before[name], COLUMNS[name], 60))}
    found = moved_of(["a", "b"], parts, before, now)
    assert [one.player.names for one in found] == [("a", "b")]
    assert (found[0].covered, found[0].held) == (0.0, 0.0)
