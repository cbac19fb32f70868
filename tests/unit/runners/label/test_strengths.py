"""How good things are that were compared in pairs."""

from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import minimize

from runners.contract import InputError
from runners.label.strengths import SPREAD, Strengths, strengths_of

TRUE = np.array([-1.5, -0.5, 0.0, 0.5, 1.5])
NAMES = list("abcde")
LEFT, RIGHT = np.array(list(combinations(range(5), 2))).T


def drawn(seed: int, times: int, ease: float | None = -0.5) -> Strengths:
    """Return what is estimated where people compared each pair so often, by strengths that are known."""
    chances = Strengths(NAMES, TRUE, TRUE, ease, LEFT, LEFT).chances(LEFT, RIGHT)
    chance = np.random.default_rng(seed)
    counts = np.array([chance.multinomial(times, row) for row in chances], np.float64)
    return strengths_of(NAMES, LEFT, RIGHT, counts)


@pytest.mark.parametrize("ease", [-0.5, None])
def test_the_truth_is_in_its_interval_nineteen_times_of_twenty(ease: float | None) -> None:
    found = [drawn(seed, 20, ease) for seed in range(150)]
    inside = np.mean([np.abs(one.strength - TRUE) <= 1.96 * one.error for one in found])
    assert 0.92 <= inside <= 0.98
    assert np.mean([one.strength for one in found], axis=0) == pytest.approx(TRUE, abs=0.15)


def test_they_are_what_a_general_optimizer_finds() -> None:
    counts = np.random.default_rng(3).integers(0, 6, (10, 3)).astype(np.float64)

    def loss(point: np.ndarray) -> float:  # type: ignore[type-arg]
        apart = point[LEFT] - point[RIGHT]
        logs = np.column_stack([apart / 2, np.full(10, point[-1]), -apart / 2])
        logs -= np.log(np.exp(logs).sum(axis=1, keepdims=True))
        return float(-(counts * logs).sum() + (point**2).sum() / (2 * SPREAD**2))

    theirs = minimize(loss, np.zeros(6), tol=1e-12).x
    ours = strengths_of(NAMES, LEFT, RIGHT, counts)
    assert ours.strength == pytest.approx(theirs[:5] - theirs[:5].mean(), abs=1e-4)
    assert ours.ease == pytest.approx(theirs[5], abs=1e-4)


def test_whose_side_a_thing_was_on_makes_no_difference() -> None:
    counts = np.random.default_rng(5).integers(0, 6, (10, 3)).astype(np.float64)
    one, other = strengths_of(NAMES, LEFT, RIGHT, counts), strengths_of(NAMES, RIGHT, LEFT, counts[:, ::-1])
    assert one.strength == pytest.approx(other.strength)
    assert one.error == pytest.approx(other.error)


def test_a_thing_that_was_always_better_is_finite_and_things_apart_are_told() -> None:
    counts = np.array([[50.0, 0, 0], [1, 0, 1]])
    found = strengths_of(["a", "b", "c", "d"], np.array([0, 2]), np.array([1, 3]), counts)
    first = found.figures()[0]
    assert first["thing"] == "a"
    assert 2 < first["strength"] < 10
    assert first["interval"][0] < first["strength"] < first["interval"][1]
    assert found.ease is None
    assert [one["group"] for one in sorted(found.figures(), key=lambda one: one["thing"])] == [0, 0, 1, 1]
    assert found.compared.tolist() == [50, 50, 2, 2]


def test_without_comparisons_there_is_nothing_and_too_many_things_are_told() -> None:
    nothing = np.zeros(0, np.int64)
    assert strengths_of([], nothing, nothing, np.zeros((0, 3))).figures() == []
    with pytest.raises(InputError, match="at most 2,000"):
        strengths_of([str(n) for n in range(2001)], nothing, nothing, np.zeros((0, 3)))
