"""Strange rows are found one by one, and a strange window as a whole."""

import numpy as np
import pandas as pd

from runners.monitor.columns import Column
from runners.monitor.outliers import USUAL, distance, find_outliers

COLUMNS = [Column("age", "number"), Column("kind", "category")]


def rows(count: int, seed: int, *, age: float = 40.0, kinds: str = "ab") -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame({"age": random.normal(age, 5.0, count), "kind": random.choice(list(kinds), count)})


def test_rows_like_the_reference_have_the_usual_share_of_outliers() -> None:
    found = find_outliers(rows(4000, 1), rows(4000, 2), COLUMNS, seed=0)
    assert abs(found.share - USUAL) < 0.01


def test_strange_rows_stand_out_and_are_named() -> None:
    now = rows(500, 2)
    now.loc[[7, 300], "age"] = [400.0, -300.0]
    found = find_outliers(rows(4000, 1), now, COLUMNS, seed=0)
    assert {7, 300} <= set(found.strangest)
    assert len(found.strangest) <= 5


def test_an_unseen_category_is_rare() -> None:
    reference = rows(4000, 1)
    usual = find_outliers(reference, rows(500, 2), COLUMNS, seed=0)
    unseen = find_outliers(reference, rows(500, 2, kinds="z"), COLUMNS, seed=0)
    assert unseen.share > usual.share


def test_missing_values_are_no_reason_to_fail() -> None:
    empty = pd.DataFrame({"age": [np.nan] * 50, "kind": [np.nan] * 50})
    assert 0 <= find_outliers(rows(400, 1), empty, COLUMNS, seed=0).share <= 1
    assert distance(rows(400, 1), empty, COLUMNS, seed=0) == 1.0


def test_a_few_rows_are_no_reason_to_fail() -> None:
    assert 0 <= find_outliers(rows(5, 1), rows(1, 2), COLUMNS, seed=0).share <= 1
    assert find_outliers(rows(50, 1), rows(5, 2, age=1e300), COLUMNS, seed=0).share <= 1
    assert distance(rows(500, 1), rows(5, 2), COLUMNS, seed=0) is None


def test_the_same_seed_finds_the_same() -> None:
    first, second = (find_outliers(rows(400, 1), rows(200, 2), COLUMNS, seed=3) for _ in range(2))
    assert first == second


def test_the_distance_tells_another_population_from_the_same() -> None:
    same, other = (distance(rows(2000, 1), rows(2000, 2, age=age), COLUMNS, seed=0) for age in (40.0, 60.0))
    assert same
    assert same < 0.55
    assert other
    assert other > 0.95
