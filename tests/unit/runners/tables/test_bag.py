"""The bag of rows."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.tables.bag import Bag, Bagging, bag_of, row_hashes

ROWS: dict[str, list[Any]] = {
    "i": [1, None, 3],
    "f": [0.5, None, -0.0],
    "s": ["a", None, "ü"],
    "b": [True, None, False],
    "t": [datetime(2024, 1, 1, tzinfo=UTC), None, datetime(1900, 1, 1, tzinfo=UTC)],
}
TYPES: dict[str, Any] = {"i": "integer", "f": "number", "s": "string", "b": "boolean", "t": "datetime"}


def batch(**changed: list[Any]) -> Any:
    return pa.RecordBatch.from_pydict(ROWS | changed)


def digest(*batches: Any) -> str:
    bagging = Bagging(TYPES)
    for one in batches:
        bagging.add(one)
    return bagging.hexdigest()


def test_order_and_cut_are_nothing_to_it() -> None:
    whole = batch()
    backwards = whole.take(pa.array([2, 1, 0]))
    assert digest(whole) == digest(backwards) == digest(whole.slice(2), whole.slice(0, 2))
    assert digest(batch(f=[0.5, None, 0.0])) == digest(whole)


@pytest.mark.parametrize(
    "changed",
    [
        {"i": [1, 0, 3]},
        {"i": [3, None, 1]},
        {"f": [0.5, 0.0, -0.0]},
        {"s": ["a", "", "ü"]},
        {"s": ["ü", None, "a"]},
        {"b": [True, False, False]},
        {"t": [datetime(2024, 1, 1, tzinfo=UTC), None, None]},
    ],
)
def test_a_value_that_is_another_or_in_another_row_counts(changed: dict[str, list[Any]]) -> None:
    assert digest(batch(**changed)) != digest(batch())


def test_a_row_more_counts_and_so_do_names_and_types() -> None:
    assert digest(batch(), batch().slice(0, 1)) != digest(batch())
    bag = bag_of(batch())
    renamed = {"j" if name == "i" else name: type_ for name, type_ in TYPES.items()}
    assert len({bag.hexdigest(TYPES), bag.hexdigest(renamed), bag.hexdigest({**TYPES, "i": "number"})}) == 3


def test_no_rows_are_an_empty_bag() -> None:
    assert bag_of(batch().slice(0, 0)) == Bag()
    assert Bag().merged(bag_of(batch())) == bag_of(batch())


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["a", "b", None])), max_size=12), st.randoms())
def test_equal_bags_have_equal_digests_and_no_others(rows: list[tuple[int, str | None]], chance: Any) -> None:
    def of(some: list[tuple[int, str | None]]) -> Bag:
        return bag_of(
            pa.RecordBatch.from_pydict({"a": [a for a, _ in some], "b": pa.array([b for _, b in some], pa.string())})
        )

    other = [*rows]
    chance.shuffle(other)
    assert of(rows) == of(other)
    assert of([*rows, (0, "a")]) != of([*rows, (1, "a")])


def test_small_whole_numbers_have_hashes_of_their_own() -> None:
    left, right = np.meshgrid(np.arange(300), np.arange(300))
    hashes = row_hashes([pa.array(left.ravel()), pa.array(right.ravel())])
    assert len(np.unique(hashes[:, 0])) == len(np.unique(hashes[:, 1])) == 90_000
