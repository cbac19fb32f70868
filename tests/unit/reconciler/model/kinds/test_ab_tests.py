"""A test is stated whole, or refused with what to say."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.ab_tests import ABTest

STATED = {"metric": "accuracy", "minimum_effect": 0.02}


def test_what_isn_t_said_is_usual() -> None:
    found = ABTest.model_validate(STATED)
    assert (found.share, found.key, found.alpha, found.maximum_units) == (50, None, 0.05, 100_000)
    assert (found.matures, found.needs_outcomes) == (timedelta(days=1), True)
    service = ABTest.model_validate({**STATED, "metric": "error_rate"})
    assert (service.matures, service.needs_outcomes) == (timedelta(minutes=2), False)
    assert ABTest.model_validate({**STATED, "maturity": "0s"}).matures == timedelta(0)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"metric": "error"}, "metric is error: say scale"),
        ({"metric": "latency"}, "metric is latency: say slower_than_ms"),
        ({"metric": "outcome"}, "metric is outcome: say success"),
        ({"scale": 3}, "metric is accuracy: leave out scale, which is for metric: error"),
        ({"key": "Authorization"}, "key is Authorization, which doesn't reach a model"),
        ({"key": "x-setpoint-unit"}, "doesn't reach a model"),
        ({"maximum_time": "1d"}, "maximum_time has to be longer than maturity and every together"),
        ({"every": "0s"}, "nothing is looked at before its end"),
        ({"minimum_effect": 0}, "greater than 0"),
        ({"key": "no header"}, "pattern"),
    ],
)
def test_what_can_t_be_is_refused(told: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        ABTest.model_validate({**STATED, **told})
