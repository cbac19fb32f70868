"""What people install does what a checkout does: from an empty folder, with no file of the checkout in reach."""

import json
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.e2e.installed import Installed, built, install

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
ROWS = "id,x,y\n" + "".join(f"{n},{n * 37 % 11 / 8},{'ab'[n % 2]}\n" for n in range(60))


def test_two_builds_are_the_same_bytes(tmp_path: Path) -> None:
    for target in ("wheel", "sdist"):
        one, other = (built(target, tmp_path / f"{target}-{n}") for n in range(2))
        assert one.read_bytes() == other.read_bytes()


def test_the_sdist_makes_the_same_wheel(tmp_path: Path) -> None:
    with tarfile.open(built("sdist", tmp_path / "sdist")) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (source,) = (tmp_path / "unpacked").iterdir()
    ours, theirs = built("wheel", tmp_path / "ours"), built("wheel", tmp_path / "theirs", source)
    with ZipFile(ours) as one, ZipFile(theirs) as other:
        assert {name: one.read(name) for name in one.namelist()} == {
            name: other.read(name) for name in other.namelist()
        }


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Install the daemon alone."""
    place = tmp_path_factory.mktemp("installed")
    return install("daemon.txt", built("wheel", place / "dist"), place / "venv", place / "person")


def test_the_daemon_alone_begins_a_repository_and_checks_it(daemon: Installed) -> None:
    assert daemon.run("setpoint", "--version").stdout.strip().endswith("0.1.0")
    for words in (["init", "models"], ["validate", "models"]):
        done = daemon.run("setpoint", *words)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", [["demo"], ["init", "x", "--csv", "x.csv", "--target", "y"]])
def test_what_needs_more_says_what_to_install(daemon: Installed, words: list[str]) -> None:
    (daemon.folder / "x.csv").write_text(ROWS)
    done = daemon.run("setpoint", *words)
    assert done.returncode == 3
    assert "pip install 'setpoint[local,monitor]'" in done.stderr


@pytest.mark.turns("whole lives", "the demo, installed")
@pytest.mark.parametrize("target", ["wheel", "sdist"])
def test_all_of_it_plays_the_demo_and_trains_on_rows_of_ones_own(target: str, tmp_path: Path) -> None:
    made = install("demo.txt", built(target, tmp_path / "dist"), tmp_path / "venv", tmp_path / "person")
    (made.folder / "x.csv").write_text(ROWS)
    said(made, "init", "mine", "--csv", "x.csv", "--target", "y")
    said(made, "validate", "mine")
    if target == "wheel":
        summary = json.loads(said(made, "demo", "--json", "--folder", "demo"))
        assert len(summary["steps"]) == 8


def said(made: Installed, *words: str) -> str:
    done = made.run("setpoint", *words, timeout=800)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout
