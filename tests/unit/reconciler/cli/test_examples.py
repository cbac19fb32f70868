"""Every verb has examples, and each can be read as it stands."""

import shlex

import click
import pytest

from reconciler.cli import VERBS, setpoint


def lines(verb: str) -> list[list[str]]:
    command = setpoint.get_command(click.Context(setpoint), verb)
    assert command is not None
    return [shlex.split(line) for line in (command.epilog or "").splitlines() if line.startswith("  setpoint ")]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_examples_that_can_be_read(verb: str) -> None:
    found = lines(verb)
    assert found, f"{verb} has no examples: give it some with @examples"
    command = setpoint.get_command(click.Context(setpoint), verb)
    assert command is not None
    for _, name, *arguments in found:
        assert name == verb
        command.make_context(verb, list(arguments), parent=click.Context(setpoint))
