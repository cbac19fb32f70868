"""Options that verbs share."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from reconciler.cli.exits import Exit
from reconciler.cli.options import leasing, placed, placed_at_several, trusting
from reconciler.model.errors import Refused
from reconciler.settings import Settings
from tests.unit.reconciler.cli.conftest import Say
from tests.unit.reconciler.cli.ground import person_of
from tests.unit.reconciler.signers import ssh_key


def test_a_command_gets_where_it_acts_beside_its_own_options() -> None:
    @click.command("try")
    @placed
    @click.option("--deep", is_flag=True)
    def command(settings: Settings, deep: bool) -> None:
        """Try it."""
        click.echo(f"{settings.environment} of {settings.branch}, {deep}")

    line = ["-C", "file:///nowhere", "-e", "prod", "--branch", "trunk", "--deep"]
    assert CliRunner().invoke(command, line).output == "prod of trunk, True\n"
    shown = CliRunner().invoke(command, ["--help"]).output
    assert "Try it." in shown
    assert all(option in shown for option in ("--repository", "--environment", "--branch", "--home", "--deep"))


def test_a_command_may_act_at_several_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signers = tmp_path / "signers"
    signers.write_text("")

    @click.command("try")
    @placed_at_several
    @trusting
    def command(several: tuple[Settings, ...]) -> None:
        """Try it."""
        for one in several:
            click.echo(f"{one.environment} of {one.place}, {len(one.verify_with)}")

    places = ["dev of file:///a", "prod of file:///a", "dev of file:///b c", "prod of file:///b c"]
    line = ["-C", "file:///a", "-C", "file:///b c", "-e", "dev", "-e", "prod", "--verify-with", str(signers)]
    assert CliRunner().invoke(command, line).output.splitlines() == [f"{place}, 1" for place in places]
    monkeypatch.setenv("SETPOINT_REPOSITORY", "file:///a\nfile:///b c\n")
    monkeypatch.setenv("SETPOINT_ENVIRONMENT", "dev prod")
    assert CliRunner().invoke(command, []).output.splitlines() == [f"{place}, 0" for place in places]
    assert CliRunner().invoke(command, ["-C", "file:///c", "-e", "dev"]).output == "dev of file:///c, 0\n"


@pytest.mark.parametrize("by", ["option", "variable"])
def test_pinned_signers_hold_from_the_first_commit_on(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    person, ada = person_of(tmp_path, monkeypatch), ssh_key(tmp_path)
    pinned = tmp_path / "pinned"
    pinned.write_text(ada.public)
    options = ("--verify-with", str(pinned)) if by == "option" else ()
    if by == "variable":
        monkeypatch.setenv("SETPOINT_VERIFY_WITH", str(pinned))
    for verb in ("apply", "plan"):
        told = say(verb, *options)
        assert told.code == Exit.REFUSED, told
        assert "is not applied: it isn't signed" in told.err
    head = ada.commit(person, {"specs/pools/shared.yaml": "capacity: {cpus: 2}\n"})
    assert say("apply", "--json", *options).json["commit"] == head


def test_what_decides_the_lease_is_the_same_everywhere_and_nothing_odd(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command("try")
    @placed_at_several
    @leasing
    def command(several: tuple[Settings, ...]) -> None:
        """Try it."""
        click.echo(" ".join(one.lease for one in several))

    line = ["-C", "file:///a", "-e", "dev", "-e", "prod"]
    assert CliRunner().invoke(command, line).output == "git git\n"
    monkeypatch.setenv("SETPOINT_LEASE", "kubernetes:ml")
    assert CliRunner().invoke(command, line).output == "kubernetes:ml kubernetes:ml\n"
    assert isinstance(CliRunner().invoke(command, [*line, "--lease", "paxos"]).exception, Refused)


def test_pinned_signers_that_cannot_be_read_are_no_signers(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person_of(tmp_path, monkeypatch)
    pinned = tmp_path / "pinned"
    pinned.write_text("ada\n")
    told = say("apply", "--verify-with", str(pinned))
    assert told.code == Exit.REFUSED
    assert f"{pinned}:1: there is no public key" in " ".join(told.err.split())


def test_what_the_variables_say_the_options_say_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [tmp_path / name for name in "abc"]
    for name in names:
        name.write_text("")

    @click.command("try")
    @placed
    @trusting
    def command(settings: Settings) -> None:
        """Try it."""
        click.echo(
            f"{[path.name for path in settings.verify_with]} {settings.signing_key and settings.signing_key.name}"
        )

    line = ["-C", "file:///nowhere", "-e", "prod"]
    assert CliRunner().invoke(command, line).output == "[] None\n"
    monkeypatch.setenv("SETPOINT_VERIFY_WITH", f"{names[0]}:{names[1]}")
    monkeypatch.setenv("SETPOINT_SIGNING_KEY", str(names[0]))
    assert CliRunner().invoke(command, line).output == "['a', 'b'] a\n"
    line += ["--verify-with", str(names[2]), "--signing-key", str(names[1])]
    assert CliRunner().invoke(command, line).output == "['c'] b\n"
