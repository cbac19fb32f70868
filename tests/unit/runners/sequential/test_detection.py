"""Evidence of a change: its false alarms are as stated, and how the rows were divided changes nothing."""

import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.sequential.betting import returns
from runners.sequential.detection import Evidence, Stated, by_rate, by_run_length, grown, mean_of
from tests.shares import Hand
from tests.unit.runners.rates import deviations
from tests.unit.runners.sequential.streams import coins, errors, quiet

RATE, LENGTH = 0.1, 400.0


def ran(values: np.ndarray, number: float, stated: Stated) -> Evidence:
    return grown(Evidence(), returns(values, number), stated)


@pytest.mark.slow
def test_streams_without_change_ever_alarm_no_more_often_than_stated(share: Hand) -> None:
    quiet("coins", share, lambda random: ran(coins(0.2, 500, random), 0.2, by_rate(RATE)).crossed is not None, RATE)


@pytest.mark.slow
def test_nor_do_streams_of_values_in_between(share: Hand) -> None:
    quiet("errors", share, lambda random: ran(errors(0.1, 500, random), 0.1, by_rate(RATE)).crossed is not None, RATE)


@pytest.mark.slow
def test_nor_where_a_value_depends_on_the_one_before(share: Hand) -> None:
    """The mean given all before is the number; the values aren't independent."""

    def alarms(random: np.random.Generator) -> bool:
        large = np.cumsum(random.integers(0, 2, 500)) % 2 == 0
        values = np.where(large, coins(0.5, 500, random), 0.5)
        return ran(values, 0.5, by_rate(RATE)).crossed is not None

    quiet("values that depend", share, alarms, RATE)


@pytest.mark.slow
def test_rows_until_an_alarm_are_as_many_as_stated(share: Hand) -> None:
    """The run is cut at ten times its length, which only shortens the mean."""
    seeds = share.take("runs without change", range(400))
    stated = by_run_length(LENGTH)
    found = [ran(coins(0.2, 4000, np.random.default_rng((7, seed))), 0.2, stated).crossed or 4000 for seed in seeds]
    mean, error = float(np.mean(found)), float(np.std(found)) / len(found) ** 0.5
    assert mean + deviations(share) * error >= LENGTH, f"alarms after {mean:.0f} rows on average"


@pytest.mark.parametrize(("before", "within"), [(0, 60), (500, 110), (20_000, 130)])
def test_a_change_is_found_soon_after_a_long_quiet_time_too(before: int, within: int) -> None:
    random, found = np.random.default_rng(3), []
    for _ in range(20):
        values = np.concatenate([coins(0.1, before, random), coins(0.5, 400, random)])
        crossed = ran(values, 0.1, by_rate(0.05)).crossed
        assert crossed is not None
        found.append(crossed - before)
    assert 0 < np.median(found) <= within


def test_a_run_length_finds_a_late_change_sooner_than_a_rate() -> None:
    values = np.concatenate([coins(0.1, 5000, np.random.default_rng(5)), coins(0.4, 400, np.random.default_rng(6))])
    by_length, by_share = (ran(values, 0.1, stated).crossed for stated in (by_run_length(20_000), by_rate(0.01)))
    assert by_length is not None
    assert by_share is not None
    assert 5000 < by_length < by_share


@given(
    st.lists(st.floats(0, 1), max_size=40),
    st.lists(st.integers(0, 40), max_size=5),
    st.sampled_from([by_rate(0.05), by_run_length(50)]),
)
def test_batches_change_nothing(values: list[float], cuts: list[int], stated: Stated) -> None:
    whole = ran(np.array(values), 0.3, stated)
    state = Evidence()
    for part in np.split(np.array(values), sorted(cuts)):
        kept = json.loads(json.dumps(asdict(state)))
        state = grown(Evidence(kept["rows"], tuple(kept["logs"]), kept["crossed"]), returns(part, 0.3), stated)
    assert (state.rows, state.crossed) == (whole.rows, whole.crossed)
    assert state.logs == pytest.approx(whole.logs)


def test_it_is_the_sum_over_all_beginnings() -> None:
    values = np.array([0.0, 1.0, 1.0, 0.2])
    pays = np.exp(returns(values, 0.3))
    by_hand = [sum(pays[first:, way].prod() for first in range(4)) for way in range(pays.shape[1])]
    assert ran(values, 0.3, by_run_length(1e9)).logs == pytest.approx(np.log(by_hand))


def test_an_alarm_stays_and_is_the_first() -> None:
    state = ran(np.ones(50), 0.1, by_rate(0.05))
    later = grown(state, returns(np.zeros(5000), 0.1), by_rate(0.05))
    assert state.crossed is not None
    assert (later.crossed, later.log < state.log) == (state.crossed, True)


def test_the_weights_of_all_rows_are_at_most_1() -> None:
    weights = np.exp(by_rate(0.5).weights(1, 1_000_000))
    assert 0.9 < weights.sum() < 1.0
    assert weights[[0, 98]] == pytest.approx([1 / (2.1098 * n * np.log(n) ** 2) for n in (2, 100)])
    assert by_rate(0.5).weights(11, 3).tolist() == by_rate(0.5).weights(1, 13)[10:].tolist()


def test_a_state_of_another_test_is_refused() -> None:
    with pytest.raises(ValueError, match="begin with a new state"):
        grown(Evidence(1, (0.0, 0.0)), returns(np.ones(1), 0.5), by_rate(0.5))


@pytest.mark.parametrize("wrong", [0.5, float("nan"), float("inf")])
def test_a_run_length_is_a_number_of_rows(wrong: float) -> None:
    with pytest.raises(ValueError, match="the run length is"):
        by_run_length(wrong)


def test_the_mean_of_logarithms_bears_any_size() -> None:
    assert mean_of(np.array([[1000.0, 1000.0], [-1000.0, -1000.0]])) == pytest.approx([1000.0, -1000.0])
    assert (Evidence().log, Evidence().crossed) == (0.0, None)
