"""Key points of pictures, `x, y` in shares of the picture: matched by how near they are, fused to their median."""

import numpy as np

from runners.label.distances import Figures
from runners.label.regions import Region
from runners.label.things import SAME, Place, Places, Shape

NEAR = 0.05
"""How far apart, in shares of the picture's sides, two points are that are just of one thing."""
_STEPS = 200
_MOVED = 1e-12


def point_of(label: str, x: float, y: float) -> Region | None:
    """Return a point in shares of the picture; None where it lies outside of it."""
    return Region(label, (float(x), float(y))) if 0 <= x <= 1 and 0 <= y <= 1 else None


def shared_by_points(left: Places, right: Places) -> Figures:
    """Return how near each two points are: 1 at one place, and a half at `NEAR`.

    COCO's similarity of key points (https://cocodataset.org/#keypoints-eval), of which the scale is the picture.
    """
    ours, theirs = (np.array(places, np.float64).reshape(-1, 2) for places in (left, right))
    apart = ((ours[:, None] - theirs[None]) ** 2).sum(axis=2)
    return np.asarray(SAME ** (np.round(apart / NEAR**2, 9)), np.float64)


def fuse_points(places: Places) -> Place:
    """Return the point whose distances to several add up to the least: one that lies far off moves it little.

    Weiszfeld, "Sur le point pour lequel la somme des distances de n points donnés est minimum" (1937), with the step
    of Vardi & Zhang, "The multivariate L1-median and associated data depth" (2000,
    https://doi.org/10.1073/pnas.97.4.1423), which doesn't end at one of the points by accident. Of two it is the mean.
    """
    points = np.array(places, np.float64)
    median = points.mean(axis=0)
    for _ in range(_STEPS if len(points) > 2 else 0):
        former, median = median, _nearer(points, median)
        if np.abs(median - former).max() < _MOVED:
            break
    best = min((median, *points), key=lambda at: float(np.linalg.norm(points - at, axis=1).sum()))  # it creeps to these
    return tuple(best.tolist())


def _nearer(points: Figures, at: Figures) -> Figures:
    apart = np.linalg.norm(points - at, axis=1)
    is_off = apart > _MOVED
    if not is_off.any():
        return at
    weights = 1 / apart[is_off]
    mean = weights @ points[is_off] / weights.sum()
    pull = np.linalg.norm(weights @ (points[is_off] - at))
    held = min(1.0, (len(points) - is_off.sum()) / pull) if pull > 0 else 1.0
    return np.asarray((1 - held) * mean + held * at, np.float64)


POINTS = Shape(shared_by_points, fuse_points)
