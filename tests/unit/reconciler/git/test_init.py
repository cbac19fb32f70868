"""A person's own repository: its beginning, and where it came from."""

import subprocess
from pathlib import Path

import pytest

from reconciler.git.init import begin, has_status, origin_of, taken
from reconciler.model.errors import Refused
from tests.unit.reconciler.git.people import git


@pytest.fixture(autouse=True)
def author(monkeypatch: pytest.MonkeyPatch) -> None:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Somebody")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "somebody@localhost")


def configured(folder: Path) -> Path:
    """Make a repository whose author is known."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    for key in ("user.name", "user.email"):
        subprocess.run(["git", "-C", str(folder), "config", key, "somebody"], check=True)
    return folder


def commits(folder: Path) -> int:
    """Count the commits of a repository's branch."""
    told = subprocess.run(["git", "-C", str(folder), "rev-list", "--count", "HEAD"], capture_output=True, check=True)
    return int(told.stdout)


def test_a_folder_becomes_a_repository_and_twice_changes_nothing(tmp_path: Path) -> None:
    folder = configured(tmp_path / "new")
    (folder / "a").write_text("a")
    begin(folder, "Begin", ["a"])
    begin(folder, "Begin again", ["a"])
    assert commits(folder) == 1


def test_a_relative_folder_is_meant_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configured(tmp_path / "new")
    (tmp_path / "new" / "a").write_text("a")
    monkeypatch.chdir(tmp_path)
    begin(Path("new"), "Begin", ["a"])
    assert commits(tmp_path / "new") == 1


def test_without_an_author_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("EMAIL", "")
    folder = tmp_path / "new"
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    subprocess.run(["git", "-C", str(folder), "config", "user.useConfigOnly", "true"], check=True)
    (folder / "a").write_text("a")
    with pytest.raises(Refused, match="who you are"):
        begin(folder, "Begin", ["a"])


def test_where_a_clone_came_from(tmp_path: Path) -> None:
    folder = configured(tmp_path / "new")
    (folder / "a").write_text("a")
    begin(folder, "Begin", ["a"])
    subprocess.run(["git", "clone", "-q", str(folder), str(tmp_path / "clone")], check=True)
    assert origin_of(tmp_path / "clone") == str(folder)
    assert origin_of(folder) is None


def test_a_status_branch_tells_that_a_daemon_watches_it(tmp_path: Path) -> None:
    folder = configured(tmp_path / "new")
    (folder / "a").write_text("a")
    begin(folder, "Begin", ["a"])
    assert not has_status(folder)
    subprocess.run(["git", "-C", str(folder), "branch", "setpoint/dev"], check=True)
    assert has_status(folder)


def test_nothing_else_is_committed(tmp_path: Path) -> None:
    folder = configured(tmp_path / "new")
    for name in ("a", "b", ".env", ".gitignore"):
        (folder / name).write_text("a")
    begin(folder, "Begin", ["b"])
    subprocess.run(["git", "-C", str(folder), "add", ".gitignore"], check=True)
    begin(folder, "Add", ["a"])
    told = subprocess.run(["git", "-C", str(folder), "ls-tree", "--name-only", "HEAD"], capture_output=True, check=True)
    assert told.stdout.split() == [b"a", b"b"]
    staged = subprocess.run(
        ["git", "-C", str(folder), "diff", "--cached", "--name-only"], capture_output=True, check=True
    )
    assert staged.stdout.split() == [b".gitignore"]


def test_what_git_has_or_would_take_of_a_folder(tmp_path: Path) -> None:
    assert taken(tmp_path, "code") is None
    git(tmp_path, "init", "--quiet")
    for name in ("code/a b.py", "code/deep/ü.py", "code/venv/x", "other/y", "code*/z"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".gitignore").write_text("venv/\n")
    git(tmp_path, "add", "code/a b.py")
    assert sorted(taken(tmp_path, "code") or ()) == ["a b.py", "deep/ü.py"]
    assert taken(tmp_path, "nothing") == ()
