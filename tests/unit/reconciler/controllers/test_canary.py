"""Gates judge by exact tests: good revisions are promoted and bad ones stopped, at the rates that are stated."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reconciler.controllers.canary import at_least, fisher, verdict
from reconciler.controllers.rollout import next_step
from reconciler.model.ids import Digest
from reconciler.model.kinds.deployments import Rollout
from reconciler.model.observed import Endpoint, Figures
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import NOW, ago

OLD, NEW = Digest("old"), Digest("new")
ROLLOUT = Rollout(steps=(5, 50, 100))
LIVES = 400
STARTED = ago(days=3)
REVISIONS = (stage.revision(OLD, started=STARTED), stage.revision(NEW, started=ago(days=1)))
counts = st.integers(0, 3000)


@given(counts, counts, st.floats(0.0005, 0.9))
def test_the_binomial_tail_is_scipy_s(count: int, trials: int, share: float) -> None:
    count = min(count, trials)
    assert at_least(count, trials, share) == pytest.approx(
        stats.binom.sf(count - 1, trials, share), rel=1e-6, abs=1e-12
    )


@given(counts, counts, counts, counts)
def test_fisher_s_test_is_scipy_s(errors: int, requests: int, others: int, beside: int) -> None:
    errors, others = min(errors, requests), min(others, beside)
    told = stats.hypergeom.sf(errors - 1, requests + beside, errors + others, requests)
    expected = told if errors and beside else 1.0
    assert fisher(errors, requests, others, beside) == pytest.approx(expected, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0.0), (1.0, 1.0)])
def test_shares_without_chance(share: float, expected: float) -> None:
    assert at_least(1, 10, share) == expected
    assert at_least(0, 10, share) == 1.0


def test_a_bound_of_nothing_takes_no_failure_at_all() -> None:
    strict = Rollout(error_rate=0.0)
    assert verdict(Figures(1000, 1), Figures(), strict, 0.01)
    assert not verdict(Figures(1000, 0), Figures(), strict, 0.01)


@pytest.mark.parametrize("requests", [1, 2, 30, 90])
@pytest.mark.parametrize("rate", [0.01, 0.0001])
def test_one_failure_or_one_slow_answer_decides_nothing(requests: int, rate: float) -> None:
    rollout = Rollout(error_rate=rate, error_increase=0.0, p99_ms=10)
    slow = Figures(requests, 1, buckets={10.0: requests - 1.0, float("inf"): float(requests)})
    for beside in (Figures(), Figures(20, 0), Figures(100_000, 0)):
        assert not verdict(slow, beside, rollout, 0.011)
        assert verdict(Figures(2, 2), beside, rollout, 0.01)


def test_one_failure_of_one_request_rolls_nothing_back() -> None:
    """In binary floats, 1 - 0.99 is above 0.01, and one failure of one request was reason enough."""
    endpoint = Endpoint(
        stage.API, "", dict(zip((OLD, NEW), REVISIONS, strict=True)), {OLD: 95, NEW: 5}, ago(hours=2),
        figures=Figures(21, 1), counted={OLD: Figures(20, 0), NEW: Figures(1, 1)},
    )  # fmt: skip
    assert not next_step(endpoint, NEW, Rollout(), NOW).failed


def test_large_counts_take_no_time() -> None:
    assert at_least(1_010_000, 100_000_000, 0.01) < 1e-20
    assert fisher(2_000, 50_000_000, 1_000, 50_000_000) < 1e-20


def rolled_back(seed: int, new: float, old: float, a_second: int = 100) -> bool:
    """Play a rollout, looked at every three seconds of each hold; tell whether the new revision was taken back."""
    chance = np.random.default_rng(seed)
    traffic, since = {OLD: 100}, NOW
    counted = {OLD: Figures(1), NEW: Figures()}
    for look in range(2000):
        now = NOW + timedelta(seconds=3 * look)
        endpoint = Endpoint(stage.API, "", {r.digest: r for r in REVISIONS}, traffic, since, Figures(), counted=counted)
        step = next_step(endpoint, NEW, ROLLOUT, now)
        if step.failed:
            return True
        if step.traffic is not None:
            traffic, since, counted = dict(step.traffic), now, {}
        elif step.wake is None:
            return False
        for name, rate in ((OLD, old), (NEW, new)):
            more = a_second * 3 * traffic.get(name, 0) // 100
            seen = Figures(more, int(chance.binomial(more, rate)))
            counted[name] = counted.get(name, Figures()).plus(seen)
    raise AssertionError("it never ended")


@pytest.mark.slow
@pytest.mark.sweep
@pytest.mark.parametrize("a_second", [5, 100, 1000])
@pytest.mark.parametrize("rate", [0.0, 0.0005, 0.005, 0.03])
def test_good_canaries_are_promoted(rate: float, a_second: int) -> None:
    """As good as the former one, or a fix: of three steps, each at 0.99, at most four canaries in a hundred go back."""
    back = sum(rolled_back(seed, min(rate, 0.005), rate, a_second) for seed in range(LIVES))
    assert back <= 0.04 * LIVES, back


@pytest.mark.slow
@pytest.mark.parametrize(
    ("new", "old", "a_second"),
    [(0.15, 0.0, 5), (0.03, 0.0, 100), (0.03, 0.005, 100), (0.05, 0.01, 100), (0.009, 0.001, 1000), (0.02, 0.002, 100)],
)
def test_bad_canaries_are_stopped(new: float, old: float, a_second: int) -> None:
    """Above the bound, or below it and far worse than the former one: at least 95 in a hundred go back."""
    back = sum(rolled_back(seed, new, old, a_second) for seed in range(LIVES))
    assert back >= 0.95 * LIVES, back
