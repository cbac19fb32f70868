"""Texts and places, as people write them."""

import pytest

from runners.contract.text import dotted, ordinal, printable


def test_a_text_is_on_one_line() -> None:
    assert printable("a\x1b[31m\nb") == "a\\x1b[31m\\nb"
    assert printable("x" * 500, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    ("place", "told"),
    [
        *((0, "1st"), (1, "2nd"), (2, "3rd"), (3, "4th"), (9, "10th"), (10, "11th"), (11, "12th"), (12, "13th")),
        *((19, "20th"), (20, "21st"), (21, "22nd"), (110, "111th"), (100, "101st")),
    ],
)
def test_places_count_from_one(place: int, told: str) -> None:
    assert ordinal(place) == told


def test_a_path_has_brackets_for_places_and_odd_names() -> None:
    assert dotted(("gates", 0, "metric")) == "gates[0].metric"
    assert dotted(("columns", "a.b")) == 'columns["a.b"]'
