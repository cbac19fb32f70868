"""A cause in words."""

import pytest
from pydantic import ValidationError

from runners.monitor.causes.told import CausePart, OriginPart

CAUSE = CausePart(kind="column", what="age moved", action="retrain", fix="Retrain.", metric="roc_auc")


def test_it_says_what_it_costs_and_since_when_the_data_has_it() -> None:
    dear = CAUSE.model_copy(update={"cost": 0.04, "low": 0.02, "high": 0.06, "share": 0.5})
    dear = dear.model_copy(update={"origin": OriginPart(version="datasets/a/1", made="2026-01-01")})
    assert dear.price == "costs 0.04 of roc_auc (0.02 to 0.06), 50% of the estimated drop"
    assert dear.sentence() == f"age moved; {dear.price}; the data has it since datasets/a/1, made at 2026-01-01"


def test_what_is_not_known_is_not_said() -> None:
    assert (CAUSE.price, CAUSE.since, CAUSE.sentence()) == ("", "", "age moved")
    noise = CAUSE.model_copy(update={"cost": 0.01, "low": -0.02, "high": 0.04, "origin_gap": "no version came"})
    assert "below noise" in noise.price
    assert noise.since == "no version came"
    assert CAUSE.is_harmful
    assert not CAUSE.model_copy(update={"action": "nothing"}).is_harmful
    assert CausePart(**{**dict(CAUSE), "cost": 0.123456789}).cost == 0.123457
    with pytest.raises(ValidationError):
        CausePart(**{**dict(CAUSE), "cost": float("nan")})
