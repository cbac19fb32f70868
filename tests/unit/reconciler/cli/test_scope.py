"""The command line: place."""

import subprocess
from pathlib import Path

import pytest

from reconciler.cli.scope import settle
from reconciler.model.errors import Refused


def test_several_environments_need_a_choice(repository: Path) -> None:
    with pytest.raises(Refused, match="which environment") as told:
        settle(str(repository), None, "main", None)
    assert "dev, prod" in str(told.value)


def test_the_only_environment_needs_none(repository: Path) -> None:
    others = [path.relative_to(repository) for path in (repository / "environments").iterdir() if path.name != "dev"]
    subprocess.run(["git", "-C", str(repository), "rm", "-rq", *others], check=True)
    subprocess.run(["git", "-C", str(repository), "commit", "-qm", "One is enough"], check=True)
    assert settle(str(repository), None, "main", None).environment == "dev"


def test_a_clone_acts_on_its_origin_and_a_watched_repository_on_itself(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(repository), str(clone)], check=True)
    (clone / "deeper").mkdir()
    monkeypatch.chdir(clone / "deeper")
    assert settle(None, "dev", "main", None).repository == str(repository)
    monkeypatch.chdir(repository)
    assert settle(None, "dev", "main", None).repository == str(repository)


def test_outside_of_a_repository_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Refused, match="no Git repository"):
        settle(None, "dev", "main", None)
