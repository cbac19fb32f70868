"""Shapley values: they add up, whatever is asked about, and are those that the definition gives."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.models.shapley import Plan, TooSlow, Worth, shares

FOREVER = Plan(4096, lambda: False)


def game(seed: int, parts: int, rows: int = 3) -> tuple[Worth, Any, Any]:
    """Return answers, two of them, of a function with a product and a curve, with a row and its background."""
    generator = np.random.default_rng(seed)
    others, own = generator.normal(size=(rows, parts)), generator.normal(size=parts)
    slope = generator.normal(size=parts)

    def worth(sets: Any, of: Any) -> Any:
        mixed = np.where(sets, own, others[of])
        return np.column_stack([np.tanh(mixed @ slope) + mixed[:, 0] * mixed[:, -1], mixed @ slope])

    return worth, own - others.mean(axis=0), slope


def by_definition(worth: Worth, parts: int, rows: int) -> Any:
    """Return the values as they are defined: the mean gain over all orders and all rows of the background."""
    found, orders = np.zeros((parts, 2)), list(permutations(range(parts)))
    for order in orders:
        for row in range(rows):
            has, before = np.zeros((1, parts), bool), worth(np.zeros((1, parts), bool), np.array([row]))
            for part in order:
                has[0, part] = True
                after = worth(has, np.array([row]))
                found[part] += (after - before)[0]
                before = after
    return found / (len(orders) * rows)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**6), st.integers(0, 40), st.integers(1, 5), st.integers(1, 300))
def test_they_add_up_however_many_answers_there_may_be(seed: int, parts: int, rows: int, calls: int) -> None:
    worth = game(seed, max(parts, 1), rows)[0] if parts else lambda sets, of: 2.0 * of[:, None]
    found = shares(worth, np.arange(parts), rows, Plan(calls, lambda: False))
    assert found.base + found.parts.sum(axis=0) == pytest.approx(found.whole if parts else found.base)
    assert found.parts == pytest.approx(found.sums)
    assert (found.errors >= 0).all()
    assert np.isfinite(found.errors).all()


@pytest.mark.parametrize("seed", range(5))
def test_of_few_parts_they_are_those_of_the_definition(seed: int) -> None:
    worth, _, _ = game(seed, 4)
    found = shares(worth, np.arange(4), 3, FOREVER)
    assert found.parts == pytest.approx(by_definition(worth, 4, 3))
    assert (found.errors == 0).all()
    assert found.calls == 2**4 * 3


def test_what_is_drawn_is_within_its_errors() -> None:
    beyond = []
    for seed in range(60):
        worth, _, _ = game(seed, 9)
        true = shares(worth, np.arange(9), 3, FOREVER).parts[:, 0]
        found = shares(worth, np.arange(9), 3, Plan(700, lambda: False))
        assert found.calls <= 700
        assert (found.errors[:, 0] > 0).all()
        beyond += (np.abs(found.sums[:, 0] - true) > 3 * found.errors[:, 0]).tolist()
    assert np.mean(beyond) < 0.03  # of few draws, a few more than of a normal distribution


def test_of_a_line_nothing_is_left_to_chance() -> None:
    worth, differences, slope = game(1, 12)
    found = shares(worth, np.arange(12), 3, Plan(300, lambda: False))
    assert found.parts[:, 1] == pytest.approx(slope * differences)
    assert found.errors[:, 1] == pytest.approx(0, abs=1e-12)


def test_the_same_is_asked_about_in_the_same_way() -> None:
    worth, _, _ = game(3, 12)
    first, second = (shares(worth, np.arange(12), 3, Plan(300, lambda: False)) for _ in range(2))
    assert (first.parts == second.parts).all()


def test_parts_that_belong_together_are_summed_with_the_error_of_their_sum() -> None:
    worth, _, _ = game(5, 10)
    of = np.array([0, 1, 1, 1, 2, 2, 2, 2, 2, 2])
    found = shares(worth, of, 3, Plan(400, lambda: False))
    assert found.sums == pytest.approx(np.stack([found.parts[of == one].sum(axis=0) for one in range(3)]))
    alone = shares(worth, np.zeros(10, int), 3, Plan(400, lambda: False))
    assert alone.errors == pytest.approx(0, abs=1e-12)  # all parts together are never in doubt


def counting(over_after: int) -> Callable[[], bool]:
    asked = iter(range(10**6))
    return lambda: next(asked) >= over_after


def test_when_time_is_over_there_is_what_was_found_or_it_is_said() -> None:
    worth, _, _ = game(7, 30)
    with pytest.raises(TooSlow):
        shares(worth, np.arange(30), 3, Plan(4096, counting(0)))
    with pytest.raises(TooSlow):
        shares(game(7, 5)[0], np.arange(5), 3, Plan(4096, counting(1)))
    found = shares(worth, np.arange(30), 3, Plan(4096, counting(3)))
    whole = shares(worth, np.arange(30), 3, FOREVER)
    assert found.calls < whole.calls
    assert found.base + found.parts.sum(axis=0) == pytest.approx(found.whole)
