"""Gates on a replica: each says something, and asks for as much as can show it."""

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.replica import Replica


def test_what_is_left_out_is_not_asked() -> None:
    spec = Replica.model_validate({"size": "50Mi", "answers": {}, "load": {"rate": 10}})
    assert spec.size == 50 * 2**20
    assert spec.answers
    assert (spec.answers.minimum, spec.answers.rows) == (1.0, 1000)
    assert spec.latency is None


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({}, "give at least one of size, answers, latency and load"),
        ({"latency": {}}, "give at least one of p50 and p99"),
        ({"load": {"clients": 3}}, "give at least one of rate and p99"),
        ({"load": {"rate": 1, "lasts": "1h"}}, "a load lasts from 1s to 10m"),
        ({"load": {"rate": 1, "lasts": "500ms"}}, "a load lasts from 1s to 10m"),
        ({"latency": {"p99": "1s", "requests": 298}}, "no fewer than 299 can show 0.99 with a confidence of 0.95"),
        ({"answers": {"minimum": 0.999, "rows": 2994}}, "no fewer than 2995 can show 0.999"),
        ({"latency": {"p99": "1s"}, "confidence": 1.0}, "less than or equal to 0.999"),
        ({"size": "big"}, "expected a Kubernetes quantity"),
    ],
)
def test_what_cannot_be_shown_is_refused(told: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Replica.model_validate(told)


@pytest.mark.parametrize(
    "told",
    [
        {"latency": {"p99": "1s", "requests": 299}},
        {"latency": {"p50": "1s", "requests": 20}},
        {"answers": {"minimum": 0.999, "rows": 2995}},
        {"answers": {"minimum": 1, "rows": 1}},
    ],
)
def test_what_just_can_is_taken(told: dict[str, object]) -> None:
    Replica.model_validate(told)
