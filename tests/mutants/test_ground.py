"""A mutant lives in a copy, is tried by its own tests first, and leaves nothing behind."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mutants.ground import Ground, grounded
from tests.mutants.operators import Mutant, mutants

pytestmark = [pytest.mark.slow, pytest.mark.turns("whole lives", "mutants")]

FILES = {
    "a/b.py": "def least(x, y):\n    return x if x < y else y\n"
    "def count(n):\n    while n > 0:\n        n -= 1\n    return n\n",
    "a/c.py": "from a.b import least\n\n\ndef least_of(x, y):\n    return least(x, y)\n",
    "tests/unit/a/test_b.py": "from a.b import least\n\n\ndef test_least():\n    assert least(1, 2) == 1\n",
    "tests/unit/a/test_c.py": "from a.b import count\n\n\ndef test_count():\n    assert count(3) == 0\n",
    "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\naddopts = ["--import-mode=importlib"]\n',
}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkout")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    subprocess.run(["git", "-C", str(folder), "init", "-q"], check=True)
    return folder


@pytest.fixture(scope="module")
def ground(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    before = lying_in(checkout)
    with grounded(checkout, tmp_path_factory.mktemp("copies") / "0") as made:
        yield made
    assert lying_in(checkout) == before, "the checkout isn't what it was"


def lying_in(folder: Path) -> dict[str, tuple[bytes, float]]:
    """Return every file, with its text and its time."""
    return {str(path): (path.read_bytes(), path.stat().st_mtime) for path in folder.rglob("*") if path.is_file()}


def mutant(path: str, after: str) -> Mutant:
    return next(one for one in mutants(path, FILES[path]) if one.after == after)


def test_a_module_s_own_tests_kill_it_and_the_others_never_run(ground: Ground) -> None:
    fate = ground.try_out(mutant("a/b.py", "return x if not (x < y) else y"))
    assert fate.killed_by == "FAILED tests/unit/a/test_b.py::test_least"
    assert fate.tests == ("tests/unit/a/test_b.py",)


def test_what_its_own_tests_miss_the_room_s_may_kill(ground: Ground) -> None:
    fate = ground.try_out(mutant("a/b.py", "while n >= 0:"))
    assert fate.killed_by == "FAILED tests/unit/a/test_c.py::test_count"


def test_what_no_test_notices_survives_and_says_which_ran(ground: Ground) -> None:
    fate = ground.try_out(mutant("a/b.py", "return x if x <= y else y"))
    assert fate.survived
    assert fate.tests == ("tests/unit/a/test_b.py", "tests/unit/a/test_c.py")


def test_what_hangs_is_dead(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.mutants.ground.SECONDS", 2.0)
    assert ground.try_out(mutant("a/b.py", "n += 1")).killed_by == "it hangs"


def test_no_mutant_outlives_its_trial(ground: Ground, checkout: Path) -> None:
    ground.try_out(mutant("a/b.py", "return None"))
    assert (ground.root / "a/b.py").read_bytes() == (checkout / "a/b.py").read_bytes()
    assert ground.run(["tests/unit/a/test_b.py"], 60.0)[0] == 0
