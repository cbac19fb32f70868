"""Outlines of things on pictures: polygons in shares of the picture, `x1, y1, x2, y2, …`, without a closing point.

What lies within one is told by the even-odd rule, also where it crosses itself. Two are compared on a grid of `GRID`
by `GRID` points over the box around both, so that small things are compared as finely as large ones.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from runners.contract import InputError
from runners.label.distances import Figures
from runners.label.regions import Region
from runners.label.things import Place, Places, Shape

GRID = 64
MOST_POINTS = 2000
"""Points of an outline: comparing two takes time by these."""
_CORNERS = 64
"""Points that stand for an ellipse."""
Points = Sequence[tuple[float, float]]


def outline_of(label: str, points: Points, where: str) -> Region | None:
    """Return an outline by its points in shares of the picture, cut to it; None where nothing is left of it.

    Raises:
        InputError: it has too many points.
    """
    if len(points) > MOST_POINTS:
        what = f"an outline has {len(points):,} points, and at most {MOST_POINTS:,} are compared"
        raise InputError(what, where, "simplify it, or export it as a mask")
    cut: list[tuple[float, float]] = []
    for point in _cut(list(points)):
        if not cut or point != cut[-1]:
            cut.append(point)
    while len(cut) > 1 and cut[0] == cut[-1]:
        cut.pop()
    if len(set(cut)) < 3 or _is_flat(cut):
        return None
    return Region(label, tuple(number for point in cut for number in point))


def _is_flat(points: Points) -> bool:
    """Tell whether all points lie on one line."""
    offsets = np.array(points) - points[0]
    return bool(np.linalg.matrix_rank(offsets, tol=1e-6) < 2)


def _cut(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Cut an outline to the picture.

    Sutherland & Hodgman, "Reentrant Polygon Clipping" (1974, https://doi.org/10.1145/360767.360802).
    """
    for axis in (0, 1):
        for edge, sign in ((0.0, 1), (1.0, -1)):
            if any(sign * (point[axis] - edge) < 0 for point in points):
                points = list(_cut_at(points, axis, edge, sign))
    return points


def _cut_at(points: Points, axis: int, edge: float, sign: int) -> Iterator[tuple[float, float]]:
    """Yield the points of an outline on one side of an edge, with those where it crosses that."""
    for former, point in zip([*points[-1:], *points[:-1]], points, strict=True):
        was_in, is_in = (sign * (one[axis] - edge) >= 0 for one in (former, point))
        if was_in != is_in:
            yield _crossing(former, point, axis, edge)
        if is_in:
            yield point


def _crossing(former: tuple[float, float], point: tuple[float, float], axis: int, edge: float) -> tuple[float, float]:
    share = (edge - former[axis]) / (point[axis] - former[axis])
    other = former[1 - axis] + share * (point[1 - axis] - former[1 - axis])
    return (edge, other) if axis == 0 else (other, edge)


class Turn(NamedTuple):
    """How far a region is turned, in degrees clockwise, and its picture's width by its height."""

    degrees: float = 0.0
    ratio: float = 1.0

    def point(self, at: tuple[float, float], right: float, down: float) -> tuple[float, float]:
        """Turn an offset from a point; in pictures that aren't square as pixels are turned."""
        angle = math.radians(self.degrees)
        return (
            at[0] + right * math.cos(angle) - down / self.ratio * math.sin(angle),
            at[1] + right * self.ratio * math.sin(angle) + down * math.cos(angle),
        )


def corners_of(corner: tuple[float, float], width: float, height: float, turn: Turn) -> Points:
    """Return the corners of a box that is turned about its left top corner, in shares of the picture."""
    told = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
    return [turn.point(corner, x, y) for x, y in told]


def ellipse_of(centre: tuple[float, float], right: float, down: float, turn: Turn) -> Points:
    """Return points of an ellipse's outline, turned about its centre, in shares of the picture."""
    angles = [2 * math.pi * place / _CORNERS for place in range(_CORNERS)]
    return [turn.point(centre, right * math.cos(one), down * math.sin(one)) for one in angles]


def inside(place: Place, columns: Figures, rows: Figures) -> NDArray[np.bool_]:
    """Tell which points of a grid lie within an outline, by the even-odd rule: of `rows` by `columns`.

    Shimrat, "Algorithm 112: Position of Point Relative to Polygon" (1962, https://doi.org/10.1145/368637.368653), for
    all points of a row at once.
    """
    points = np.array(place, np.float64).reshape(-1, 2)
    ends = np.roll(points, -1, axis=0)
    row, edge = np.nonzero((points[None, :, 1] > rows[:, None]) != (ends[None, :, 1] > rows[:, None]))
    begun, reach = points[edge], ends[edge] - points[edge]
    crossed = begun[:, 0] + (rows[row] - begun[:, 1]) / reach[:, 1] * reach[:, 0]
    wide = len(columns) + 1
    flips = np.bincount(row * wide + np.searchsorted(columns, crossed, side="right"), minlength=len(rows) * wide)
    is_inside: NDArray[np.bool_] = np.cumsum(flips.reshape(-1, wide)[:, :-1], axis=1) % 2 == 1
    return is_inside


def edges_of(places: Places) -> Figures:
    """Return the box around each outline: left, top, right, bottom."""
    each = [np.array(place, np.float64).reshape(-1, 2) for place in places]
    return np.array([[*points.min(axis=0), *points.max(axis=0)] for points in each]).reshape(-1, 4)


def _grid(edges: Figures) -> tuple[Figures, Figures]:
    """Return the columns and the rows of a grid over the box around some boxes."""
    low, high = edges[:, :2].min(axis=0), edges[:, 2:].max(axis=0)
    steps = (np.arange(GRID) + 0.5) / GRID
    return low[0] + steps * (high[0] - low[0]), low[1] + steps * (high[1] - low[1])


def shared_by_outlines(left: Places, right: Places) -> Figures:
    """Return the intersection over union of each two outlines."""
    shared = np.zeros((len(left), len(right)))
    if not shared.size:
        return shared
    ours, theirs = edges_of(left), edges_of(right)
    low = np.maximum(ours[:, None, :2], theirs[None, :, :2])
    high = np.minimum(ours[:, None, 2:], theirs[None, :, 2:])
    for row, column in np.argwhere((high > low).all(axis=2)).tolist():
        if left[row] == right[column]:
            shared[row, column] = 1
        else:
            grid = _grid(np.stack([ours[row], theirs[column]]))
            one, other = inside(left[row], *grid), inside(right[column], *grid)
            shared[row, column] = (one & other).sum() / max(int((one | other).sum()), 1)
    return shared


def fuse_outlines(places: Places) -> Place:
    """Return, of several outlines of a thing, the one that shares most with the points which most of them hold.

    So it is one that a person has drawn. Of those that share as much it is the first in order.
    """
    edges = edges_of(places)
    grid = _grid(edges)
    held = np.array([inside(place, *grid) for place in places])
    most = 2 * held.sum(axis=0) > len(places)
    shares = [(one & most).sum() / max(int((one | most).sum()), 1) for one in held]
    best = max(shares)
    return min(place for place, share in zip(places, shares, strict=True) if share == best)


OUTLINES = Shape(shared_by_outlines, fuse_outlines)
