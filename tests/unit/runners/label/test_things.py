"""Things: which regions are matched, and which are brought together."""

import numpy as np
import pytest

from runners.label.regions import Region
from runners.label.segments import SEGMENTS
from runners.label.things import assigned, things_of


@pytest.mark.parametrize(
    ("shared", "matched"),
    [
        ([[0.9, 0.6], [0.6, 0.1]], [(0, 1), (1, 0)]),
        ([[0.9, 0.4], [0.4, 0.4]], [(0, 0)]),
        ([[1.0, 0.5], [0.5, 0.0]], [(0, 1), (1, 0)]),  # as much in all, and more of them
        ([[0.49]], []),
        ([[0.5]], [(0, 0)]),
    ],
)
def test_what_is_shared_is_most_in_all(shared: list[list[float]], matched: list[tuple[int, int]]) -> None:
    assert assigned(np.array(shared)) == matched


def test_an_annotator_has_one_region_in_a_thing() -> None:
    near = [Region("a", (0.0, 2.0)), Region("a", (0.1, 2.0))]
    things = things_of(SEGMENTS, [near, near[:1], []])
    assert sorted(len(thing.regions) for thing in things) == [1, 2]


def test_a_region_belongs_to_what_it_shares_most_with_on_average() -> None:
    first, second = [Region("a", (0.0, 10.0))], [Region("a", (4.0, 14.0))]
    between = [Region("a", (1.0, 11.0))]
    things = things_of(SEGMENTS, [first, second, between])
    assert [[region.place for region in thing.regions] for thing in things] == [
        [(0.0, 10.0), (1.0, 11.0)],
        [(4.0, 14.0)],
    ]
