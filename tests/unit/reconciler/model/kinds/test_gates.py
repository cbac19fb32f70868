"""Gates say one thing each, and something."""

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.gates import Gate


def test_a_gate_says_something() -> None:
    assert Gate(metric="a", worse_than_live=0.0).worse_than_live == 0.0
    with pytest.raises(ValidationError, match="give at least one of"):
        Gate(metric="a")


@pytest.mark.parametrize("more", [{"minimum": 0.1}, {"maximum": 0.1}, {"slice": "sex"}, {"worse_than_live": None}])
def test_a_gate_on_recent_rows_compares_and_does_nothing_else(more: dict[str, object]) -> None:
    told = {"metric": "a", "worse_than_live": 0.1, "rows": "recent"}
    assert Gate.model_validate(told).rows == "recent"
    with pytest.raises(ValidationError, match=r"rows: recent is for worse_than_live alone|give at least one of"):
        Gate.model_validate({**told, **more})
