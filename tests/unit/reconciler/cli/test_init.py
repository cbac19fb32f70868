"""`setpoint init`, as people type it."""

import subprocess
from pathlib import Path

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
