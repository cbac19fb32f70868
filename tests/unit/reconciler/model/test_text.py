"""Text of others: nothing of it is obeyed."""

import json

import pytest

from reconciler.model.text import coloured, json_visible, moment, printable, visible

EVIL = "a\x1b]0;title\x07b\x9b31m\u202ec\rd"


def test_a_text_on_one_line() -> None:
    assert printable("a\x1b[31m\nb") == "a\\x1b[31m\\nb"
    assert printable("x" * 500, 10) == "x" * 9 + "…"
    assert printable("\ud800") == "\\ud800"


def test_lines_and_tabs_stay_and_what_a_terminal_obeys_shows() -> None:
    assert visible("a\tb\nc é 数") == "a\tb\nc é 数"
    assert visible(EVIL) == "a\\x1b]0;title\\x07b\\x9b31m\\u202ec\\rd"


def test_a_log_keeps_its_colours_alone() -> None:
    assert coloured("\x1b[1;31mred\x1b[0m\r\n50 %\r100 %") == "\x1b[1;31mred\x1b[0m\n50 %\n100 %\x1b[0m"
    assert coloured("\x1b]0;title\x07\x1b[2J") == "\\x1b]0;title\\x07\\x1b[2J"
    assert coloured("plain") == "plain"


@pytest.mark.parametrize("text", [EVIL, "é数", "\ud800", "plain"])
def test_json_says_the_same(text: str) -> None:
    shown = json_visible(json.dumps(text, ensure_ascii=False))
    assert json.loads(shown) == text
    assert not set(shown) & set("\x1b\x9b\u202e\ud800")


def test_a_time_is_told_as_people_read_it() -> None:
    assert moment("2026-11-29T17:52:12.891000+00:00") == "2026-11-29 17:52 UTC"
    assert moment("2026-11-29T00:10:00+02:00") == "2026-11-28 22:10 UTC"
    assert moment("None") == "None"
