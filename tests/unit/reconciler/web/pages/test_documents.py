"""What runners left: taken where it has its shape, bounded, and read once."""

import math
from typing import Any

import pytest

from reconciler.status.branch import StatusTree
from reconciler.web.pages.documents import (
    LARGEST,
    document,
    items,
    keys,
    listed,
    mapping,
    mappings,
    number,
    numbers,
    text,
)
from tests.unit.reconciler.web.pages.conftest import tree_of


def test_a_document_is_read_where_it_is_one() -> None:
    tree = tree_of(
        {"a.json": {"rows": 3}, "list.json": [{"id": 1}, 2], "odd.json": b"{", "large.json": b" " * (LARGEST + 1)}
    )
    assert document(tree, "a.json") == {"rows": 3}
    assert listed(tree, "list.json") == [{"id": 1}]
    assert listed(tree, "a.json") == []
    assert [dict(document(tree, path)) for path in ("odd.json", "large.json", "gone.json")] == [{}, {}, {}]
    assert document(StatusTree(None), "a.json") == {}
    assert document(tree_of({"nan.json": b'{"a": NaN, "b": 1}'}), "nan.json") == {"a": None, "b": 1}


def test_what_has_another_shape_is_nothing() -> None:
    told = {"a": {"b": 1}, "list": [1, "x", {"c": 2}, None]}
    assert (mapping(told, "a"), mapping(told, "list"), mapping(3, "a")) == ({"b": 1}, {}, {})
    assert (items(told, "list"), items(told, "a")) == ([1, "x", {"c": 2}, None], [])
    assert mappings(told, "list") == [{"c": 2}]
    assert numbers(told, "list") == [1.0, None, None, None]
    assert keys([{"a": 1, "b": 2}, {"b": 1, "c": 1}]) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (1, 1.0),
        (0.5, 0.5),
        (True, None),
        ("1", None),
        (math.nan, None),
        (math.inf, None),
        (10**400, None),
        (None, None),
    ],
)
def test_numbers_are_finite(value: Any, found: float | None) -> None:
    assert number(value) == found


def test_values_are_written_as_people_read_them() -> None:
    assert text({"a": [1, 0.123456], "b": None, "c": True}) == "a 1, 0.1235, b , c yes"
    assert text(None) == ""
