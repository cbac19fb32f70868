"""Regions: answers that mark parts of an example, boxes of a picture or spans of a text, each with a label.

An answer is a text, a JSON list of its regions in order, so that whatever counts, matches or tells answers takes it for
one answer. A box is `[label, left, top, right, bottom]` in shares of the picture, a span `[label, start, end]` in
characters; what the numbers of other shapes are stands where these are compared. A text may be last: what was written
of the region.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import msgspec
import numpy as np

from runners.label.answers import Answers
from runners.label.merging import NOBODYS, Labels

_DIGITS = 6


class Region(NamedTuple):
    """A part of an example, by numbers, its label, and what was written of it."""

    label: str
    place: tuple[float, ...]
    text: str = ""


Regions: TypeAlias = Sequence[Region]
F1: TypeAlias = Callable[[Regions, Regions], float]
"""How well two answers agree: twice the regions in common by all regions of both; 1 where both have none."""


def text_of(regions: Iterable[Region]) -> str:
    """Write regions, equal ones alike."""
    rows = sorted(
        {
            (label, *(round(number, _DIGITS) for number in place), *([text] if text else ()))
            for label, place, text in regions
        }
    )
    return msgspec.json.encode(rows).decode()


def regions_in(text: str) -> list[Region]:
    """Return the regions of an answer, in order."""
    return [
        Region(label, tuple(place[:-1]), place[-1])
        if place and isinstance(place[-1], str)
        else Region(label, tuple(place))
        for label, *place in msgspec.json.decode(text)
    ]


def labels_in(text: str) -> list[str]:
    """Return the labels of an answer's regions, each once."""
    return sorted({region.label for region in regions_in(text)})


def f1_of(matched: float, left: Regions, right: Regions) -> float:
    """Return the F1 of two answers of which so many regions match."""
    return 2 * matched / (len(left) + len(right)) if left or right else 1.0


Merge: TypeAlias = Callable[[Sequence[Regions]], tuple[list[Region] | None, float]]
"""Merges the answers to one example: its regions, None where as many say otherwise, and the confidence."""


def merge_regions(merge: Merge, answers: Answers) -> Labels:
    """Merge the answers to every example, in the order of what they say: whose they are makes no difference."""
    regions = [regions_in(text) for text in answers.labels]
    starts = np.searchsorted(answers.example, np.arange(len(answers.examples) + 1)).tolist()
    places = answers.label.tolist()
    known: dict[str, int] = {}
    label, confidence = np.full(len(answers.examples), NOBODYS, np.int64), np.zeros(len(answers.examples))
    for example, (first, end) in enumerate(pairwise(starts)):
        found, sure = merge([regions[place] for place in sorted(places[first:end])])
        confidence[example] = round(sure, _DIGITS)
        if found is not None:
            label[example] = known.setdefault(text_of(found), len(known))
    return Labels(tuple(known), label, confidence).with_names(answers.labels)


def decided(votes: Iterable[int], voters: int) -> tuple[bool, float]:
    """Tell whether none of some questions with yes and no is a tie, and how sure the least sure one is."""
    counts = list(votes)
    sure = min((max(yes, voters - yes) / voters for yes in counts), default=1.0)
    return all(2 * yes != voters for yes in counts), sure
