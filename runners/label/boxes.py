"""Boxes of pictures: compared by the area that they share, and merged where most annotators have drawn one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.label.distances import Figures
from runners.label.regions import Region, Regions, decided, f1_of
from runners.label.things import assigned


def overlaps(left: Figures, right: Figures) -> Figures:
    """Return the intersection over union of each two boxes: rows [N, 4] and columns [M, 4] as edges."""
    low = np.maximum(left[:, None, :2], right[None, :, :2])
    high = np.minimum(left[:, None, 2:], right[None, :, 2:])
    common = np.clip(high - low, 0, None).prod(axis=2)
    either = _areas(left)[:, None] + _areas(right)[None, :] - common
    shared: Figures = np.divide(common, either, out=np.zeros_like(common), where=either > 0)
    return shared


def _areas(boxes: Figures) -> Figures:
    areas: Figures = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    return areas


def matches(left: Figures, right: Figures) -> list[tuple[int, int]]:
    """Match boxes one to one so that what they share is most in all; pairs that share too little are no match."""
    return assigned(overlaps(left, right)) if len(left) and len(right) else []


def f1_of_boxes(left: Regions, right: Regions) -> float:
    """Return the F1 of two answers: boxes match that have one label and share enough."""
    there = _by_label(right)
    found = sum(len(matches(boxes, there[label])) for label, boxes in _by_label(left).items() if label in there)
    return f1_of(found, left, right)


def _by_label(regions: Regions) -> dict[str, Figures]:
    ordered = sorted(regions)
    return {
        label: np.array([region.place for region in group], np.float64)
        for label, group in groupby(ordered, attrgetter("label"))
    }


@dataclass(slots=True)
class _Cluster:
    """Boxes of one thing, of an annotator each."""

    boxes: list[NDArray[np.float64]] = field(default_factory=list)

    @property
    def fused(self) -> NDArray[np.float64]:
        """Return the mean of the boxes."""
        return np.asarray(np.mean(self.boxes, axis=0))


def merge_boxes(answers: Sequence[Regions]) -> tuple[list[Region] | None, float]:
    """Fuse the boxes that several annotators drew around one thing, and keep those that most of them drew.

    Solovyev, Wang & Gabruseva, "Weighted Boxes Fusion" (2019, https://arxiv.org/abs/1910.13302), with equal weights:
    each annotator's boxes are matched with the fused ones so far, those of no match are clusters of their own. An
    annotator has one box in a cluster at most. A box that half of them drew is a tie, so that there is no answer.
    """
    kept: list[Region] = []
    votes: list[int] = []
    labels = sorted({region.label for regions in answers for region in regions})
    drawn = [_by_label(regions) for regions in answers]
    for label in labels:
        for cluster in _clusters([boxes[label] for boxes in drawn if label in boxes]):
            votes.append(len(cluster.boxes))
            if 2 * len(cluster.boxes) > len(answers):
                kept.append(Region(label, tuple(cluster.fused.tolist())))
    is_decided, sure = decided(votes, len(answers))
    return kept if is_decided else None, sure


def _clusters(drawn: Sequence[Figures]) -> list[_Cluster]:
    clusters: list[_Cluster] = []
    for boxes in drawn:
        fused = np.array([cluster.fused for cluster in clusters]).reshape(-1, 4)
        paired = dict(matches(boxes, fused))
        for place, box in enumerate(boxes):
            cluster = clusters[paired[place]] if place in paired else _Cluster()
            cluster.boxes.append(box)
            if place not in paired:
                clusters.append(cluster)
    return clusters


def box_of(label: str, left: float, top: float, right: float, bottom: float) -> Region | None:
    """Return a box by its edges in shares of the picture, cut to it; None where nothing is left of it."""
    edges: list[Any] = [min(max(edge, 0.0), 1.0) for edge in (left, top, right, bottom)]
    return Region(label, tuple(edges)) if edges[0] < edges[2] and edges[1] < edges[3] else None
