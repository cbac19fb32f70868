"""Marginal gain: what the newest answers changed, held against counting it by hand."""

from collections.abc import Mapping

import pytest

from runners.label.examples import Examples
from runners.label.gain import gain_of, newest, split
from runners.label.kinds import kind_of
from runners.label.matching import match
from runners.label.parameters import Parameters
from runners.label.questions import Answer, Answered

Given = Mapping[str, Mapping[str, tuple[str, int]]]
"""What was said of each example, by whom, and when."""


def answered(told: Given) -> list[Answered]:
    return [
        Answered(name, "f", {"id": name}, tuple(Answer(who, label, f"{when:04}") for who, (label, when) in of.items()))
        for name, of in told.items()
    ]


def examples(told: Given) -> Examples:
    found = Examples("id")
    for name in told:
        found.add(name)
    return found


def gain(told: Given, count: int) -> dict[str, object] | None:
    given, known = answered(told), examples(told)
    before, now = split(given, given, known, count), match(given, known)
    return gain_of(kind_of(Parameters(), now), now, before, count) if before else None


MAILS: Given = {
    "kept": {"a": ("x", 1), "b": ("x", 11)},
    "became a tie": {"a": ("x", 2), "b": ("y", 12)},
    "turned": {"a": ("x", 3), "b": ("y", 13), "c": ("y", 14)},
    "untouched": {"a": ("x", 4), "b": ("y", 5)},
    "new": {"a": ("x", 15)},
}


def test_labels_that_newer_answers_changed_are_counted() -> None:
    found = gain(MAILS, 5)
    assert found is not None
    assert (found["answers"], found["examples"], found["changed"]) == (5, 3, 2)
    assert found["share"] == pytest.approx(2 / 3, abs=1e-6)
    assert found["interval"] == [0.20766, 0.938508]


def test_newer_answers_to_new_examples_say_nothing() -> None:
    assert gain(MAILS, 1) == {"answers": 1, "examples": 0, "changed": 0, "share": None, "interval": None}


def test_too_few_answers_or_none_with_a_time_say_nothing() -> None:
    assert gain(MAILS, 11) is None
    undated = [task._replace(answers=tuple(one._replace(given="") for one in task.answers)) for task in answered(MAILS)]
    assert newest(undated, 3) == []
    assert split(undated, undated, examples(MAILS), 3) is None
