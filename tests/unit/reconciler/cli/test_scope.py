"""The command line: place."""

import subprocess
from pathlib import Path

import pytest

from reconciler.cli.scope import settle, settle_all
from reconciler.cli.status_reader import known_environment
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


def test_a_repository_on_another_branch_is_told_so(repository: Path) -> None:
    subprocess.run(["git", "-C", str(repository), "branch", "-m", "master"], check=True)
    with pytest.raises(Refused, match="has no environments/ on main") as told:
        settle(str(repository), None, "main", None)
    assert "--branch master, SETPOINT_BRANCH=master, or rename it: `git branch -m main`" in str(told.value)
    with pytest.raises(Refused, match="has no environment dev") as told:
        known_environment(settle(str(repository), "dev", "main", None))
    assert "--branch master" in str(told.value)
    assert settle(str(repository), "dev", "master", None).environment == "dev"
    subprocess.run(["git", "-C", str(repository), "rm", "-rq", "environments"], check=True)
    subprocess.run(["git", "-C", str(repository), "commit", "-qm", "None is left"], check=True)
    with pytest.raises(Refused, match="has no environments/ on main") as told:
        settle(str(repository), None, "main", None)
    assert "setpoint init" in str(told.value)


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


def test_each_repository_is_driven_in_each_environment_and_has_a_home_of_its_own(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = str(repository), "https://forge.example/team/other.git"
    (dev, prod) = settle_all([one], ["dev", "prod", "dev"], "main", tmp_path)
    assert (dev.environment, prod.environment) == ("dev", "prod")
    assert dev.home == prod.home == tmp_path, "the only one has the home that is told"
    found = settle_all([one, other], ["dev"], "trunk", tmp_path)
    assert [settings.repository for settings in found] == [one, other]
    assert {settings.branch for settings in found} == {"trunk"}
    homes = [settings.home for settings in found]
    assert [home.parent for home in homes] == [tmp_path] * 2
    assert homes[1].name.startswith("other-")
    monkeypatch.setenv("SETPOINT_HOME", str(tmp_path))
    assert [settings.home for settings in settle_all([one, other], ["dev"], "main", None)] == homes
    monkeypatch.delenv("SETPOINT_HOME")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert settle_all([one, other], ["dev"], "main", None)[1].home.parent == tmp_path / "state" / "setpoint"


def test_a_name_that_no_environment_can_have_is_refused_at_the_start(repository: Path) -> None:
    with pytest.raises(Refused, match="can't be the name of an environment"):
        settle_all([str(repository)], ["dev", "Prod"], "main", None)


def test_outside_of_a_repository_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Refused, match="no Git repository"):
        settle(None, "dev", "main", None)
