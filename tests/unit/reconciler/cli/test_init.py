"""`setpoint init`, as people type it."""

import subprocess
from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from reconciler.cli.init import BARE, sample_folder
from tests.unit.reconciler.cli.conftest import Say


def test_a_new_repository_holds_the_sample_in_one_commit(repository: Path, tmp_path: Path, say: Say) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    assert say("init", str(folder)).code == Exit.OK
    assert (folder / "specs/datasets/employment.yaml").exists()
    log = subprocess.run(["git", "-C", str(folder), "log", "--oneline"], capture_output=True, text=True, check=True)
    assert len(log.stdout.splitlines()) == 1
    assert say("validate", str(folder)).code == Exit.OK


def test_an_empty_repository_validates(repository: Path, tmp_path: Path, say: Say) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    told = say("init", str(folder), "--empty", "--json")
    assert told.code == Exit.OK
    assert not any(path.startswith("specs/datasets") for path in told.json["files"])
    assert say("validate", str(folder)).code == Exit.OK


def test_an_empty_repository_says_nothing_of_the_sample(repository: Path, tmp_path: Path, say: Say) -> None:
    folder = tmp_path / "new"
    say("init", str(folder), "--empty")
    for path, changed in BARE.items():
        text, sample = (folder / path).read_bytes(), (sample_folder() / path).read_bytes()
        assert all(words in sample and words not in text for words in changed), path
    told = subprocess.run(["git", "-C", str(folder), "log", "--format=%s"], capture_output=True, text=True, check=True)
    assert told.stdout == "Begin with a pool and an environment\n"
    assert say("init", str(folder), "--empty").code == Exit.OK
    assert say("init", str(folder)).code == Exit.OK, "the sample is added, and what is there left alone"
    assert (folder / "environments/prod/environment.yaml").exists()
    assert b"same database here" not in (folder / "environments/dev/environment.yaml").read_bytes()


def test_a_file_that_is_there_is_never_overwritten(repository: Path, say: Say) -> None:
    spec = repository / "specs/pools/shared.yaml"
    spec.write_text("mine: 1\n")
    told = say("init", str(repository))
    assert told.code == Exit.REFUSED
    assert spec.read_text() == "mine: 1\n"


ROWS = "id,x,y\n" + "".join(f"{n},{n % 7 / 8},{'ab'[n % 2]}\n" for n in range(60))


def test_a_repository_on_another_branch_than_is_watched_is_told_so(repository: Path, tmp_path: Path, say: Say) -> None:
    folder = tmp_path / "mine"
    subprocess.run(["git", "init", "-q", "-b", "master", str(folder)], check=True)
    told = say("init", str(folder), "--empty")
    assert "It lies on the branch master, and main is watched: `git branch -m main`, or SETPOINT_BRANCH=" in told.out
    assert "It lies on" not in say("init", str(tmp_path / "new"), "--empty").out


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
def test_a_file_of_rows_is_all_that_it_takes(repository: Path, tmp_path: Path, say: Say) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "my data.csv").write_text(ROWS)
    told = say("init", str(folder), "--csv", str(folder / "my data.csv"), "--target", "y", "--forge", "github")
    assert told.code == Exit.OK, told.err
    for words in ("60 rows of 3 columns", "identifier  id", "binary", "main: merges by pull request only"):
        assert words in told.out
    assert say("validate", str(folder)).code == Exit.OK
    git(folder, "add", "--all")
    assert git(folder, "status", "--porcelain") == "", "the data isn't for Git"
    assert "specs/datasets/my-data.yaml" in git(folder, "ls-files")
    assert "employment" not in git(folder, "ls-files")
    assert git(folder, "log", "--format=%s") == "Begin with my data.csv\n"


@pytest.mark.slow
def test_data_beside_a_gitignore_of_ones_own_is_told(repository: Path, tmp_path: Path, say: Say) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / ".gitignore").write_text("mine\n")
    (folder / "x.csv").write_text(ROWS)
    told = say("init", str(folder), "--csv", str(folder / "x.csv"), "--target", "y", "--json")
    assert told.json["seen"]["rows"] == 60
    assert told.json["data_in_git"] == "/x.csv"
    assert (folder / ".gitignore").read_text() == "mine\n"


@pytest.mark.slow
def test_what_is_wrong_with_a_file_writes_nothing(repository: Path, tmp_path: Path, say: Say) -> None:
    (tmp_path / "x.csv").write_text(ROWS)
    told = say("init", str(tmp_path / "new"), "--csv", str(tmp_path / "x.csv"), "--target", "z")
    assert told.code == Exit.REFUSED
    assert "there is no column `z`" in told.err
    assert "there are id, x, y" in told.err
    assert not (tmp_path / "new").exists()


def test_words_that_do_not_go_together(repository: Path, tmp_path: Path, say: Say) -> None:
    for words, what in (
        (["--csv", "x.csv"], "--csv needs --target"),
        (["--target", "y"], "--target is about a file"),
        (["--name", "y"], "--name is about a file"),
        (["--csv", "x.csv", "--target", "y", "--empty"], "two beginnings"),
    ):
        told = say("init", str(tmp_path / "new"), *words)
        assert told.code == Exit.USAGE
        assert what in told.err


@pytest.mark.slow
def test_a_name_is_one_that_resources_have(repository: Path, tmp_path: Path, say: Say) -> None:
    (tmp_path / "x.csv").write_text(ROWS)
    words = ["--csv", str(tmp_path / "x.csv"), "--target", "y"]
    told = say("init", str(tmp_path / "new"), *words, "--name", "A b")
    assert told.code == Exit.REFUSED
    assert "a-b" in told.err
    assert say("init", str(tmp_path / "new"), *words, "--name", "churn").code == Exit.OK
    assert (tmp_path / "new/specs/datasets/churn.yaml").exists()
