"""Amounts are added, compared and told."""

import math

import pytest

from reconciler.model.fairness.amounts import Amounts, amount, number, total
from reconciler.model.kinds.pools import Capacity
from reconciler.model.kinds.spec import Resources


def test_amounts_come_from_specs() -> None:
    assert Amounts.of(Resources.model_validate({"cpus": "500m", "memory": "2Gi", "gpus": 1})) == Amounts(
        0.5, 2.0 * 2**30, 1.0
    )
    assert Amounts.of(Capacity(cpus=8, memory=1024, gpus=0)) == Amounts(8.0, 1024.0, 0.0)


def test_amounts_are_added_and_subtracted() -> None:
    assert Amounts(1, 2, 3).plus(Amounts(1, 1, 1)) == Amounts(2, 3, 4)
    assert Amounts(1, 2, 3).minus(Amounts(1, 1, 1)) == Amounts(0, 1, 2)
    assert total([Amounts(1, 2, 3), Amounts(4, 5, 6)]) == Amounts(5, 7, 9)
    assert total([]) == Amounts()


def test_the_first_resource_that_exceeds_is_named() -> None:
    assert Amounts(3, 1, 1).exceeding(Amounts(2, 1, 0)) == "cpus"
    assert Amounts(1, 1, 1).exceeding(Amounts(2, 1, 0)) == "gpus"
    assert Amounts(2, 1, 0).exceeding(Amounts(2, 1, 0)) == ""
    assert Amounts(2, 1, 0).exceeding(Amounts(math.inf, math.inf, math.inf)) == ""


def test_what_asks_for_nothing_fits_where_less_than_nothing_is_left() -> None:
    assert Amounts(1, 0, 0).exceeding(Amounts(1, -5, -1)) == ""


def test_ten_tenths_are_a_whole() -> None:
    left = Amounts(1.0)
    for _ in range(10):
        assert not Amounts(0.1).exceeding(left)
        left = left.minus(Amounts(0.1))
    assert Amounts(0.1).exceeding(left) == "cpus"


def test_the_dominant_share_is_the_largest() -> None:
    assert Amounts(2, 4, 0).dominant_share(Amounts(4, 40, 0)) == 0.5
    assert Amounts(1, 30, 0).dominant_share(Amounts(4, 40, 0)) == 0.75
    assert Amounts(1, 1, 1).dominant_share(Amounts()) == 0.0


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("cpus", 1.0, "1 cpu"),
        ("cpus", 0.5, "0.5 cpus"),
        ("gpus", 2.0, "2 gpus"),
        ("memory", 1.5 * 2**30, "1.5 GiB of memory"),
    ],
)
def test_amounts_are_told_with_their_unit(name: str, value: float, told: str) -> None:
    assert amount(name, value) == told
    assert Amounts(**{name: value}).told(name) == told


def test_numbers_are_told_short() -> None:
    assert [number(x) for x in (1.0, 4 / 3, -0.001, 1000.0)] == ["1", "1.33", "0", "1000"]


def test_several_nodes_have_several_times_as_much() -> None:
    assert Amounts(1.5, 4, 1).times(3) == Amounts(4.5, 12, 3)
