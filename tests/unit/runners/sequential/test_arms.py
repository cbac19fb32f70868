"""An A/B test is held to its rates over all looks, whatever the shares, and finds what it was planned for."""

import logging

import numpy as np
import pytest

from runners.sequential.arms import Arms, Design, bounds_of, compared, mismatch
from tests.shares import Hand
from tests.unit.runners.rates import hold

_LOG = logging.getLogger(__name__)
PLAN = Design(share=0.5, effect=0.05, error=0.05, most=8000)
TESTS, EACH, LOOK = 40, 50, 100
"""Two thousand tests of each kind in `make deep`, each looked at after so many units."""


def ended(design: Design, random: np.random.Generator, gain: float, usual: float = 0.7, drift: float = 0.0) -> str:
    """Play a test to its end, looked at again and again; return how it ended."""
    arms = (random.random(design.most) < design.share).astype(np.float64)
    chance = usual + gain * arms + drift * np.sin(np.arange(design.most) / 700)
    values = (random.random(design.most) < chance).astype(np.float64)
    state = Arms()
    for first in range(0, design.most, LOOK):
        state = compared(state, arms[first : first + LOOK], values[first : first + LOOK], design)
        low, high = bounds_of(state, design)
        if low > 0.0:
            return "promote"
        if high < design.effect:
            return "reject"
    return "none"


def played(share: Hand, what: str, design: Design, gain: float, **told: float) -> dict[str, float]:
    groups = share.take(f"A/B tests: {what}", range(TESTS))
    found = [ended(design, np.random.default_rng((g, n)), gain, **told) for g in groups for n in range(EACH)]
    shares = {name: found.count(name) / len(found) for name in ("promote", "reject", "none")}
    _LOG.info("%s: %s of %d tests", what, shares, len(found))
    return {**shares, "tests": len(found)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "design", "told"),
    [
        ("equal", PLAN, {}),
        ("a tenth", Design(0.1, 0.05, 0.05, 8000), {}),
        ("rare", PLAN, {"usual": 0.02}),
        ("drifting", PLAN, {"usual": 0.5, "drift": 0.3}),
    ],
)
def test_a_model_that_is_no_better_wins_no_more_often_than_stated(
    share: Hand, what: str, design: Design, told: dict[str, float]
) -> None:
    found = played(share, f"no difference, {what}", design, 0.0, **told)
    hold(what, round(found["promote"] * found["tests"]), int(found["tests"]), design.error, share)


@pytest.mark.slow
def test_a_model_that_is_better_by_what_was_planned_wins(share: Hand) -> None:
    found = played(share, "better as planned", PLAN, PLAN.effect)
    hold("rejected", round(found["reject"] * found["tests"]), int(found["tests"]), PLAN.error, share)
    assert found["promote"] > 0.85
    assert played(share, "twice as much", PLAN, 2 * PLAN.effect)["promote"] > 0.97


@pytest.mark.slow
def test_a_dealing_as_stated_is_taken_for_another_no_more_often_than_stated(share: Hand) -> None:
    def is_doubted(random: np.random.Generator, dealt: float) -> bool:
        seconds = np.cumsum(random.random(3000) < dealt)
        counts = ((int(n + 1 - seconds[n]), int(seconds[n])) for n in range(99, 3000, 100))
        return any(mismatch(one, 0.3) >= np.log(1 / 0.01) for one in counts)

    groups = share.take("dealings", range(TESTS))
    found = [is_doubted(np.random.default_rng((g, n)), 0.3) for g in groups for n in range(EACH)]
    hold("dealings", sum(found), len(found), 0.01, share)
    assert all(is_doubted(np.random.default_rng(n), 0.36) for n in range(20)), "6 points of 30 aren't found in 3,000"


def test_it_finds_which_arm_is_better() -> None:
    random = np.random.default_rng(1)
    arms = (random.random(3000) < 0.5).astype(np.float64)
    state = compared(Arms(), arms, (random.random(3000) < 0.5 + 0.2 * arms).astype(np.float64), PLAN)
    low, high = bounds_of(state, PLAN)
    first, second = state.means
    assert first is not None
    assert second is not None
    assert 0.0 < low < second - first < high
    worse = compared(Arms(), 1 - arms, (random.random(3000) < 0.5 + 0.2 * arms).astype(np.float64), PLAN)
    assert bounds_of(worse, PLAN)[1] < 0.0


@pytest.mark.parametrize("size", [1, 7, 200])
def test_batches_change_nothing(size: int) -> None:
    random = np.random.default_rng(2)
    arms, values = (random.random(400) < 0.3).astype(np.float64), random.random(400)
    design = Design(0.3, 0.05, 0.05, 350)
    whole, state = compared(Arms(), arms, values, design), Arms()
    for first in range(0, 400, size):
        state = compared(state, arms[first : first + size], values[first : first + size], design)
    assert state.units == whole.units
    assert sum(state.units) == 350, "units above the most that was stated count"
    assert bounds_of(state, design) == pytest.approx(bounds_of(whole, design))
    assert state.totals == pytest.approx(whole.totals)


def test_nothing_is_known_before_the_first_unit() -> None:
    assert compared(Arms(), [], [], PLAN) == Arms()
    assert Arms().means == (None, None)
    assert bounds_of(Arms(), PLAN) == (-1.0, 1.0)
    assert mismatch((0, 0), 0.5) == pytest.approx(0.0)


@pytest.mark.parametrize(("arms", "values"), [([0.5], [1.0]), ([1.0], [1.5]), ([1.0, 0.0], [1.0]), ([0.0], [np.nan])])
def test_what_can_t_be_is_refused(arms: list[float], values: list[float]) -> None:
    with pytest.raises(ValueError, match=r"give"):
        compared(Arms(), arms, values, PLAN)


def test_a_share_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"the share of the second arm is 1.0"):
        compared(Arms(), [1.0], [1.0], Design(1.0, 0.1, 0.05, 10))
    with pytest.raises(ValueError, match=r"the share"):
        mismatch((1, 1), 0.0)


def test_the_evidence_of_a_dealing_is_1_on_average() -> None:
    """Over all ways that four units can be dealt out, each with its probability."""
    ways = [tuple(map(int, f"{number:04b}")) for number in range(16)]
    whole = sum(
        0.3 ** sum(way) * 0.7 ** (4 - sum(way)) * np.exp(mismatch((4 - sum(way), sum(way)), 0.3)) for way in ways
    )
    assert whole == pytest.approx(1.0)
