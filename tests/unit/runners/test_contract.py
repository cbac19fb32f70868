"""The contract's face: jobs import it from here, and the daemon's light parts get nothing that they don't ask for."""

import pytest
from pydantic import ValidationError

import runners.contract
from runners.contract import Result, exits
from runners.contract.versions import RUNNER_VERSIONS
from runners.declared import BUILT_IN
from runners.launcher import supervisor


def test_a_result_holds_finite_figures_only() -> None:
    assert Result(metrics={"a": 1.0}).accepted
    with pytest.raises(ValidationError):
        Result(metrics={"a": float("nan")})


def test_the_face_has_all_that_it_names_and_nothing_else() -> None:
    assert all(getattr(runners.contract, name) is not None for name in runners.contract.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        runners.contract.Nothing  # noqa: B018


def test_the_supervisor_which_imports_nothing_of_ours_says_the_same_at_a_timeout() -> None:
    assert supervisor.TIMED_OUT == exits.TIMED_OUT


def test_every_runner_declares_a_version() -> None:
    assert RUNNER_VERSIONS.keys() == BUILT_IN.keys() | {"serve"}
