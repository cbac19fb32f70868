"""What a former report kept of risk is read as it was written, or not at all."""

import json
from dataclasses import replace

import pytest

from runners.monitor.report import Former
from runners.sequential import RiskState
from tests.unit.runners.monitor.example import RISK

HOSTILE = (
    '"state": {"evidence": {"rows": 3, "logs": [9, 9]}, "live": {"rows": 3}}',
    '"state": {"evidence": {"rows": -3}, "live": {"rows": -3}}',
    '"state": {"evidence": {"rows": 0, "crossed": 1}}',
    '"state": {"evidence": {"rows": 1}}',
    '"state": {"live": {"low": NaN}}',
    '"state": {"live": {"total": 3}}',
    '"state": {"live": {"squares": -1}}',
    '"state": {"evidence": {"rows": 1, "logs": [1e999,0,0,0,0,0,0,0,0,0]}, "live": {"rows": 1, "weight": 1}}',
    '"state": {"evidence": {"rows": 1, "logs": [0,0,0,0,0,0,0,0,0,0]}, "live": {"rows": 1}}',
    '"state": []',
    '"rate": 0',
    '"needed": -1',
    '"highest": NaN',
    '"until": "tomorrow"',
    '"until": "2026-03-01T10:00:00"',
    '"test": {"rows": 0, "risk": 0.1, "bound": 0.2, "error": 0.1}',
    '"tolerance": 3',
)


@pytest.mark.parametrize("wrong", HOSTILE)
def test_a_former_state_that_no_test_comes_to_is_refused(wrong: str) -> None:
    whole = '"rate": 0.1, "tolerance": 0, "needed": 3, "test": {"rows": 9, "risk": 0.1, "bound": 0.2, "error": 0.1}'
    assert Former.model_validate_json(f'{{"risk": {{{whole}}}}}').risk is not None
    with pytest.raises(ValueError, match="risk"):
        Former.model_validate_json(f'{{"risk": {{{whole}, {wrong}}}}}')


def test_a_state_is_read_as_it_was_written() -> None:
    text = json.dumps(Former(risk=RISK).model_dump(mode="json"), allow_nan=False)
    assert Former.model_validate_json(text).risk == RISK
    assert Former.model_validate_json("{}").risk is None, "as reports were before there was one"


def test_an_interval_is_told_only_where_one_risk_explains_the_rows() -> None:
    assert RISK.interval == (0.27, 0.35)
    for low, high, bound in ((0.4, 0.5, None), (0.2, 0.3, 0.2), (0.31, 0.31, 0.31)):
        live = replace(RISK.state.live, low=low, high=high)
        told = RISK.model_copy(update={"state": replace(RISK.state, live=live)})
        assert (told.interval is not None, told.low) == (low == high, bound)
    none = RISK.model_copy(update={"state": RiskState()})
    assert (none.interval, none.low, none.risk) == (None, None, None)
