"""The pool of a campaign: the rows that fit, each with its identifier, and an order that nobody has chosen."""

from pathlib import Path

import pytest

from runners.contract import InputError
from runners.label.pool import KEY, draw_of, rows_of
from tests.unit.runners.label.test_choosing import dataset


def test_rows_have_their_identifier_and_those_without_one_are_none(tmp_path: Path) -> None:
    data = dataset(tmp_path, id=["a", None, "c"], x=[1, 2, 3]).as_uri()
    assert list(rows_of(data, "id", ["x", "x"], None)) == [{KEY: "a", "x": 1}, {KEY: "c", "x": 3}]
    assert list(rows_of(data, "id", [], "x > 1")) == [{KEY: "c"}]


@pytest.mark.parametrize(("columns", "where", "place"), [(["y"], None, "campaign"), ([], "y > 1", "select.where")])
def test_a_column_that_isn_t_there_is_told(tmp_path: Path, columns: list[str], where: str | None, place: str) -> None:
    data = dataset(tmp_path, id=["a"], x=[1]).as_uri()
    with pytest.raises(InputError) as told:
        list(rows_of(data, "id", columns, where))
    assert told.value.where == place


def test_a_lot_is_that_of_the_text() -> None:
    assert draw_of(7) == draw_of("7") != draw_of("8")
