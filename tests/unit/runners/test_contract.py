"""The contract: what a request, a result and a runner's error are."""

from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from runners.contract import Crashed, InputError, Request, Result, RunnerError, SourceUnavailable


class Told(BaseModel):
    """Parameters of a runner that only the tests know."""

    model_config = ConfigDict(extra="forbid")

    depth: int
    kind: Literal["deep", "flat"] = "flat"


def request(**params: object) -> Request:
    return Request(run="experiments/x/0123456789ab", runner="x", output="/tmp/x", params=params)


def test_parameters_are_read_by_a_runners_own_model() -> None:
    assert request(depth=3).params_as(Told) == Told(depth=3)


@pytest.mark.parametrize(
    ("params", "where", "what"),
    [
        ({}, "depth", "the parameter depth doesn't fit: Field required"),
        ({"depth": 1, "kind": "round"}, "kind", "the parameter kind doesn't fit"),
        ({"depth": 1, "dpeth": 2}, "dpeth", "the parameter dpeth doesn't fit"),
        ({"depth": "x", "kind": 1}, "depth", "(and 1 more)"),
    ],
)
def test_the_first_problem_is_told_and_the_others_counted(params: dict[str, object], where: str, what: str) -> None:
    with pytest.raises(InputError) as failure:
        request(**params).params_as(Told)
    assert failure.value.where == where
    assert what in failure.value.what


@pytest.mark.parametrize(
    ("error", "code", "resembles"),
    [(InputError, 65, ValueError), (SourceUnavailable, 75, ConnectionError), (Crashed, 71, ChildProcessError)],
)
def test_an_error_knows_its_exit_code_and_what_it_resembles(
    error: type[RunnerError], code: int, resembles: type[Exception]
) -> None:
    told = error("it broke", "here", "mend it")
    assert (told.exit_code, told.what, told.where, told.fix, str(told)) == (
        code,
        "it broke",
        "here",
        "mend it",
        "it broke",
    )
    assert isinstance(told, resembles)


def test_a_result_holds_finite_figures_only() -> None:
    assert Result(metrics={"a": 1.0}).accepted
    with pytest.raises(ValidationError):
        Result(metrics={"a": float("nan")})


def test_a_request_has_no_field_that_nobody_knows() -> None:
    with pytest.raises(ValidationError):
        Request.model_validate({"run": "x", "runner": "x", "output": "x", "outptu": "x"})
