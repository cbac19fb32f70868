"""Chunks of losses against all before: shuffled rows alarm as seldom as stated, a rise is found by its chunk."""

import numpy as np
import pytest

from runners.sequential.detection import by_rate
from runners.sequential.exchangeable import Chunks, _chance, _counted, begun, held
from tests.shares import Hand
from tests.unit.runners.rates import hold
from tests.unit.runners.sequential.streams import GROUPS, OF_ONE, coins, errors, quiet

RATE = 0.1


def ran(chunks: list[np.ndarray], first: Chunks, seed: int = 0) -> Chunks:
    for chunk in chunks:
        first = held(first, chunk, by_rate(RATE), seed)
    return first


@pytest.mark.slow
def test_shuffled_rows_ever_alarm_no_more_often_than_stated(share: Hand) -> None:
    """The rows drift; their order is shuffled, so that all that is left is that they are exchangeable."""
    rows = np.concatenate([np.zeros(160), np.ones(40)])

    def alarms(random: np.random.Generator) -> bool:
        first, *chunks = np.split(random.permutation(rows), 10)
        return ran(chunks, begun(first), int(random.integers(1 << 30))).evidence.crossed is not None

    quiet("shuffled rows", share, alarms, RATE)


@pytest.mark.slow
def test_nor_do_those_of_values_in_between(share: Hand) -> None:
    groups = share.take("shuffled errors", range(GROUPS // 10))
    hits = 0
    for group in groups:
        for number in range(OF_ONE // 10):
            random = np.random.default_rng((group, number))
            first, *chunks = np.split(errors(0.2, 400, random), 8)
            hits += ran(chunks, begun(first), number).evidence.crossed is not None
    hold("shuffled errors", hits, len(groups) * OF_ONE // 10, RATE, share)


@pytest.mark.parametrize("losses", [coins, errors])
def test_a_rise_is_found_in_its_first_chunks(losses: "type[coins]") -> None:
    random = np.random.default_rng(1)
    chunks = [losses(0.1, 200, random) for _ in range(10)] + [losses(0.3, 200, random) for _ in range(4)]
    found = ran(chunks, begun(losses(0.1, 500, random)))
    assert found.evidence.crossed in {11, 12, 13}
    assert found.evidence.rows == 14


def test_losses_that_fall_are_no_alarm() -> None:
    random = np.random.default_rng(1)
    chunks = [coins(0.1, 200, random) for _ in range(20)]
    assert ran(chunks, begun(coins(0.5, 500, random))).evidence.crossed is None


def test_the_first_chunk_is_what_others_are_held_against_where_nothing_else_is() -> None:
    first = held(Chunks(), [0.0, 1.0], by_rate(RATE), 0)
    assert (sum(first.counts), first.evidence.rows) == (2, 0)
    assert held(first, [], by_rate(RATE), 0) == first


@pytest.mark.parametrize("losses", [[0.0, 1.0, 0.0], [0.5, 0.5]])
def test_the_worst_lot_makes_a_chunk_that_is_all_ties_as_usual_as_can_be(losses: list[float]) -> None:
    """The whole pool is drawn, or all of it is the same: the p-value is the lot itself."""

    class Highest:
        def multivariate_hypergeometric(self, pool: np.ndarray, drawn: int, **told: object) -> np.ndarray:
            return np.repeat(pool[None, :], 1999, axis=0)

        def random(self) -> float:
            return 1.0

    counts = _counted(np.array(losses))
    assert _chance(counts, counts, Highest()) == pytest.approx(1.0)  # type: ignore[arg-type]


def test_the_same_seed_draws_the_same_lots() -> None:
    state = begun([0.0, 1.0, 0.0])
    assert held(state, [1.0, 0.0], by_rate(RATE), 3) == held(state, [1.0, 0.0], by_rate(RATE), 3)
    with pytest.raises(ValueError, match="row 1"):
        held(state, [1.0, float("nan")], by_rate(RATE), 3)
