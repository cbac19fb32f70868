"""Key points: which are near each other, and the median of several."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from runners.label.keypoints import NEAR, POINTS, fuse_points, point_of

SHARE = st.floats(0, 1)


@pytest.mark.parametrize(("apart", "shared"), [(0, 1), (NEAR, 0.5), (2 * NEAR, 1 / 16)])
def test_points_share_the_more_the_nearer_they_are(apart: float, shared: float) -> None:
    assert POINTS.shared([(0.2, 0.3)], [(0.2 + apart, 0.3)])[0, 0] == pytest.approx(shared)


@given(st.lists(st.tuples(SHARE, SHARE), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_no_other_point_is_nearer_to_all(drawn: list[tuple[float, float]]) -> None:
    points = np.array(drawn)

    def far(at: np.ndarray) -> float:
        return float(np.linalg.norm(points - at, axis=1).sum())

    ours = far(np.array(fuse_points(drawn)))
    others = [far(point) for point in points] + [
        float(minimize(far, begun, method="Nelder-Mead").fun) for begun in (points.mean(axis=0), points[0])
    ]
    assert ours <= min(others) + 1e-4


def test_one_that_lies_far_off_moves_the_median_little() -> None:
    assert fuse_points([(0.5, 0.5), (0.5, 0.5), (0.9, 0.1)]) == pytest.approx((0.5, 0.5), abs=1e-6)
    assert fuse_points([(0.2, 0.2), (0.4, 0.2)]) == pytest.approx((0.3, 0.2))


def test_a_point_outside_of_its_picture_is_none() -> None:
    assert point_of("a", 1.2, 0.5) is None
    assert point_of("a", float("nan"), 0.5) is None
    assert point_of("a", 1, 0) is not None
