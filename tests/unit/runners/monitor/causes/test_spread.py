"""How far two versions of a column are apart, by their profiles: of all types, and hardly ever by chance."""

import numpy as np
import pandas as pd
import pytest

from runners.ingest.profile.statistics import describe
from runners.monitor.causes.spread import Spread, distance, more_missing, of_profile, of_values
from runners.tables.summary import summarise


def profile(values: object, type_: str = "number", *, sensitive: bool = False) -> Spread:
    """Return what the profile of a column tells."""
    import pyarrow as pa

    arrow = {"number": pa.float64(), "integer": pa.int64(), "string": pa.string(), "boolean": pa.bool_()}[type_]
    batch = pa.record_batch({"a": pa.array(values, arrow, from_pandas=True)})
    told = describe(summarise([batch], {"a": type_}).columns["a"], sensitive=sensitive)  # type: ignore[dict-item]
    found = of_profile(told)
    assert found
    return found


def far(first: Spread, second: Spread) -> bool:
    """Tell whether values are farther apart than 0.1 and chance."""
    told = distance(first, second)
    return told is not None and told[0] > max(0.1, told[1])


RANDOM = np.random.default_rng(0)


def test_numbers_that_moved_are_far_and_others_aren_t() -> None:
    usual = profile(RANDOM.normal(0, 1, 2000))
    assert far(usual, profile(RANDOM.normal(0.6, 1, 900)))
    assert not far(usual, profile(RANDOM.normal(0, 1, 900)))
    assert far(usual, profile(RANDOM.normal(0, 1, 900) * 1000))
    assert not far(usual, profile(np.append(RANDOM.normal(0, 1, 900), 1e9)))
    assert not far(profile([7.0] * 60), profile([7.0] * 90))
    assert far(profile([7.0] * 60), profile([8.0] * 90))


def test_few_whole_numbers_many_whole_numbers_and_values_themselves_are_compared() -> None:
    few = profile(RANDOM.integers(0, 5, 2000), "integer")
    assert not far(few, profile(RANDOM.integers(0, 5, 500), "integer"))
    assert far(few, profile(RANDOM.integers(2, 5, 500), "integer"))
    assert far(few, profile(RANDOM.integers(0, 200, 500), "integer"))
    for_window = of_values(pd.Series(RANDOM.integers(0, 5, 500).astype(float)), is_number=True)
    assert not far(few, for_window)
    assert not far(profile(RANDOM.normal(size=2000)), of_values(pd.Series(RANDOM.normal(size=500)), is_number=True))


def test_classes_and_booleans_are_compared_as_they_are_spelled_in_logs() -> None:
    usual = profile(RANDOM.choice(["a", "b"], 1000), "string")
    assert far(usual, profile(RANDOM.choice(["a", "b"], 500, p=[0.8, 0.2]), "string"))
    assert far(usual, profile(RANDOM.choice(["a", "b", "c"], 500), "string"))
    assert not far(usual, of_values(pd.Series(RANDOM.choice(["a", "b"], 500)), is_number=False))
    flags = profile(RANDOM.random(1000) < 0.3, "boolean")
    assert not far(flags, of_values(pd.Series(np.where(RANDOM.random(800) < 0.3, "true", "false")), is_number=False))
    many = profile([f"name {number}" for number in RANDOM.integers(0, 400, 3000)], "string")
    assert not far(many, profile([f"name {number}" for number in RANDOM.integers(0, 400, 900)], "string"))


def test_what_isn_t_told_is_not_compared() -> None:
    secret = profile(RANDOM.normal(size=100), sensitive=True)
    assert distance(secret, secret) is None
    few = profile([1.0] * 5)
    assert distance(few, few) is None
    for told in (None, [], {}, {"count": -1, "missing": 0}, {"count": True, "missing": 0}, {"count": 3}):
        assert of_profile(told) is None
    odd = of_profile({"count": 3, "missing": 0, "top": [{"value": "a", "count": 9}], "type": "string"})
    assert odd
    assert odd.classes is None
    assert of_values(pd.Series([np.nan, np.nan]), is_number=True) == Spread(0, 2)


def test_missing_values_are_held_against_chance() -> None:
    share, chance = more_missing(Spread(1000, 10), Spread(700, 300))
    assert (share, chance < 1e-9) == (pytest.approx(0.29, abs=0.01), True)
    assert more_missing(Spread(1000, 10), Spread(99, 1))[1] > 0.3


def test_chance_hardly_ever_takes_a_version_for_one_that_moved() -> None:
    random, wrong = np.random.default_rng(3), 0
    for _ in range(150):
        sizes = random.integers(60, 600, 2)
        kind = random.integers(3)
        if kind == 0:
            sides = [profile(random.lognormal(0, 1, size)) for size in sizes]
        elif kind == 1:
            sides = [profile(random.poisson(3, size), "integer") for size in sizes]
        else:
            sides = [profile(random.choice(list("abcdef"), size), "string") for size in sizes]
        wrong += far(*sides)
    assert wrong <= 2
