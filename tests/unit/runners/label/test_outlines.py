"""Outlines: what lies within, which are of one thing, what is cut and what is refused."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path

from runners.contract import InputError
from runners.label.outlines import (
    MOST_POINTS,
    OUTLINES,
    Turn,
    corners_of,
    ellipse_of,
    fuse_outlines,
    inside,
    outline_of,
)

SQUARE = (0.2, 0.2, 0.6, 0.2, 0.6, 0.6, 0.2, 0.6)
STEPS = (np.arange(40) + 0.5) / 40
NUMBER = st.floats(0.01, 0.99)


@given(st.lists(st.tuples(NUMBER, NUMBER), min_size=3, max_size=9))
@settings(max_examples=100, deadline=None)
def test_what_lies_within_is_what_matplotlib_tells(points: list[tuple[float, float]]) -> None:
    columns, rows = np.meshgrid(STEPS, STEPS)
    peer = Path([*points, points[0]], closed=True).contains_points(np.column_stack([columns.ravel(), rows.ravel()]))
    ours = inside(tuple(number for point in points for number in point), STEPS, STEPS)
    near = _near_an_edge(points, columns, rows)
    assert (ours == peer.reshape(ours.shape))[~near].all()


def _near_an_edge(points: list[tuple[float, float]], columns: np.ndarray, rows: np.ndarray) -> np.ndarray:
    near = np.zeros(columns.shape, np.bool_)
    for (x, y), (to_x, to_y) in zip(points, [*points[1:], points[0]], strict=True):
        length = max((to_x - x) ** 2 + (to_y - y) ** 2, 1e-30)
        share = np.clip(((columns - x) * (to_x - x) + (rows - y) * (to_y - y)) / length, 0, 1)
        near |= np.hypot(columns - x - share * (to_x - x), rows - y - share * (to_y - y)) < 1e-6
    return near


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        (SQUARE, 1),
        ((0.6, 0.6, 0.2, 0.6, 0.2, 0.2, 0.6, 0.2), 1),  # the same, begun elsewhere and the other way round
        ((0.4, 0.2, 0.8, 0.2, 0.8, 0.6, 0.4, 0.6), 1 / 3),
        ((0.6, 0.2, 0.8, 0.2, 0.8, 0.6, 0.6, 0.6), 0),
        ((0.2, 0.2, 0.6, 0.2, 0.6, 0.6), 1 / 2),
        ((0.2, 0.2, 0.6, 0.6, 0.6, 0.2, 0.2, 0.6), 1 / 2),  # a bow tie
    ],
)
def test_outlines_share_their_intersection_by_their_union(other: tuple[float, ...], shared: float) -> None:
    assert OUTLINES.shared([SQUARE], [other])[0, 0] == pytest.approx(shared, abs=0.02)


def test_small_things_are_compared_as_finely_as_large_ones() -> None:
    small, moved = (
        tuple(0.5 + number / 1000 for number in one) for one in (SQUARE, (0.4, 0.2, 0.8, 0.2, 0.8, 0.6, 0.4, 0.6))
    )
    assert OUTLINES.shared([small], [moved])[0, 0] == pytest.approx(1 / 3, abs=0.02)


@pytest.mark.parametrize(
    ("points", "kept"),
    [
        ([(0.1, 0.1), (0.5, 0.1), (0.5, 0.5), (0.1, 0.1)], (0.1, 0.1, 0.5, 0.1, 0.5, 0.5)),
        ([(0.1, 0.1), (0.1, 0.1), (0.5, 0.1), (0.5, 0.5)], (0.1, 0.1, 0.5, 0.1, 0.5, 0.5)),
        ([(0.5, 0.5), (1.5, 0.5), (1.5, 0.7), (0.5, 0.7)], (1.0, 0.5, 1.0, 0.7, 0.5, 0.7, 0.5, 0.5)),
        ([(-1, -1), (2, -1), (2, 2), (-1, 2)], (0, 0, 1, 0, 1, 1, 0, 1)),
        ([(1.2, 0), (1.5, 0), (1.5, 1)], None),
        ([(0.1, 0.1), (0.2, 0.2), (0.3, 0.3)], None),
        ([(0.1, 0.1), (0.2, 0.2), (0.1, 0.1), (0.2, 0.2)], None),
        ([(0.1, 0.1)], None),
        ([], None),
    ],
)
def test_an_outline_is_cut_to_its_picture(points: list[tuple[float, float]], kept: tuple[float, ...] | None) -> None:
    region = outline_of("cat", points, "here")
    if kept is None:
        assert region is None
    else:
        assert region is not None
        assert _same_cycle(region.place, kept)


def _same_cycle(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    pairs, told = np.array(one).reshape(-1, 2), np.array(other).reshape(-1, 2)
    return pairs.shape == told.shape and any(np.allclose(np.roll(pairs, n, axis=0), told) for n in range(len(pairs)))


def test_an_outline_of_too_many_points_is_refused() -> None:
    with pytest.raises(InputError, match="2,001 points") as caught:
        outline_of("cat", [(0.1, 0.1)] * (MOST_POINTS + 1), "e.json[0]")
    assert caught.value.fix


def test_of_outlines_of_a_thing_the_one_nearest_to_the_vote_is_kept() -> None:
    wide, high = (0.2, 0.2, 0.7, 0.2, 0.7, 0.6, 0.2, 0.6), (0.2, 0.2, 0.6, 0.2, 0.6, 0.9, 0.2, 0.9)
    assert fuse_outlines([wide, SQUARE, high]) == SQUARE


def test_turned_boxes_and_ellipses_are_outlines() -> None:
    # A box of 100 by 50 pixels whose left top corner is in the middle of 400 by 200 pixels, turned by a quarter.
    turned = corners_of((0.5, 0.5), 0.25, 0.25, Turn(90, 400 / 200))
    assert np.allclose(turned, [(0.5, 0.5), (0.5, 1.0), (0.375, 1.0), (0.375, 0.5)])
    round_ = np.array(ellipse_of((0.5, 0.5), 0.1, 0.2, Turn(30, 2.0))) - 0.5
    assert np.allclose(np.hypot(round_[:, 0] * 400, round_[:, 1] * 200), 40)
    assert math.isclose(len(round_), 64)
