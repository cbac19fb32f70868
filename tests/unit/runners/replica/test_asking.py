"""What is an answer and what is none, and a socket that nobody listens on."""

import json
from pathlib import Path
from typing import Any

import pytest

from runners.replica.asking import LARGEST, Answer, Client, wrong_with


def answer(told: Any, status: int = 200) -> Answer:
    return Answer(status, told if isinstance(told, bytes) else json.dumps(told).encode(), 0.1)


@pytest.mark.parametrize(
    ("told", "rows"),
    [
        ({"outputs": [{"data": [1]}, {"data": [0.1, 0.9]}]}, 1),
        ({"predictions": ["a", "b"], "predicted_probability": [0.1, 0.2]}, 2),
    ],
)
def test_one_value_for_each_row_is_an_answer(told: Any, rows: int) -> None:
    assert wrong_with(answer(told), rows) == ""


@pytest.mark.parametrize(
    ("told", "rows", "why"),
    [
        ({"outputs": [{"data": [1]}, {"data": []}]}, 1, "not one value for each of 1 rows"),
        ({"outputs": []}, 1, "not one value"),
        ({"outputs": [{"data": [None]}]}, 1, "not one value"),
        ({"predictions": [1, 2, 3]}, 2, "not one value for each of 2 rows"),
        ({"predictions": "ab"}, 2, "not one value"),
        ([1], 1, "no answer of the protocol"),
        (b"\xff<html>", 1, "no answer of the protocol"),
    ],
)
def test_anything_else_is_none(told: Any, rows: int, why: str) -> None:
    assert why in wrong_with(answer(told), rows)


def test_what_is_refused_is_told_in_short() -> None:
    assert wrong_with(answer({"error": "x" * 10_000}, 400), 1).startswith('status 400: {"error"')
    assert len(wrong_with(answer({"error": "x" * 10_000}, 400), 1)) < 400


def test_an_answer_without_an_end_is_none() -> None:
    assert "more than" in wrong_with(answer(b" " * (LARGEST + 1)), 1)


def test_nobody_there_is_an_answer_of_no_status(tmp_path: Path) -> None:
    with Client(tmp_path / "socket") as client:
        found = client.ask("/", b"{}")
    assert (found.status, found.is_good) == (0, False)
    assert "FileNotFoundError" in wrong_with(found, 1)
