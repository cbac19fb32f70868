"""A test of real processes has a second try where `--tries 2` says so, which is told; any other has one."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = """\
from itertools import count
import pytest
seen = {name: count() for name in ("slow", "timed", "quick", "never")}
@pytest.mark.slow
def test_slow(): assert next(seen["slow"])
@pytest.mark.timing
def test_timed(): assert next(seen["timed"])
def test_quick(): assert next(seen["quick"])
@pytest.mark.slow
def test_never(): assert False
"""


@pytest.mark.parametrize(
    ("options", "failed", "told"),
    [
        ((), {"slow", "timed", "quick", "never"}, "4 failed"),
        (("--tries", "2"), {"quick", "never"}, "2 failed, 2 passed, 3 rerun"),
        (("--tries", "2", "-n", "1"), {"quick", "never"}, "2 failed, 2 passed, 3 rerun"),
    ],
)
def test_what_fails_once_is_told_and_what_fails_twice_fails(
    options: tuple[str, ...], failed: set[str], told: str, tmp_path: Path
) -> None:
    (tmp_path / "test_some.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  slow:\n  timing:\nfilterwarnings = error\n")
    line = [sys.executable, "-m", "pytest", "-p", "tests.tries", "-p", "no:cacheprovider", "-ra", *options]
    place = {"cwd": tmp_path, "env": {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}}
    done = subprocess.run([*line, "test_some.py"], **place, capture_output=True, text=True, check=False)
    assert set(re.findall(r"^FAILED test_some\.py::test_(\w+)", done.stdout, re.MULTILINE)) == failed, done.stdout
    assert told in done.stdout
    assert ("RERUN" in done.stdout) is bool(options)
