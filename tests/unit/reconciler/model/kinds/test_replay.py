"""Gates on recent requests: each asks for as much as can show it."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.replay import Replay


def test_what_is_left_out_is_usual() -> None:
    spec = Replay.model_validate({})
    assert (spec.window, spec.rows, spec.minimum_rows, spec.confidence) == (timedelta(days=7), 10_000, 100, 0.95)
    assert (spec.too_few, spec.every, spec.is_bounded) == ("block", timedelta(hours=1), False)
    assert Replay.model_validate({"maximum_refused": 0}).is_bounded
    assert Replay.model_validate({"maximum_differing": 0.2}).is_bounded


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"rows": 50}, "minimum_rows is 100, and only 50 are drawn: draw more rows"),
        ({"window": "0s"}, "give a window that isn't empty"),
        ({"every": "30s"}, "look again after a minute at the earliest"),
        ({"maximum_differing": 0}, "maximum_differing is 0, which no draw can show"),
        ({"maximum_differing": 0.02}, "no fewer than 149 can show maximum_differing 0.02 with a confidence of 0.95"),
        ({"maximum_refused": 0.001}, "no fewer than 2995 can show maximum_refused 0.001"),
        ({"maximum_differing": 1.1}, "less than or equal to 1"),
        ({"rows": 100_001}, "less than or equal to 100000"),
        ({"too_few": "warn"}, "'block' or 'pass'"),
    ],
)
def test_what_cannot_be_shown_is_refused(told: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Replay.model_validate(told)


@pytest.mark.parametrize(
    "told",
    [
        {"rows": 100},
        {"maximum_differing": 0.02, "minimum_rows": 149},
        {"maximum_differing": 1, "maximum_refused": 0},
        {"every": "1m"},
    ],
)
def test_what_just_can_is_taken(told: dict[str, object]) -> None:
    Replay.model_validate(told)
