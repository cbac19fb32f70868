"""Splitting: seeded, stratified, blind to the order of the rows, and steady when the data grows."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.contract import InputError
from runners.train.split import draws, split
from runners.train.trial import Split
from tests.unit.runners.train.rows import examples


def people(rows: int, *, named: bool = True) -> Any:
    generator = np.random.default_rng(1)
    columns = {
        "id": np.arange(rows),
        "age": generator.normal(size=rows),
        "year": 2000 + np.arange(rows) * 10 // rows,
        "y": np.where(np.arange(rows) % 10 == 0, "rare", "usual").astype(object),
    }
    return examples(columns, identifier="id" if named else None)


def ids(part: Any) -> set[int]:
    return set(part.columns["id"].tolist())


def test_every_row_is_in_one_part_and_classes_keep_their_shares() -> None:
    parts = split(people(400), Split(), 7)
    each = [*ids(parts.train), *ids(parts.validation), *ids(parts.test)]
    assert sorted(each) == list(range(400))
    assert parts.counts == {"train": 240, "validation": 60, "test": 100}
    assert [(part.truth == "rare").sum() for part in (parts.train, parts.validation, parts.test)] == [24, 6, 10]


def test_the_share_that_validates_takes_no_row_from_the_test() -> None:
    few, many = split(people(400), Split(validation=0.05), 7), split(people(400), Split(validation=0.5), 7)
    assert ids(few.test) == ids(many.test)
    assert ids(few.validation) < ids(many.validation)


def test_a_row_that_tests_no_more_when_the_data_grows_validates() -> None:
    before, after = split(people(2000), Split(), 7), split(people(4000), Split(), 7)
    assert ids(before.test) - ids(after.test) <= ids(after.validation)


def test_the_seed_decides() -> None:
    assert ids(split(people(400), Split(), 7).test) == ids(split(people(400), Split(), 7).test)
    assert ids(split(people(400), Split(), 7).test) != ids(split(people(400), Split(), 8).test)


@pytest.mark.parametrize("named", [True, False])
def test_the_order_of_the_rows_does_not(named: bool) -> None:
    known = people(400, named=named)
    shuffled = known.take(np.random.default_rng(0).permutation(400))
    assert ids(split(known, Split(), 7).test) == ids(split(shuffled, Split(), 7).test)


def test_a_row_that_tested_goes_on_testing_when_the_data_grows() -> None:
    before, after = ids(split(people(2000), Split(), 7).test), ids(split(people(4000), Split(), 7).test)
    assert len(before & after) > 0.93 * len(before)


def test_draws_look_like_chance() -> None:
    drawn = draws(people(4000), 3) / 2.0**64
    assert abs(drawn.mean() - 0.5) < 0.02
    assert abs(np.corrcoef(drawn[1:], drawn[:-1])[0, 1]) < 0.05


def test_the_last_rows_of_a_column_test() -> None:
    parts = split(people(400), Split(test=0.2, by="year"), 7)
    assert set(parts.test.columns["year"].tolist()) == {2008, 2009}
    assert set(parts.validation.columns["year"].tolist()) == {2006, 2007}
    assert max(parts.train.columns["year"]) == 2006


def test_a_column_of_texts_may_order_too() -> None:
    known = examples({"day": [f"2024-01-{d:02}" for d in range(1, 21)], "y": [0, 1] * 10})
    assert set(split(known, Split(by="day"), 0).test.columns["day"]) == {f"2024-01-{d}" for d in range(16, 21)}


def test_numbers_are_not_stratified() -> None:
    known = examples({"a": np.arange(40), "y": np.arange(40.0)})
    assert len(split(known, Split(test=0.1), 0).test) == 4


@given(share=st.floats(0.01, 0.99), rows=st.integers(20, 60))
def test_all_parts_have_every_class(share: float, rows: int) -> None:
    parts = split(people(rows * 2), Split(test=share, validation=(1 - share) / 2), 0)
    assert set(parts.train.truth) == set(parts.validation.truth) == set(parts.test.truth) == {"rare", "usual"}


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        ({"when": [1.0, None] * 10, "y": [0, 1] * 10}, "10 rows have no when"),
        ({"when": range(20), "y": [0] * 15 + [1] * 5}, "no row to train on is of the class 1"),
        ({"when": range(20), "y": [0, 1] * 7 + [1] * 6}, "all rows to test are of the class 1"),
        ({"when": range(20), "y": [0, 1] * 6 + [1] * 3 + [0, 1, 0, 1, 0]}, "all rows to validate are of the class 1"),
        ({"when": range(2), "y": [0, 1]}, "no row to train on is of the class"),
    ],
)
def test_an_order_that_does_not_do_is_told(columns: dict[str, Any], what: str) -> None:
    columns = {**columns, "when": np.array(list(columns["when"]), float)}
    with pytest.raises(InputError, match=what) as failure:
        split(examples(columns), Split(by="when"), 0)
    assert failure.value.fix


def test_shares_that_leave_nothing_to_train_on_are_refused() -> None:
    with pytest.raises(ValueError, match="leave no rows to train on"):
        Split(test=0.6, validation=0.4)
