"""The errors that a runner foresees."""

import pytest

from runners.contract.errors import Crashed, InputError, RunnerError, SourceUnavailable


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
