"""Roles of columns, by profiles."""

from typing import Any

import pytest

from runners.survey.roles import guessed, is_named_so, names_of_rows


def profile(kind: str, rows: int = 100, distinct: int = 100, **more: Any) -> dict[str, Any]:
    return {"type": kind, "count": rows, "distinct": distinct, **more}


COUNT = profile("integer", minimum=1, maximum=100)
AMOUNT = profile("integer", minimum=3, maximum=90_000)


@pytest.mark.parametrize(
    ("columns", "identifier"),
    [
        ({"x": profile("number"), "customer_id": profile("string"), "y": COUNT}, "customer_id"),
        ({"row": COUNT, "PassengerId": COUNT, "y": COUNT}, "PassengerId"),
        ({"n": COUNT, "y": COUNT}, "n"),
        ({"income": AMOUNT, "y": COUNT}, None),
        ({"id": profile("integer", distinct=99, minimum=1, maximum=99), "y": COUNT}, None),
        ({"id": profile("integer", rows=99, distinct=99, minimum=1, maximum=99), "y": COUNT}, None),
        ({"y": COUNT}, None),
    ],
)
def test_the_identifier(columns: dict[str, Any], identifier: str | None) -> None:
    assert guessed(columns, 100, "y").identifier == identifier


@pytest.mark.parametrize(
    ("columns", "timestamp"),
    [
        ({"when": profile("datetime")}, "when"),
        ({"born": profile("datetime"), "created_at": profile("datetime")}, "created_at"),
        ({"born": profile("datetime"), "died": profile("datetime")}, None),
        ({"when": profile("datetime", rows=90)}, None),
        ({"date": profile("string")}, None),
    ],
)
def test_the_time(columns: dict[str, Any], timestamp: str | None) -> None:
    assert guessed(columns, 100, "y").timestamp == timestamp


def test_numbers_that_differ_are_learned_from_unless_they_are_called_so() -> None:
    columns = {"name": profile("string"), "income": AMOUNT, "order no": AMOUNT}
    assert list(names_of_rows(columns, columns)) == ["name", "order no"]


@pytest.mark.parametrize("name", ["id", "ID", "user id", "Unnamed: 0", "orderId", "row", "a.key"])
def test_what_rows_are_called_by(name: str) -> None:
    assert is_named_so(name)


@pytest.mark.parametrize("name", ["paid", "Madrid", "humid", "x", "piano"])
def test_what_only_ends_so(name: str) -> None:
    assert not is_named_so(name)
