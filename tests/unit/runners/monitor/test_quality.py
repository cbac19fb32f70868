"""What is missing, unseen or out of range is measured against the reference."""

import numpy as np
import pandas as pd
import pytest

from runners.monitor.columns import Column, tally
from runners.monitor.quality import quality_of, shares, worst
from runners.monitor.tables import Tables

CATEGORY = Column("sex", "category")
REFERENCE = pd.DataFrame({"age": [10.0, 20.0, 30.0, np.nan], "sex": ["1", "2", "1", np.nan]}, dtype=object).astype(
    {"age": float}
)
NOW = pd.DataFrame({"age": [5.0, 20.0, np.nan, np.nan], "sex": ["1", "3", "3", "4"]})


def tables(now: pd.DataFrame) -> Tables:
    """Return what is compared: the first half of the reference is known, the other held out."""
    return Tables(REFERENCE, REFERENCE, REFERENCE.head(2), REFERENCE.tail(2), now, 2)


def test_values_that_are_new_every_time_are_no_excess() -> None:
    told = quality_of(tables(NOW), Column("sex", "category"))
    assert told.excess == 0.75, "all of those held out are known or missing"
    reference = pd.DataFrame({"sex": [f"v{number}" for number in range(100)]})
    now = pd.DataFrame({"sex": [f"w{number}" for number in range(100)]})
    fresh = quality_of(Tables(reference, reference, reference.head(25), reference.tail(75), now, 50), column=CATEGORY)
    assert (fresh.unseen_share, fresh.excess) == (1.0, 0.0)
    assert fresh.excess_chance == 1.0


def test_chance_makes_few_missing_values_and_not_many() -> None:
    reference = pd.DataFrame({"age": [1.0] * 400})
    few, many = (
        quality_of(Tables(reference, reference, reference, reference, now, 50), Column("age", "number")).missing_chance
        for now in (pd.DataFrame({"age": [np.nan] * count + [1.0] * 100}) for count in (1, 40))
    )
    assert few > 0.1
    assert many < 1e-9


def test_a_category() -> None:
    told = quality_of(tables(NOW), Column("sex", "category"))
    assert (told.missing, told.missing_reference) == (0.0, 0.25)
    assert (told.unseen_share, told.unseen) == (0.75, ("3", "4"))
    assert told.change == "3: 0.0% → 50.0%"


def test_a_number() -> None:
    told = quality_of(tables(NOW), Column("age", "number"))
    assert (told.missing, told.missing_reference) == (0.5, 0.25)
    assert told.out_of_range == 0.25
    assert told.change == "mean 20 → 12.5"


@pytest.mark.parametrize("column", [Column("age", "number"), Column("sex", "category")])
def test_a_column_that_is_gone(column: Column) -> None:
    told = quality_of(tables(pd.DataFrame({"age": [np.nan] * 2, "sex": [np.nan] * 2})), column)
    assert (told.missing, told.unseen_share, told.out_of_range) == (1.0, 0.0, 0.0)


def test_rare_categories_are_added_up() -> None:
    told = shares(*(tally(pd.Series(list(values))) for values in ("aaaabbc", "ddda")), most=2)
    assert told.index.tolist() == ["d", "a", "…"]
    assert told["now"].tolist() == [0.75, 0.25, 0.0]
    assert told["reference"].sum() == pytest.approx(1.0)


def test_the_worst_column() -> None:
    assert worst([("a", 0.1), ("b", 0.3)]) == ("b", 0.3)
    assert worst([]) is None
