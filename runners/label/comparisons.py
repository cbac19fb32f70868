"""Comparisons: which of two things is better, that of the left or of the right, or that they are tied.

An example is a pair: two columns of the dataset name its things. Answers are merged pair by pair as labels are, or by
how good the things are in all of their comparisons (`strengths.py`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from runners.contract import InputError
from runners.label.answers import Answers
from runners.label.distances import Distance, distance_of
from runners.label.merging import Labels, likeliest
from runners.label.scales import Said
from runners.label.strengths import Strengths, strengths_of

LEFT, TIE, RIGHT = "left", "tie", "right"
SAID = (LEFT, TIE, RIGHT)
VALUES: Mapping[str, float] = {LEFT: -1.0, TIE: 0.0, RIGHT: 1.0}
"""A tie is half-way: it is as far from either, and left from right four times as far, by Krippendorff's interval."""
_CORRECT = "name a control tag of the kind Pairwise in exports.question, or Choices of left, tie and right"

Pairs = Mapping[Any, tuple[str, str]]
"""The names of the left and of the right thing, by example."""


def comparison_said(value: Any, question: str, where: str) -> Said | None:
    """Return what the short form says of two things; None where it says nothing.

    Raises:
        InputError: it is neither of left, tie and right.
    """
    if isinstance(value, Mapping):
        value = value.get("selected", value.get("choices"))
    if isinstance(value, list) and len(value) <= 1:
        value = value[0] if value else None
    if value is None:
        return None
    if not isinstance(value, str) or value not in SAID:
        raise InputError(f"an answer to {question} is none of {', '.join(SAID)}", where, _CORRECT)
    return Said(value, "interval")


def comparison_in(results: Iterable[Mapping[str, Any]], question: str, where: str) -> Said | None:
    """Return what an annotation's results say of two things; None where they say nothing.

    Raises:
        InputError: they say several things, or what is no comparison.
    """
    found = [item for item in results if item.get("from_name") == question]
    if len(found) > 1 or any(item.get("type") not in ("pairwise", "choices") for item in found):
        raise InputError(f"{question} doesn't answer with one comparison", where, _CORRECT)
    return comparison_said(found[0].get("value"), question, where) if found else None


def apart(labels: Iterable[str]) -> Distance:
    """Return how far answers are apart."""
    return distance_of(labels, VALUES)


@dataclass(frozen=True, slots=True)
class Compared:
    """The things of each pair, by which their comparisons are merged."""

    pairs: Pairs

    def strengths(self, answers: Answers) -> Strengths:
        """Estimate how good the things are.

        Raises:
            InputError: a pair lacks a thing, or compares one with itself.
        """
        pairs = [self._pair(example) for example in answers.examples]
        names = sorted({name for pair in pairs for name in pair})
        known = {name: place for place, name in enumerate(names)}
        places = np.array([[known[name] for name in pair] for pair in pairs], np.int64).reshape(-1, 2)
        counts = np.zeros((len(pairs), len(SAID)))
        said = np.array([SAID.index(label) for label in answers.labels], np.int64)
        np.add.at(counts, (answers.example, said[answers.label]), 1)
        return strengths_of(names, places[:, 0], places[:, 1], counts)

    def merge(self, answers: Answers) -> Labels:
        """Take for each pair what is the likeliest by how good its things are; where two are equally so, nothing."""
        strengths = self.strengths(answers)
        known = {name: place for place, name in enumerate(strengths.names)}
        pairs = [self._pair(example) for example in answers.examples]
        places = np.array([[known[name] for name in pair] for pair in pairs], np.int64).reshape(-1, 2)
        merged = likeliest(SAID, strengths.chances(places[:, 0], places[:, 1]))
        return merged.with_names(answers.labels)

    def _pair(self, example: Any) -> tuple[str, str]:
        left, right = self.pairs.get(example, ("", ""))
        if not left or not right or left == right:
            what = f"{str(example)[:80]} doesn't compare two things"
            raise InputError(what, "compared", "name columns that each name one of two different things")
        return left, right
