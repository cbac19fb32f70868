"""`setpoint init`, as people type it."""

import subprocess
from pathlib import Path

from reconciler.cli.exits import Exit
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


def test_a_file_that_is_there_is_never_overwritten(repository: Path, say: Say) -> None:
    spec = repository / "specs/pools/shared.yaml"
    spec.write_text("mine: 1\n")
    told = say("init", str(repository))
    assert told.code == Exit.REFUSED
    assert spec.read_text() == "mine: 1\n"
