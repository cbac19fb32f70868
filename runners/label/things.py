"""Things: regions of several annotators that are of one thing, matched by what they share and fused to one.

A shape tells how much two of its regions share, from 0 to 1, and what several become. The rest is the same for all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import TypeAlias

import numpy as np

from runners.label.distances import Figures
from runners.label.merging import EQUAL
from runners.label.regions import Region, Regions, decided, f1_of

SAME = 0.5
"""What two regions share at least that are of one thing: the intersection over union of PASCAL VOC."""
Place: TypeAlias = tuple[float, ...]
Places: TypeAlias = Sequence[Place]


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of regions of a shape.

    Attributes:
        shared: returns how much each of some regions (rows) and each of others (columns) share; equal ones all.
        fuse: returns what regions of one thing become; equal ones stay as they are.
    """

    shared: Callable[[Places, Places], Figures]
    fuse: Callable[[Places], Place]


def assigned(shared: Figures) -> list[tuple[int, int]]:
    """Match rows and columns one to one so that what they share is most in all; what is too little is no match.

    Of matchings that share as much, one with the most matches is taken, so that it is the same both ways.

    Kuhn, "The Hungarian Method for the Assignment Problem" (1955, https://doi.org/10.1002/nav.3800020109).
    """
    from scipy.optimize import linear_sum_assignment

    counted = np.where(shared < SAME, 0, shared + EQUAL)
    if not counted.any():
        return []
    rows, columns = linear_sum_assignment(counted, maximize=True)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if counted[row, column]]


def by_label(regions: Regions) -> dict[str, list[Region]]:
    """Return regions by their labels, in order."""
    return {label: list(group) for label, group in groupby(sorted(regions), attrgetter("label"))}


def f1_of_things(shape: Shape, left: Regions, right: Regions) -> float:
    """Return the F1 of two answers: regions match that have one label and share enough."""
    there, found = by_label(right), 0
    for label, ours in by_label(left).items():
        if theirs := there.get(label):
            found += len(assigned(shape.shared([one.place for one in ours], [one.place for one in theirs])))
    return f1_of(found, left, right)


@dataclass(slots=True)
class Thing:
    """Regions of one thing, of an annotator each."""

    regions: list[Region] = field(default_factory=list)


def things_of(shape: Shape, drawn: Sequence[Regions]) -> list[Thing]:
    """Bring the regions of one label, of several annotators, together by what they share with a thing's on average.

    An annotator has one region in a thing at most.
    """
    things: list[Thing] = []
    for regions in drawn:
        paired = dict(assigned(_shared_on_average(shape, regions, things))) if things and regions else {}
        for place, region in enumerate(regions):
            thing = things[paired[place]] if place in paired else Thing()
            thing.regions.append(region)
            if place not in paired:
                things.append(thing)
    return things


def _shared_on_average(shape: Shape, regions: Regions, things: Sequence[Thing]) -> Figures:
    sizes = [len(thing.regions) for thing in things]
    members = [region.place for thing in things for region in thing.regions]
    shared = shape.shared([region.place for region in regions], members)
    starts = np.concatenate([[0], np.cumsum(sizes[:-1])]).astype(np.int64)
    return np.asarray(np.add.reduceat(shared, starts, axis=1) / np.array(sizes), np.float64)


def merge_things(shape: Shape, answers: Sequence[Regions]) -> tuple[list[Region] | None, float]:
    """Fuse the regions that several annotators drew around one thing, and keep those that most of them drew.

    After Solovyev, Wang & Gabruseva, "Weighted Boxes Fusion" (2019, https://arxiv.org/abs/1910.13302), with equal
    weights. A thing that half of them drew is a tie, so that there is no answer.
    """
    kept: list[Region] = []
    votes: list[int] = []
    drawn = [by_label(regions) for regions in answers]
    for label in sorted({label for regions in drawn for label in regions}):
        for thing in things_of(shape, [regions.get(label, []) for regions in drawn]):
            votes.append(len(thing.regions))
            if 2 * len(thing.regions) > len(answers):
                kept.append(Region(label, shape.fuse([region.place for region in thing.regions])))
    is_decided, sure = decided(votes, len(answers))
    return kept if is_decided else None, sure
