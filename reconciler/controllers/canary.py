"""Canary analysis: whether a new revision surely does worse than it may, by exact one-sided tests. Pure functions.

A share that was seen is no share that is known: one failure of one request says little, and none of ten thousand much.
So a revision is held against its bounds by the binomial test (Clopper and Pearson, "The use of confidence or fiducial
limits", Biometrika 26, 1934) and against the former one beside it by Fisher's exact test (R. A. Fisher, "The logic of
inductive inference", Journal of the Royal Statistical Society 98, 1935). Both are right for small counts and for rare
failures, where intervals from the normal distribution are too narrow.
"""

from collections.abc import Callable, Iterable
from math import exp, lgamma, log, log1p

from reconciler.model.kinds.deployments import Rollout
from reconciler.model.observed import Figures

FEWEST = 2
"""Failures, or slow answers, under which nothing is decided: one may be anybody's, whatever the odds say."""
_NEGLIGIBLE = 1e-17


def verdict(canary: Figures, beside: Figures, rollout: Rollout, alpha: float) -> str:
    """Say why a revision is to go back, in words that stay the same from look to look; empty where it isn't.

    Args:
        canary: what it answered.
        beside: what the former revision answered meanwhile.
        rollout: the gates.
        alpha: the share of good revisions that each gate may take for bad ones.
    """
    fails = canary.errors >= (FEWEST if rollout.error_rate else 1)
    above = fails and at_least(canary.errors, canary.requests, rollout.error_rate) < alpha
    if above and not is_worse(beside, canary, alpha):
        return f"more than {rollout.error_rate:.2%} of its requests failed"
    increased = canary.error_rate > beside.error_rate + rollout.error_increase
    if beside.requests and fails and increased and is_worse(canary, beside, alpha):
        return "a larger share of its requests failed than of the former revision's beside it"
    slow = canary.slower_than(rollout.p99_ms) if rollout.p99_ms else 0
    if slow >= FEWEST and at_least(slow, canary.requests, 0.01) < alpha:
        return f"its p99 is above {rollout.p99_ms:g} ms"
    return ""


def is_worse(one: Figures, other: Figures, alpha: float) -> bool:
    """Tell whether one revision surely fails more than another, by Fisher's exact test."""
    return fisher(one.errors, one.requests, other.errors, other.requests) < alpha


def at_least(count: int, trials: int, share: float) -> float:
    """Return the probability of so many or more, each trial having this share, by the binomial distribution."""
    if count <= 0:
        return 1.0
    if share <= 0 or share >= 1:
        return float(share >= 1)

    def probability(number: int) -> float:
        return exp(_choose(trials, number) + number * log(share) + (trials - number) * log1p(-share))

    def ratio(number: int) -> float:
        return (trials - number) / (number + 1) * share / (1 - share)

    return _tail(count, (0, trials), trials * share, probability, ratio)


def fisher(errors: int, requests: int, others: int, beside: int) -> float:
    """Return how probable it is, where both fail alike, that so many or more of all errors are the first's."""
    failed, everything = errors + others, requests + beside
    if not errors or not beside:
        return 1.0
    all_ways = _choose(everything, failed)

    def probability(number: int) -> float:
        return exp(_choose(requests, number) + _choose(beside, failed - number) - all_ways)

    def ratio(number: int) -> float:
        return (requests - number) * (failed - number) / ((number + 1) * (beside - failed + number + 1))

    bounds = (max(0, failed - beside), min(failed, requests))
    return _tail(errors, bounds, failed * requests / everything, probability, ratio)


def _tail(
    count: int,
    bounds: tuple[int, int],
    mean: float,
    probability: Callable[[int], float],
    ratio: Callable[[int], float],
) -> float:
    """Add up the probabilities from a count on, or from below it where that is the smaller part.

    Args:
        count: where to begin.
        bounds: the least and the largest count that can be.
        mean: the mean of the distribution, near which its probabilities are largest.
        probability: that of one count.
        ratio: the probability of the next count by that of one.
    """
    least, most = bounds
    if count <= least:
        return 1.0
    if count > mean:
        return min(1.0, _summed(probability(count), (ratio(number) for number in range(count, most))))
    return 1.0 - _summed(probability(count - 1), (1 / ratio(number) for number in range(count - 2, least - 1, -1)))


def _summed(term: float, ratios: Iterable[float]) -> float:
    """Add up terms, each told by its ratio to the one before, until they are negligible."""
    total = term
    for ratio in ratios:
        term *= ratio
        total += term
        if ratio < 1 and term <= _NEGLIGIBLE * total:
            break
    return total


def _choose(many: int, few: int) -> float:
    """Return the logarithm of the binomial coefficient."""
    return lgamma(many + 1) - lgamma(few + 1) - lgamma(many - few + 1)
