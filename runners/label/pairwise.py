"""Answers that are compared in pairs: how alike two are, told as a number, from 0 to 1."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.label.answers import Answers, pairs_within
from runners.label.distances import Figures
from runners.label.merging import NOBODYS, Labels

SAMPLED = 10_000
"""Pairs of answers to different examples, drawn by a seed, whose mean distance is that of chance."""
SEED = 0
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two answers are.

    Attributes:
        name: what the figure is called.
        of: returns it, 1 for equal answers and 0 for those that have nothing in common.
        read: returns what an answer's text stands for.
    """

    name: str
    of: Callable[[Any, Any], float]
    read: Callable[[str], Any]


class PairDistance:
    """The distance of two answers: one less their likeness.

    Alpha by distances of this kind: Braylan, Alonso & Lease, "Measuring Annotator Agreement Generally across Complex
    Structured, Multi-object, and Free-text Annotation Tasks" (2022, https://doi.org/10.1145/3485447.3512242). The
    distance of chance is the mean over a sample of pairs of answers to different examples.
    """

    def __init__(self, likeness: Likeness, texts: Sequence[str]) -> None:
        self._likeness = likeness
        self._answers = [likeness.read(text) for text in texts]
        self._chance: float | None = None

    def within(self, answers: Answers) -> Figures:
        """Add up, for each example, the distances of all ordered pairs of its answers."""
        sums = np.zeros(len(answers.examples))
        for left, right in pairs_within(answers):
            apart = [
                1 - self._likeness.of(self._answers[one], self._answers[other])
                for one, other in zip(answers.label[left].tolist(), answers.label[right].tolist(), strict=True)
            ]
            sums += np.bincount(answers.example[left], 2 * np.array(apart), len(sums))
        return sums

    def among(self, weights: Figures, counts: Any) -> Figures:
        """Return what pairs of that many answers are apart by chance."""
        if self._chance is None:  # the first weights are those of the examples as they are
            self._chance = self._by_chance(weights[0], counts)
        totals = weights @ np.asarray(counts.sum(axis=1)).ravel()
        return np.asarray(totals * (totals - 1) * self._chance, np.float64)

    def _by_chance(self, weights: Figures, counts: Any) -> float:
        """Draw pairs of answers to different examples."""
        each = counts.tocoo()
        shares = each.data * weights[each.row]
        chance = np.random.default_rng(SEED)
        rows = chance.choice(len(shares), (SAMPLED, 2), p=shares / shares.sum())
        rows = rows[each.row[rows[:, 0]] != each.row[rows[:, 1]]]
        apart = [
            1 - self._likeness.of(self._answers[one], self._answers[other]) for one, other in each.col[rows].tolist()
        ]
        return float(np.mean(apart)) if apart else 0.0


def pairs_of(answers: Answers, likeness: Likeness) -> list[dict[str, Any]]:
    """Return, for each two annotators, how many examples both answered, and how alike their answers are on average."""
    read = [likeness.read(text) for text in answers.labels]
    sums: dict[tuple[int, int], list[float]] = {}
    for left, right in pairs_within(answers):
        for one, other in zip(left.tolist(), right.tolist(), strict=True):
            people = (int(answers.annotator[one]), int(answers.annotator[other]))
            sums.setdefault(people, []).append(likeness.of(read[answers.label[one]], read[answers.label[other]]))
    return [
        {
            "annotators": [answers.annotators[one], answers.annotators[other]],
            "examples": len(found),
            likeness.name: round(float(np.mean(found)), 6),
        }
        for (one, other), found in sorted(sums.items())
    ]


def annotators_of(
    answers: Answers,
    merged: Labels,
    likeness: Likeness,
    golds: Mapping[Any, str] | None = None,
    is_gold: NDArray[np.bool_] | None = None,
) -> dict[str, dict[str, Any]]:
    """Return each annotator's number of answers, and how like the merged ones they are on average.

    Under `gold` stands how like the ground truths of others they are, where there are any.

    Args:
        answers: what was said of each example.
        merged: their merged answers.
        likeness: how alike two answers are.
        golds: the ground truth by example, where one is.
        is_gold: which answers are marked as the ground truth.
    """
    names = [None if place == NOBODYS else merged.names[place] for place in merged.label.tolist()]
    told = _likened(answers, names, likeness)
    if not golds:
        return told
    others = answers if is_gold is None else answers.where(~is_gold)
    held = _likened(others, [golds.get(example) for example in others.examples], likeness)
    return {
        name: figures | ({"gold": held[name]} if name in held and held[name][likeness.name] is not None else {})
        for name, figures in told.items()
    }


def _likened(answers: Answers, truths: Sequence[str | None], likeness: Likeness) -> dict[str, dict[str, Any]]:
    """Return how like the truth of its example, where there is one, each annotator's answers are."""
    said = [likeness.read(text) for text in answers.labels]
    true = [None if text is None else likeness.read(text) for text in truths]
    found: dict[str, list[float]] = {name: [] for name in answers.annotators}
    for example, who, label in zip(
        answers.example.tolist(), answers.annotator.tolist(), answers.label.tolist(), strict=True
    ):
        if true[example] is not None:
            found[answers.annotators[who]].append(likeness.of(said[label], true[example]))
    given = np.bincount(answers.annotator, minlength=len(answers.annotators)).tolist()
    return {
        name: {
            "answers": given[place],
            likeness.name: round(float(np.mean(each)), 6) if each else None,
            "interval": _interval(each),
        }
        for place, (name, each) in enumerate(found.items())
    }


def _interval(found: Sequence[float]) -> list[float] | None:
    """Return the interval of 95 % of a mean, by its standard error; None of fewer than two."""
    if len(found) < 2:
        return None
    mean, half = float(np.mean(found)), _Z * float(np.std(found, ddof=1)) / math.sqrt(len(found))
    return [round(max(0.0, mean - half), 6), round(min(1.0, mean + half), 6)]
