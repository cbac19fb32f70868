"""What a replay is told is read strictly."""

import pytest
from pydantic import ValidationError

from runners.replay.parameters import ReplayParams


def test_what_is_left_out_is_usual() -> None:
    params = ReplayParams(trial="experiments/a/b")
    assert (params.rows, params.tolerance, params.confidence, params.outcomes) == (10_000, 0.0, 0.95, None)


@pytest.mark.parametrize("odd", [{"rows": 0}, {"rows": 100_001}, {"tolerance": -1}, {"confidence": 1.0}, {"more": 1}])
def test_what_makes_no_sense_is_refused(odd: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ReplayParams.model_validate({"trial": "experiments/a/b", **odd})
