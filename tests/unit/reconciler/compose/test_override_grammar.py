"""One sweep: what Hydra's grammar says."""

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, Override
from hydra.errors import HydraException
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.compose.override_grammar import ENDLESS, Choice, Glob, Range, is_plain, is_sweep, parse
from reconciler.compose.sampling import Interval


@pytest.mark.parametrize(
    ("text", "sweep"),
    [
        ("choice(a, b)", Choice(("a", "b"))),
        ("choice(1, 2.5, -3, 1e-3)", Choice((1, 2.5, -3, 1e-3))),
        ("choice(true, 'x, y', [1, 2], {a: 1})", Choice((True, "x, y", [1, 2], {"a": 1}))),
        ("range(3)", Range(0, 3, 1)),
        ("range(1, 10, 2)", Range(1, 10, 2)),
        ("range(start=0, stop=1, step=0.25)", Range(0, 1, 0.25)),
        ("interval(0, 1)", Interval(0.0, 1.0)),
        ("tag(log, interval(0.001, 0.1))", Interval(0.001, 0.1, log=True)),
        ("int(interval(1, 10))", Interval(1, 10, whole=True)),
        ("int(choice(1.5, 2))", Choice((1, 2))),
        ("float(range(1, 3))", Range(1.0, 3.0, 1.0)),
        ("sort(choice(3, 1, 2))", Choice((1, 2, 3))),
        ("sort(range(1, 3), reverse=true)", Range(2, 0, -1)),
        ("glob(*)", Glob(("*",), ())),
        ("glob([a*, b], exclude=c)", Glob(("a*", "b"), ("c",))),
        ("str(choice(1, 2))", Choice(("1", "2"))),
    ],
)
def test_sweeps_mean_what_they_mean_to_hydra(text: str, sweep: object) -> None:
    assert is_sweep(text)
    assert parse(text) == sweep


@pytest.mark.parametrize(
    "text", ["", "a", "choices(a)", "a choice(b)", "int(3)", "f(choice(a))", "choice", "choice(a) b", "max(range)"]
)
def test_other_texts_are_values(text: str) -> None:
    assert not is_sweep(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("choice()", "can't be read as a sweep"),
        ("choice(a", "no sweep"),
        ("choice(a,)", "can't be read as a sweep"),
        ("range(1, 2, 0)", "its step is 0"),
        ("range(0, inf)", "its numbers are finite"),
        ("range(0, 1" + "0" * 400 + ")", "its numbers are finite"),
        ("range(0, 1" + "0" * 400 + ", 0.5)", "its numbers are finite"),
        ("interval(0, 1" + "0" * 400 + ")", "can't be read as a sweep"),
        ("range(a)", "can't be read as a sweep"),
        ("interval(1, 0)", "isn't an interval"),
        ("interval(0, inf)", "isn't an interval"),
        ("interval(1)", "can't be read as a sweep"),
        ("tag(log, interval(0, 1))", "has to begin above 0"),
        ("shuffle(choice(a, b))", "order of trials"),
        ("choice(1, nan)", "JSON has no word"),
        ("choice(1, 1e400)", "JSON has no word"),
        ("choice(choice(a))", "can't be read as a sweep"),
        ("glob(1)", "can't be read as a sweep"),
        ("choice(" + "x" * 5000 + "'')", "longer than"),
    ],
)
def test_wrong_sweeps(text: str, words: str) -> None:
    if words == "no sweep":
        assert not is_sweep(text)
    else:
        with pytest.raises(ValueError, match=words):
            parse(text)


WORDS = st.lists(
    st.text("abA0123456789_-.+eE ", max_size=5)
    | st.sampled_from(["true", "NULL", "nan", "-inf", "1e3", "x_1", "-0", "007"]),
    min_size=1,
    max_size=4,
)


@settings(max_examples=80, deadline=None)
@given(WORDS.map(", ".join))
def test_plain_choices_are_what_hydra_reads(words: str) -> None:
    text = f"choice({words})"
    try:
        expected = OverridesParser.create().parse_override(f"x={text}").value()
    except (HydraException, ValueError):
        with pytest.raises(ValueError, match="can't be read"):
            parse(text)
        return
    assert isinstance(expected, ChoiceSweep)
    try:
        found = parse(text)
    except ValueError as error:
        assert "JSON" in str(error)  # noqa: PT017 - nan and inf are Hydra's and not ours
        return
    assert isinstance(found, Choice)
    assert repr(list(found.values)) == repr([Override._convert_value(item) for item in expected.list])


def test_counts_need_no_listing() -> None:
    assert Choice((1, 2)).count() == 2
    assert [Range(0, 10, 3).count(), Range(10, 0, -3).count(), Range(0, 0, 1).count(), Range(0, 1, -1).count()] == [
        4,
        4,
        0,
        0,
    ]
    assert Range(0, 10**40, 1).count() == 10**40
    assert Range(0, 1, 0.1).count() == 10
    assert Range(0.0, 1e300, 1e-300).count() == ENDLESS


def test_plain_lists_need_no_hydra() -> None:
    assert is_plain("choice(a, b)")
    assert not is_plain("choice('a')")
    assert not is_plain("range(3)")
