"""Regions: answers that mark parts of an example, boxes of a picture or spans of a text, each with a label.

An answer is a text, a JSON list of its regions in order, so that whatever counts, matches or tells answers takes it for
one answer. A box is `[label, left, top, right, bottom]` in shares of the picture, a span `[label, start, end]` in
characters.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import msgspec
import numpy as np

from runners.label.answers import Answers, pairs_within
from runners.label.distances import Figures
from runners.label.merging import NOBODYS, Labels

SAMPLED = 10_000
"""Pairs of answers to different examples, drawn by a seed, whose mean distance is that of chance."""
SEED = 0
_DIGITS = 6


class Region(NamedTuple):
    """A part of an example, by numbers, and its label."""

    label: str
    place: tuple[float, ...]


Regions: TypeAlias = Sequence[Region]
F1: TypeAlias = Callable[[Regions, Regions], float]
"""How well two answers agree: twice the regions in common by all regions of both; 1 where both have none."""


def text_of(regions: Iterable[Region]) -> str:
    """Write regions, equal ones alike."""
    rows = sorted({(label, *(round(number, _DIGITS) for number in place)) for label, place in regions})
    return msgspec.json.encode(rows).decode()


def regions_in(text: str) -> list[Region]:
    """Return the regions of an answer, in order."""
    return [Region(label, tuple(place)) for label, *place in msgspec.json.decode(text)]


def labels_in(text: str) -> list[str]:
    """Return the labels of an answer's regions, each once."""
    return sorted({region.label for region in regions_in(text)})


def f1_of(matched: int, left: Regions, right: Regions) -> float:
    """Return the F1 of two answers of which so many regions match."""
    return 2 * matched / (len(left) + len(right)) if left or right else 1.0


class RegionDistance:
    """The distance of two answers: one less their F1.

    Alpha by distances of this kind: Braylan, Alonso & Lease, "Measuring Annotator Agreement Generally across Complex
    Structured, Multi-object, and Free-text Annotation Tasks" (2022, https://doi.org/10.1145/3485447.3512242). The
    distance of chance is the mean over a sample of pairs of answers to different examples.
    """

    def __init__(self, f1: F1, texts: Sequence[str]) -> None:
        self._f1 = f1
        self._regions = [regions_in(text) for text in texts]
        self._chance: float | None = None

    def within(self, answers: Answers) -> Figures:
        """Add up, for each example, the distances of all ordered pairs of its answers."""
        sums = np.zeros(len(answers.examples))
        for left, right in pairs_within(answers):
            apart = [
                1 - self._f1(self._regions[one], self._regions[other])
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
        apart = [1 - self._f1(self._regions[one], self._regions[other]) for one, other in each.col[rows].tolist()]
        return float(np.mean(apart)) if apart else 0.0


def pairs_of(answers: Answers, f1: F1) -> list[dict[str, Any]]:
    """Return, for each two annotators, how many examples both answered, and the mean F1 of their answers."""
    regions = [regions_in(text) for text in answers.labels]
    sums: dict[tuple[int, int], list[float]] = {}
    for left, right in pairs_within(answers):
        for one, other in zip(left.tolist(), right.tolist(), strict=True):
            people = (int(answers.annotator[one]), int(answers.annotator[other]))
            sums.setdefault(people, []).append(f1(regions[answers.label[one]], regions[answers.label[other]]))
    return [
        {
            "annotators": [answers.annotators[one], answers.annotators[other]],
            "examples": len(found),
            "f1": round(float(np.mean(found)), 6),
        }
        for (one, other), found in sorted(sums.items())
    ]


def annotators_of(answers: Answers, merged: Labels, f1: F1) -> dict[str, dict[str, Any]]:
    """Return each annotator's number of answers, and their mean F1 with the merged ones, where there are any."""
    said, true = ([regions_in(text) for text in texts] for texts in (answers.labels, merged.names))
    found: dict[str, list[float]] = {name: [] for name in answers.annotators}
    given = np.bincount(answers.annotator, minlength=len(answers.annotators)).tolist()
    for who, label, truth in zip(
        answers.annotator.tolist(), answers.label.tolist(), merged.label[answers.example].tolist(), strict=True
    ):
        if truth != NOBODYS:
            found[answers.annotators[who]].append(f1(said[label], true[truth]))
    return {
        name: {"answers": given[place], "f1": round(float(np.mean(each)), 6) if each else None}
        for place, (name, each) in enumerate(found.items())
    }


Merge: TypeAlias = Callable[[Sequence[Regions]], tuple[list[Region] | None, float]]
"""Merges the answers to one example: its regions, None where as many say otherwise, and the confidence."""


def merge_regions(merge: Merge, answers: Answers) -> Labels:
    """Merge the answers to every example."""
    regions = [regions_in(text) for text in answers.labels]
    starts = np.searchsorted(answers.example, np.arange(len(answers.examples) + 1)).tolist()
    places = answers.label.tolist()
    known: dict[str, int] = {}
    label, confidence = np.full(len(answers.examples), NOBODYS, np.int64), np.zeros(len(answers.examples))
    for example, (first, end) in enumerate(pairwise(starts)):
        found, sure = merge([regions[place] for place in places[first:end]])
        confidence[example] = round(sure, _DIGITS)
        if found is not None:
            label[example] = known.setdefault(text_of(found), len(known))
    return Labels(tuple(known), label, confidence).with_names(answers.labels)


def decided(votes: Iterable[int], voters: int) -> tuple[bool, float]:
    """Tell whether none of some questions with yes and no is a tie, and how sure the least sure one is."""
    counts = list(votes)
    sure = min((max(yes, voters - yes) / voters for yes in counts), default=1.0)
    return all(2 * yes != voters for yes in counts), sure
