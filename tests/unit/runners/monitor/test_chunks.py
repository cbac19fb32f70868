"""Chunks: their size follows what there is, and their figures are held against limits."""

import pytest

from runners.monitor.chunks import Series, mean, rows_of, size_of


@pytest.mark.parametrize(
    ("asked", "rows", "reference", "size"),
    [
        (1000, 50_000, 60_000, 1000),
        (1000, 1500, 60_000, 500),
        (1000, 50_000, 3000, 500),
        (1000, 60, 60_000, 30),
        (1000, 12, 60_000, 12),
        (10, 50_000, 60_000, 30),
    ],
)
def test_the_size_is_what_was_asked_where_that_leaves_enough_chunks(
    asked: int, rows: int, reference: int, size: int
) -> None:
    assert size_of(asked, rows, reference) == size


def test_the_last_chunk_takes_what_is_left_over() -> None:
    assert rows_of(2300, 1000) == (1000, 1300)
    assert rows_of(400, 1000) == (400,)


def test_a_chunk_is_beyond_either_limit_and_never_without_a_value() -> None:
    series = Series((), (0.5, 1.5, 3.0, None), lower=1.0, upper=2.0)
    assert series.beyond() == (True, False, True, False)
    assert Series((), (9.0,)).beyond() == (False,)


def test_the_mean_leaves_out_what_is_missing_and_weighs_the_rest() -> None:
    assert mean([1.0, None, 3.0]) == 2.0
    assert mean([1.0, 4.0], [2.0, 1.0]) == 2.0
    assert mean([None]) is None
    assert mean([1.0], [0.0]) is None
