"""Completion in the shell."""

from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete

from reconciler.cli import setpoint


def offered(arguments: list[str], typed: str) -> list[str]:
    shell = ShellComplete(setpoint, {}, "setpoint", "_SETPOINT_COMPLETE")
    return [item.value for item in shell.get_completions(arguments, typed)]


@pytest.mark.usefixtures("status")
def test_addresses_environments_and_kinds(repository: Path) -> None:
    place = ["-C", str(repository), "-e", "dev"]
    assert offered(["suspend", *place], "") == ["datasets/digits", "experiments/employment", "promotions/employment"]
    assert offered(["get", *place], "datasets/") == ["datasets/digits"]
    assert offered(["get", *place], "d") == ["datasets", "deployments"]
    assert offered(["get", *place], "rel") == ["releases"]
    assert offered(["status", "--kind"], "rel") == []
    assert offered(["status", "--kind"], "mon") == ["monitors"]
    assert "dev" in offered(["status", "-C", str(repository), "--environment"], "")


def test_where_nothing_can_be_read_nothing_is_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert offered(["suspend", "-e", "dev"], "") == []
    assert offered(["status", "--environment"], "") == []


def test_click_is_as_it_was() -> None:
    assert isinstance(setpoint, click.Group)
