"""Preparations: a closed vocabulary, whose words go together or are refused."""

from typing import Any

import pytest

from runners.contract.preparations import Step, as_told, flaw


def steps(*told: dict[str, Any]) -> tuple[Step, ...]:
    return tuple(map(Step.model_validate, told))


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ({}, "exactly one of impute"),
        ({"log": True, "drop": True}, "exactly one of"),
        ({"log": False}, "log"),
        ({"impute": {"by": "constant"}}, "give a value"),
        ({"impute": {"value": 3}}, "give a value"),
        ({"clip": {}}, "clip at a minimum"),
        ({"clip": {"minimum": 1, "lower": 0.1}}, "not both"),
        ({"clip": {"minimum": 3, "maximum": 3}}, "all values would be one"),
        ({"datetime": {"since": "soon"}}, "no moment"),
        ({"datetime": {"parts": []}}, "at least 1"),
        ({"datetime": {"parts": ["century"]}}, "'year'"),
        ({"text": {"by": "hashing", "longest": 2}}, "single words"),
        ({"text": {"shortest": 3, "longest": 2}}, "above longest"),
        ({"encode": {}}, "Field required"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(told: dict[str, Any], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        Step.model_validate(told)


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ([{"drop": True}, {"log": True}], "needs no other"),
        ([{"log": True}, {"encode": {"by": "ordinal"}}], "takes the column as it came"),
        ([{"text": {}}, {"log": True}], "can't follow"),
        ([{"log": True}, {"scale": "robust"}, {"log": True}], "log is there twice"),
        ([{"datetime": {}}, {"impute": {}}, {"scale": "standard"}], ""),
        ([{"drop": True}], ""),
    ],
)
def test_steps_go_together_or_it_is_said_why_not(told: list[dict[str, Any]], what: str) -> None:
    found = flaw(steps(*told))
    assert (what in found) if what else not found


def test_they_are_told_without_what_is_usual() -> None:
    told = {"a": [{"impute": {"indicator": True}}, {"log": True}], "b": [{"datetime": {}}]}
    assert as_told({name: steps(*one) for name, one in told.items()}) == told
