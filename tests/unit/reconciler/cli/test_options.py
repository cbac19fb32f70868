"""Options that verbs share."""

import click
from click.testing import CliRunner

from reconciler.cli.options import placed
from reconciler.settings import Settings


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
