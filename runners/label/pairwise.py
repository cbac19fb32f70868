"""Answers that are compared in pairs: how alike two are, told as a number, from 0 to 1."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from runners.label.answers import Answers, pairs_within
from runners.label.distances import Figures
from runners.label.merging import NOBODYS, Labels

SAMPLED = 10_000
"""Pairs of answers to different examples, drawn by a seed, whose mean distance is that of chance."""
SEED = 0


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


def annotators_of(answers: Answers, merged: Labels, likeness: Likeness) -> dict[str, dict[str, Any]]:
    """Return each annotator's number of answers, and how like the merged ones they are on average."""
    said, true = ([likeness.read(text) for text in texts] for texts in (answers.labels, merged.names))
    found: dict[str, list[float]] = {name: [] for name in answers.annotators}
    given = np.bincount(answers.annotator, minlength=len(answers.annotators)).tolist()
    for who, label, truth in zip(
        answers.annotator.tolist(), answers.label.tolist(), merged.label[answers.example].tolist(), strict=True
    ):
        if truth != NOBODYS:
            found[answers.annotators[who]].append(likeness.of(said[label], true[truth]))
    return {
        name: {"answers": given[place], likeness.name: round(float(np.mean(each)), 6) if each else None}
        for place, (name, each) in enumerate(found.items())
    }
