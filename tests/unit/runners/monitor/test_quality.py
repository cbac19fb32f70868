"""What is missing, unseen or out of range is measured against the reference."""

import numpy as np
import pandas as pd
import pytest

from runners.monitor.columns import Column
from runners.monitor.quality import quality_of, shares, worst

REFERENCE = pd.DataFrame({"age": [10.0, 20.0, 30.0, np.nan], "sex": ["1", "2", "1", np.nan]}, dtype=object).astype(
    {"age": float}
)
NOW = pd.DataFrame({"age": [5.0, 20.0, np.nan, np.nan], "sex": ["1", "3", "3", "4"]})


def test_a_category() -> None:
    told = quality_of(REFERENCE, NOW, Column("sex", "category"))
    assert (told.missing, told.missing_reference) == (0.0, 0.25)
    assert (told.unseen_share, told.unseen) == (0.75, ("3", "4"))
    assert told.change == "3: 0.0% → 50.0%"


def test_a_number() -> None:
    told = quality_of(REFERENCE, NOW, Column("age", "number"))
    assert (told.missing, told.missing_reference) == (0.5, 0.25)
    assert told.out_of_range == 0.25
    assert told.change == "mean 20 → 12.5"


@pytest.mark.parametrize("column", [Column("age", "number"), Column("sex", "category")])
def test_a_column_that_is_gone(column: Column) -> None:
    told = quality_of(REFERENCE, pd.DataFrame({"age": [np.nan] * 2, "sex": [np.nan] * 2}), column)
    assert (told.missing, told.unseen_share, told.out_of_range) == (1.0, 0.0, 0.0)


def test_rare_categories_are_added_up() -> None:
    told = shares(pd.Series(list("aaaabbc")), pd.Series(list("ddda")), most=2)
    assert told.index.tolist() == ["d", "a", "…"]
    assert told["now"].tolist() == [0.75, 0.25, 0.0]
    assert told["reference"].sum() == pytest.approx(1.0)


def test_the_worst_column() -> None:
    assert worst([("a", 0.1), ("b", 0.3)]) == ("b", 0.3)
    assert worst([]) is None
