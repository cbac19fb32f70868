"""What a look keeps comes back as it was, and what is stated has to be whole."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from runners.ab_test.parameters import State
from runners.sequential.arms import Arms, Design, compared
from tests.unit.runners.ab_test.dealing import END, START, params


def test_a_state_comes_back_as_it_was() -> None:
    arms = compared(Arms(), [1.0, 0.0, 1.0], [1.0, 0.0, 0.5], Design(0.5, 0.1, 0.05, 100))
    kept = State.of(arms, START, (4, 5)).model_dump(mode="json")
    state = State.model_validate(kept)
    assert state.arms() == arms
    assert (state.until, state.assigned) == (START, (4, 5))
    assert State(until=START).arms() == Arms()


def test_units_count_from_where_the_look_before_ended_until_they_are_old_enough() -> None:
    assert (params().since, params().until) == (START, END - timedelta(minutes=1))
    former = {"until": (START + timedelta(minutes=5)).isoformat()}
    assert params(former=former).since == START + timedelta(minutes=5)
    assert params(maturity=1e6).until == START


@pytest.mark.parametrize("metric", ["error", "latency", "outcome"])
def test_a_metric_says_what_it_needs(metric: str) -> None:
    with pytest.raises(ValidationError, match=f"the metric {metric} needs"):
        params(metric=metric)
