"""The command line: failing."""

import pytest

from reconciler.cli.errors import told
from reconciler.cli.exits import Exit
from reconciler.model.errors import BadSpec, Problem, Raced, Refused


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (BadSpec((Problem("specs/a.yaml", 3, 5, "x", "is wrong"),)), Exit.REFUSED, "specs/a.yaml:3:5: x: is wrong"),
        (Refused("no", "do this"), Exit.REFUSED, "→ do this"),
        (Raced("moved"), Exit.UNAVAILABLE, "setpoint: moved"),
        (KeyError("x"), Exit.FAILED, "SETPOINT_DEBUG"),
    ],
)
def test_each_error_has_its_code_and_says_what_to_do(
    error: Exception, code: Exit, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(error) == code
    assert text in capsys.readouterr().err
