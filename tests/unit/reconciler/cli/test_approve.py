"""`setpoint approve`, as people type it."""

import json
import subprocess

import pytest

from reconciler.cli import main
from reconciler.git.repository import Repository
from reconciler.settings import Settings
from tests.unit.reconciler.cli.proposal import NAME, ada, approvers, proposed, repository, settings
from tests.unit.reconciler.signers import Key

__all__ = ["ada", "repository", "settings"]


def test_an_approval_is_signed_as_git_is_set_up_to(
    settings: Settings,
    repository: Repository,
    ada: Key,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    forge = proposed(repository)
    for setting in ada.settings[1::2]:
        key, _, text = setting.partition("=")
        subprocess.run(["git", "-C", settings.repository, "config", key, text], check=True)
    monkeypatch.chdir(settings.repository)
    where = ["--repository", settings.repository, "--environment", "dev", "--home", str(settings.home)]
    assert main(["approve", NAME, *where, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "name": NAME,
        "branch": f"proposals/dev/{NAME}",
        "commit": forge.list()[NAME].commit,
        "by": "ada@example.org",
        "flaw": "",
    }
    assert approvers(forge, ada) == ["ada@example.org"]
    assert main(["approve", NAME, *where]) == 0
    assert f"approved {NAME} as ada@example.org" in capsys.readouterr().out
