"""The command line: output."""

import json

import pytest
from rich.console import Console

from reconciler.cli.output import Row, counted, overview, print_json, row_of, say, styled, table

MARKUP = "[/red] [link=http://x]a[/link] :bomb: \x1b]0;title\x07"


def test_a_row_comes_from_the_ready_condition() -> None:
    document = {"state": "ready", "conditions": [{"type": "Ready", "reason": "R", "message": "m", "since": "s"}]}
    assert row_of("a/b", document) == Row("a/b", "ready", "R", "m", "s")
    assert row_of("a/b", {}) == Row("a/b", "waiting", "", "")


def test_figures_have_four_decimals() -> None:
    out = Console(width=80)
    with out.capture() as captured:
        out.print(table(("a", "b"), [(0.5, None)]))
        out.print(overview([Row("a/b", "stalled", "R", "why")], "title"))
    assert "0.5000" in captured.get()
    assert "why" in captured.get()


def test_what_others_wrote_is_neither_markup_nor_obeyed_by_a_terminal() -> None:
    out = Console(width=500, force_terminal=True, color_system="truecolor", markup=True)
    with out.capture() as captured:
        out.print(table((MARKUP,), [(MARKUP,)], MARKUP), styled(MARKUP, "red"))
        out.print(overview([Row(MARKUP, MARKUP, MARKUP, MARKUP, MARKUP)], MARKUP, wide=True))
    shown = captured.get()
    assert shown.count("[/red] [link=http://x]a[/link] :bomb: \\x1b]0;title\\x07") == 10
    assert "\x1b]" not in shown


def test_parts_are_said_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    say(styled("a", "bold"), " b ", 3)
    say(MARKUP, end="")
    assert capsys.readouterr().out == "a b 3\n[/red] [link=http://x]a[/link] :bomb: \\x1b]0;title\\x07"


def test_json_stays_json(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": MARKUP, "b": "\x9b2J"})
    shown = capsys.readouterr().out
    assert json.loads(shown) == {"a": MARKUP, "b": "\x9b2J"}
    assert "\x9b" not in shown


def test_numbers_and_their_nouns() -> None:
    assert [counted(n, "change") for n in (0, 1, 2)] == ["0 changes", "1 change", "2 changes"]
    assert counted(2, "life", "lives") == "2 lives"
