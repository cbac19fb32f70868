"""What is new of a text that is read again and again, and whose beginning goes."""

import time

import pytest

from reconciler.cli.growth import growth

LINES = [f"line {number} of a log\n" for number in range(100)]


@pytest.mark.parametrize(
    ("before", "now", "new"),
    [
        ("", "a\n", "a\n"),
        ("a\n", "a\n", ""),
        ("a\n", "a\nb\n", "b\n"),
        ("".join(LINES[:60]), "".join(LINES[20:80]), "".join(LINES[60:80])),
        ("".join(LINES[:60]), "".join(LINES[60:]), "…\n" + "".join(LINES[60:])),
        ("a\nb\n", "b\nc\n", "…\nb\nc\n"),
        ("a\n", "", "…\n"),
        ("ab" * 500, "ab" * 400 + "c", "…\n" + "ab" * 400 + "c"),
    ],
)
def test_only_what_is_new_is_told(before: str, now: str, new: str) -> None:
    assert growth(before, now) == new


@pytest.mark.timing
def test_a_text_that_repeats_itself_takes_no_time() -> None:
    begun = time.process_time()
    growth("a" * 2**20, "a" * (2**20 - 1) + "b")
    assert time.process_time() - begun < 2.0
