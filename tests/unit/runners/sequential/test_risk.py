"""Live risk against that of held-out rows: alarms without harm are as seldom as stated, harm is found."""

import json
from dataclasses import asdict

import numpy as np
import pytest
from pydantic import TypeAdapter

from runners.sequential import RiskState, Source, by_rate, source_of, verdict_of, watched
from tests.shares import Hand
from tests.unit.runners.sequential.streams import coins, errors, quiet

RATE = 0.1


@pytest.mark.slow
def test_alarms_without_harm_have_the_rate_of_both_parts_together(share: Hand) -> None:
    def alarms(random: np.random.Generator) -> bool:
        source = source_of(coins(0.2, 200, random), RATE / 2)
        return watched(RiskState(), coins(0.2, 400, random), source, by_rate(RATE / 2)).evidence.crossed is not None

    quiet("risk", share, alarms, RATE)


@pytest.mark.slow
def test_what_is_tolerated_is_no_harm(share: Hand) -> None:
    def alarms(random: np.random.Generator) -> bool:
        source = source_of(errors(0.2, 200, random), RATE / 2)
        state = watched(RiskState(), errors(0.24, 400, random), source, by_rate(RATE / 2), tolerance=0.04)
        return state.evidence.crossed is not None

    quiet("tolerated risk", share, alarms, RATE)


@pytest.mark.parametrize(("risk", "within"), [(0.3, 2000), (0.5, 200), (0.9, 40)])
def test_harm_is_found(risk: float, within: int) -> None:
    random, found = np.random.default_rng(8), []
    for _ in range(20):
        source = source_of(coins(0.2, 1000, random), 0.025)
        values = np.concatenate([coins(0.2, 300, random), coins(risk, 4000, random)])
        found.append(verdict_of(watched(RiskState(), values, source, by_rate(0.025)), source).since or 10_000)
    assert 300 < np.median(found) < 300 + within


def test_a_state_is_kept_between_reports_as_json() -> None:
    random = np.random.default_rng(9)
    source, values = source_of(coins(0.2, 500, random), 0.025), coins(0.4, 800, random)
    whole, state = watched(RiskState(), values, source, by_rate(0.025)), RiskState()
    for part in np.split(values, [0, 1, 300, 300]):
        kept = json.dumps(asdict(state), allow_nan=False)
        state = watched(TypeAdapter(RiskState).validate_json(kept), part, source, by_rate(0.025))
    told, of_whole = verdict_of(state, source), verdict_of(whole, source)
    assert told.since == of_whole.since is not None
    assert told.evidence == pytest.approx(of_whole.evidence)
    assert told.alarmed
    assert told.excess == pytest.approx(values.mean() - source.risk)
    assert told.low <= values.mean()


def test_without_rows_nothing_is_told() -> None:
    source = source_of([0.0, 1.0], 0.05)
    told = verdict_of(watched(RiskState(), [], source, by_rate(0.05)), source)
    assert (told.alarmed, told.risk, told.rows, told.excess) == (False, None, 0, 0.0)


def test_what_can_t_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="no loss of a held-out row"):
        source_of([], 0.05)
    with pytest.raises(ValueError, match="row 0"):
        watched(RiskState(), [2.0], Source(1, 0.5, 1.0, 0.05), by_rate(0.05))
