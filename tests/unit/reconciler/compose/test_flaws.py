"""Paths and values as people write them."""

import pytest

from reconciler.compose.flaws import Flaw, Flawed
from runners.contract.mistakes import shown
from runners.contract.text import dotted


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("params", "depth"), "params.depth"),
        (("gates", 0, "metric"), "gates[0].metric"),
        (("columns", "a b"), 'columns["a b"]'),
        (("columns", "a.b", 1), 'columns["a.b"][1]'),
        (("a\x1b",), '["a\\x1b"]'),
    ],
)
def test_paths(path: tuple[str | int, ...], text: str) -> None:
    assert dotted(path) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        (True, "`true`"),
        (3, "the number 3"),
        (0.5, "the number 0.5"),
        ("abc", "`abc`"),
        ("", "an empty text"),
        ({}, "a mapping"),
        ([], "a list"),
        ((), "a list"),
        (object, "this"),
    ],
)
def test_values(value: object, text: str) -> None:
    assert shown(value) == text


def test_flawed_tells_all_its_flaws() -> None:
    error = Flawed(Flaw(("a",), "is wrong"), Flaw(("b", 0), "too"))
    assert str(error) == "a: is wrong; b[0]: too"
    assert len(error.flaws) == 2
