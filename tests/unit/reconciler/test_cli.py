"""The door of the command line."""

import subprocess
import sys

import pytest

from reconciler.cli import VERBS
from reconciler.cli.exits import Exit
from tests.unit.reconciler.cli.conftest import Say, say

__all__ = ["say"]


def test_help_lists_every_verb_and_imports_none() -> None:
    code = "import sys, reconciler.cli as cli; cli.main(['--help']); print([m for m in sys.modules if 'pydantic' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert all(verb in done.stdout for verb in VERBS)
    assert done.stdout.rstrip().endswith("[]")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str, say: Say) -> None:
    told = say(verb, "--help")
    assert told.code == Exit.OK
    assert "Usage: setpoint" in told.out


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in ("run", "web", "label", "git-credential")])
def test_every_verb_prints_json(verb: str, say: Say) -> None:
    assert "--json" in say(verb, "--help").out


def test_an_unknown_verb_names_the_nearest(say: Say) -> None:
    told = say("plam")
    assert told.code == Exit.USAGE
    assert "did you mean plan?" in told.err
