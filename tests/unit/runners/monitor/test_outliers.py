"""Strange rows are found one by one, and a strange window as a whole."""

import numpy as np
import pandas as pd
import pytest

from runners.monitor.columns import Column
from runners.monitor.outliers import USUAL, Outliers, distance, find_outliers, unlike
from runners.monitor.tables import Tables, parted

COLUMNS = [Column("age", "number"), Column("kind", "category")]


def rows(count: int, seed: int, *, age: float = 40.0, kinds: str = "ab") -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame({"age": random.normal(age, 5.0, count), "kind": random.choice(list(kinds), count)})


def tables(reference: pd.DataFrame, now: pd.DataFrame) -> Tables:
    return Tables(reference, reference, *parted(reference, 0), now, 50)


def outliers(reference: pd.DataFrame, now: pd.DataFrame) -> Outliers:
    found = find_outliers(tables(reference, now), COLUMNS)
    assert found
    return found


def test_rows_like_the_reference_have_the_usual_share_of_outliers() -> None:
    found = outliers(rows(4000, 1), rows(4000, 2))
    assert abs(found.share - USUAL) < 0.01
    assert found.chance > 0.001


def test_strange_rows_stand_out_and_are_named() -> None:
    now = rows(500, 2)
    now.loc[[7, 300], "age"] = [400.0, -300.0]
    found = outliers(rows(4000, 1), now)
    assert {7, 300} <= set(found.strangest)
    assert len(found.strangest) <= 5
    assert outliers(rows(4000, 1), rows(500, 2, age=90.0)).chance < 1e-9


def test_an_unseen_category_is_rare() -> None:
    reference = rows(4000, 1, kinds="a" * 98 + "bc")
    usual = outliers(reference, rows(500, 2, kinds="a"))
    unseen = outliers(reference, rows(500, 2, kinds="z"))
    assert unseen.share > usual.share


def test_missing_values_are_no_reason_to_fail() -> None:
    empty = pd.DataFrame({"age": [np.nan] * 50, "kind": [np.nan] * 50})
    assert 0 <= outliers(rows(400, 1), empty).share <= 1
    far = distance(rows(400, 1), empty, COLUMNS, seed=0)
    assert far
    assert (far.area, far.chance, far.share) == (1.0, pytest.approx(0.0, abs=1e-6), pytest.approx(0.456, abs=0.001))


def test_a_few_rows_are_no_reason_to_fail() -> None:
    assert find_outliers(tables(rows(50, 1), rows(5, 2)), COLUMNS) is None
    assert outliers(rows(150, 1), rows(5, 2, age=1e300)).share <= 1
    assert distance(rows(500, 1), rows(5, 2), COLUMNS, seed=0) is None


def test_a_hundred_rows_that_are_held_out_tell_the_strangest_hundredth() -> None:
    known, held_out = rows(200, 1), rows(100, 2)
    for count, is_told in ((100, True), (99, False)):
        told = Tables(known, known, known, held_out.head(count), rows(50, 3), 50)
        assert (find_outliers(told, COLUMNS) is not None) is is_told


def test_the_same_seed_finds_the_same() -> None:
    first, second = (outliers(rows(400, 1), rows(200, 2)) for _ in range(2))
    assert first == second


def test_the_distance_tells_another_population_from_the_same() -> None:
    same, other = (distance(rows(2000, 1), rows(2000, 2, age=age), COLUMNS, seed=0) for age in (40.0, 60.0))
    assert same
    assert same.area < 0.55
    assert same.chance > 0.001
    assert other
    assert (other.area > 0.95, other.chance < 1e-9) == (True, True)


def test_of_other_rows_no_more_are_told_than_there_are() -> None:
    random, shares = np.random.default_rng(0), []
    for _ in range(200):
        usual, mixed = random.normal(size=1000), random.normal(size=1000) + 4 * (random.random(1000) < 0.3)
        shares.append(unlike(usual, mixed))
    assert min(shares) > 0.15
    assert np.mean(np.array(shares) > 0.3) <= 0.05


def test_where_scores_are_alike_or_few_nothing_is_told() -> None:
    random = np.random.default_rng(1)
    assert max(unlike(random.normal(size=500), random.normal(size=500)) for _ in range(100)) == 0.0
    assert unlike(np.zeros(3), np.ones(3)) == 0.0
    assert unlike(np.ones(500), np.zeros(500)) == 0.0, "other rows are those with the higher scores"
