"""Limits, refusals, and what was used of late."""

import math

import pytest

from reconciler.model.fairness.amounts import Amounts
from reconciler.model.fairness.shares import MEMORY, limit_of, recent_use, refusal
from reconciler.model.ids import Address
from reconciler.model.kinds.pools import Capacity, Pool, Share

POOL = Address("pools/shared")
SPEC = Pool(capacity=Capacity(cpus=4, memory=8 * 2**30), teams={"risk": Share(limit=Capacity(cpus=2))})


def test_only_what_a_limit_names_is_limited() -> None:
    assert limit_of(SPEC, "risk") == Amounts(2.0, math.inf, math.inf)
    assert limit_of(SPEC, "vision") == Amounts(math.inf, math.inf, math.inf)


def test_what_fits_is_not_refused() -> None:
    assert refusal(POOL, SPEC, "risk", Amounts(2, 2**30)) == ""
    assert refusal(POOL, SPEC, "vision", Amounts(4, 2**30)) == ""


@pytest.mark.parametrize(
    ("team", "demand", "words"),
    [
        ("vision", Amounts(5), ("5 cpus", "pools/shared has 4 cpus", "capacity.cpus")),
        ("vision", Amounts(1, 2.0**34), ("16 GiB", "8 GiB", "resources.memory")),
        ("vision", Amounts(1, 0, 1), ("1 gpu", "0 gpus")),
        ("risk", Amounts(3), ("3 cpus", "team risk may use 2 cpus", "teams.risk.limit.cpus")),
    ],
)
def test_a_refusal_says_what_to_change(team: str, demand: Amounts, words: tuple[str, ...]) -> None:
    told = refusal(POOL, SPEC, team, demand)
    assert all(word in told for word in words), told


def test_use_is_weighed_by_how_long_ago_it_was() -> None:
    whole = Amounts(2)
    assert recent_use([("a", whole, -1e9, 0.0)], whole, 0.0)["a"] == pytest.approx(1.0)
    assert recent_use([("a", Amounts(1), -1e9, 0.0)], whole, 0.0)["a"] == pytest.approx(0.5)
    assert recent_use([("a", whole, -1e9, 0.0)], whole, MEMORY)["a"] == pytest.approx(1 / math.e)
    assert recent_use([], whole, 0.0) == {}


def test_two_spells_add_up() -> None:
    halves = [("a", Amounts(1), 0.0, 50.0), ("a", Amounts(1), 50.0, 100.0)]
    one = [("a", Amounts(1), 0.0, 100.0)]
    assert recent_use(halves, Amounts(2), 100.0)["a"] == pytest.approx(recent_use(one, Amounts(2), 100.0)["a"])


def test_a_clock_that_was_set_back_makes_no_negative_use() -> None:
    assert recent_use([("a", Amounts(1), 50.0, 60.0)], Amounts(2), 10.0)["a"] == 0.0
