"""Segments of a recording or a series, `start, end` in its own time, of audio perhaps with what is said in them.

Two match that share half of the time of either, as of actions in videos: Caba Heilbron et al., "ActivityNet" (2015,
https://doi.org/10.1109/CVPR.2015.7298698). Merged ones have the medians of the starts and of the ends, and of what was
written the text that is most like all others.
"""

from collections.abc import Sequence

import numpy as np

from runners.label.distances import Figures
from runners.label.regions import Region, Regions, decided, f1_of
from runners.label.texts import likeness_of, medoid_of, words_in
from runners.label.things import SAME, Place, Places, Shape, by_label, things_of


def segment_of(label: str, start: float, end: float, text: str = "") -> Region | None:
    """Return a segment; None where it has no length."""
    return Region(label, (float(start), float(end)), text) if start < end else None


def shared_in_time(left: Places, right: Places) -> Figures:
    """Return how much of the time of each two segments is of both."""
    ours, theirs = (np.array(places, np.float64).reshape(-1, 2) for places in (left, right))
    common = np.minimum(ours[:, None, 1], theirs[None, :, 1]) - np.maximum(ours[:, None, 0], theirs[None, :, 0])
    common = np.clip(common, 0, None)
    either = np.diff(ours, axis=1) + np.diff(theirs, axis=1).T - common
    return np.asarray(np.divide(common, either, out=np.zeros_like(common), where=either > 0), np.float64)


def fuse_segments(places: Places) -> Place:
    """Return the medians of the starts and of the ends."""
    return tuple(np.median(np.array(places, np.float64), axis=0).tolist())


SEGMENTS = Shape(shared_in_time, fuse_segments)


def f1_of_segments(left: Regions, right: Regions) -> float:
    """Return the F1 of two answers: matched segments count by how like their texts are, word by word.

    They are matched so that these likenesses are most in all, among segments that share enough time.
    """
    from scipy.optimize import linear_sum_assignment

    there, found = by_label(right), 0.0
    for label, ours in by_label(left).items():
        if theirs := there.get(label):
            shared = shared_in_time([one.place for one in ours], [one.place for one in theirs])
            alike = np.zeros(shared.shape)
            for row, column in np.argwhere(shared >= SAME).tolist():
                alike[row, column] = _alike(ours[row].text, theirs[column].text)
            found += float(alike[linear_sum_assignment(alike, maximize=True)].sum())
    return f1_of(found, left, right)


def _alike(one: str, other: str) -> float:
    return 1.0 if one == other else likeness_of(words_in(one), words_in(other))


def merge_segments(answers: Sequence[Regions]) -> tuple[list[Region] | None, float]:
    """Fuse the segments of most annotators, and take for each the text that is most like all that were written.

    A segment that half of them marked is a tie, and so are two texts that are equally near to all others.
    """
    kept: list[Region] = []
    votes: list[int] = []
    is_told, likeness = True, 1.0
    drawn = [by_label(regions) for regions in answers]
    for label in sorted({label for regions in drawn for label in regions}):
        for thing in things_of(SEGMENTS, [regions.get(label, []) for regions in drawn]):
            votes.append(len(thing.regions))
            if 2 * len(thing.regions) <= len(answers):
                continue
            text, alike = medoid_of([region.text for region in thing.regions])
            is_told, likeness = is_told and text is not None, min(likeness, alike)
            kept.append(Region(label, fuse_segments([region.place for region in thing.regions]), text or ""))
    is_decided, sure = decided(votes, len(answers))
    return kept if is_decided and is_told else None, min(sure, likeness)
