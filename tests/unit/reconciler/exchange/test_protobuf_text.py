"""The text format of protocol buffers: what others write, and what is none."""

import pytest

from reconciler.exchange.protobuf_text import DEEPEST, MOST, Word, parse, quoted
from reconciler.yaml.parse import Unreadable


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", 1),
        ("a: -0x1F", -31),
        ("a: 017", 15),
        ("a: 1.5f", 1.5),
        ("a: .5e-3", 0.0005),
        ("a: 10f", 10.0),
        ("a: INT", "INT"),
        ("a: -inf", "-inf"),
        ("a: 'x' \"y\"", "xy"),
        (r'a: "\303\274\n\x41\u00fc\""', 'ü\nAü"'),
        ("a { b: 1 }", {"b": [1]}),
        ("a: < b: 1; c: 2, >", {"b": [1], "c": [2]}),
        ("# comment\na: 1 # more", 1),
    ],
)
def test_it_is_read(text: str, value: object) -> None:
    assert parse(text) == {"a": [value]}


def test_lists_and_repetitions_are_the_same() -> None:
    assert parse("a: [1, 2] a: 3") == {"a": [1, 2, 3]}
    assert parse("a [{b: 1}, {b: 2}]") == {"a": [{"b": [1]}, {"b": [2]}]}


def test_a_word_is_no_text() -> None:
    assert isinstance(parse("a: b")["a"][0], Word)
    assert not isinstance(parse("a: 'b'")["a"][0], Word)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: {", 2),
        ("a: 1\n}", 2),
        ("a 1", 1),
        ("a:", 1),
        ("a: [1 2]", 1),
        ("\n\na: 'x", 3),
        ("a: '\\377'", 1),
        ("a: '\\q'", 1),
        ("a: 089", 1),
        ("[a.b]: 1", 1),
        pytest.param(f"a: {'9' * 500}", 1, id="long number"),
        pytest.param("a {" * (DEEPEST + 1), 1, id="deep"),
        pytest.param("a: 1\n" * MOST, MOST // 3 + 1, id="large"),
    ],
)
def test_what_is_none_is_told_with_its_line(text: str, line: int) -> None:
    with pytest.raises(Unreadable) as told:
        parse(text)
    assert told.value.line == line


@pytest.mark.parametrize("text", ["", "a\"b'c\\", "\n\t\0\x7f", "ü日🙂", "#"])
def test_a_quoted_text_comes_back(text: str) -> None:
    assert parse(f"a: {quoted(text)}") == {"a": [text]}
