"""Values are the rarer the fewer rows have them, or lie as far out."""

import numpy as np
import pandas as pd

from runners.monitor.columns import Column
from runners.monitor.rarity import Rarity

NUMBER, CATEGORY = Column("x", "number"), Column("x", "category")


def rarities(known: list[object], asked: list[object], column: Column) -> list[float]:
    kind = float if column.kind == "number" else object
    return Rarity.of(pd.Series(known, dtype=kind), column).of_values(pd.Series(asked, dtype=kind)).tolist()


def test_a_number_is_rarer_the_farther_out_it_lies() -> None:
    known = np.random.default_rng(0).normal(size=2000).tolist()
    asked = [0.0, 1.0, 2.0, 3.0, 5.0, 50.0, 1e300]
    found = rarities(known, asked, NUMBER)
    assert found == sorted(found)
    assert found[0] < 1 < found[2]
    assert len(set(found[3:])) == 3
    others = rarities(known, [-value for value in asked], NUMBER)
    assert others == sorted(others)
    assert np.allclose(found[:3], others[:3], atol=0.5)


def test_a_value_that_most_rows_have_is_not_rare() -> None:
    found = rarities([0.0] * 90 + list(range(1, 11)), [0.0, 10.0, 11.0], NUMBER)
    assert found[0] < 0.2
    assert 2 < found[1] < found[2]
    assert rarities([5.0] * 100, [5.0, 6.0], NUMBER)[0] == 0.0


def test_a_category_is_as_rare_as_its_share() -> None:
    found = rarities(["a"] * 50 + ["b"] * 49 + [None], ["a", "b", "z", None], CATEGORY)
    assert np.allclose(found, -np.log([0.5, 0.49, 1 / 101, 0.01]))


def test_a_column_without_values_makes_every_value_rare() -> None:
    assert rarities([None] * 9, [1.0, None], NUMBER) == rarities([None] * 9, ["a", None], CATEGORY)
    assert rarities([None] * 9, [None], NUMBER) == [0.0]
