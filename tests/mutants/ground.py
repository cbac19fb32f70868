"""The ground where mutants live: a copy of the tree with a warm process in it. Nobody's checkout is ever changed."""

import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.mutants.areas import further_tests, own_tests
from tests.mutants.operators import Mutant

PASSED, FAILED, NO_TESTS = 0, 1, 5
UNHARMED = (PASSED, NO_TESTS)
SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mutant: who killed it, or that it lives, and which tests ran."""

    mutant: Mutant
    killed_by: str
    tests: tuple[str, ...]
    seconds: float

    @property
    def survived(self) -> bool:
        """Tell whether no test noticed it."""
        return not self.killed_by


class Ground:
    """One copy, in which one mutant lives at a time."""

    def __init__(self, root: Path, orders: IO[str], answers: IO[str]) -> None:
        self.root = root
        self._orders, self._answers = orders, answers
        self._clock = itertools.count(1_000_000_000)

    def try_out(self, mutant: Mutant) -> Fate:
        """Put a mutant in place, run its module's own tests and then the others', and take it away again."""
        original = (self.root / mutant.path).read_bytes()
        self._write(mutant.path, mutant.source.encode())
        try:
            return self._fate(mutant)
        finally:
            self._write(mutant.path, original)

    def _fate(self, mutant: Mutant) -> Fate:
        seconds, tried = 0.0, []
        for tests in (own_tests(self.root, mutant.path), further_tests(self.root, mutant.path)):
            code, took = self.run(tests, SECONDS) if tests else (PASSED, 0.0)
            seconds += took
            tried += tests
            if code not in UNHARMED:
                return Fate(mutant, self.said() if code is not None else "it hangs", tuple(tests), seconds)
        return Fate(mutant, "", tuple(tried), seconds)

    def run(self, tests: list[str], seconds: float) -> tuple[int | None, float]:
        """Run tests in the copy; return pytest's code, nothing if they hung, and how long they took."""
        order = {"tests": tests, "seconds": seconds, "output": str(self._output)}
        print(json.dumps(order), file=self._orders, flush=True)
        answer = json.loads(self._answers.readline())
        return answer["code"], answer["seconds"]

    def said(self) -> str:
        """Return the line with which the last run named what failed."""
        lines = self.output().splitlines()
        named = [line for line in lines if line.startswith(("FAILED ", "ERROR "))]
        return named[0].split(" - ")[0] if named else next(reversed([line for line in lines if line]), "it died")

    def output(self, most: int = 8000) -> str:
        """Return the end of what the last run printed."""
        return self._output.read_text("utf-8", errors="replace")[-most:] if self._output.exists() else ""

    @property
    def _output(self) -> Path:
        return self.root.with_suffix(".out")

    def _write(self, path: str, text: bytes) -> None:
        """Write a source with a time that it never had, so that no compiled one is taken for it."""
        (self.root / path).write_bytes(text)
        os.utime(self.root / path, (moment := next(self._clock), moment))


@contextmanager
def grounded(root: Path, place: Path) -> Iterator[Ground]:
    """Copy the tree to a place, and keep a warm process in it for as long as it is wanted."""
    copied(root, place)
    line = [sys.executable, "-P", str(Path(__file__).with_name("warm.py"))]
    environ = {**os.environ, "PYTHONPATH": str(place), "HYPOTHESIS_STORAGE_DIRECTORY": str(place / ".hypothesis")}
    with subprocess.Popen(
        line, cwd=place, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as warm:
        assert warm.stdin is not None
        assert warm.stdout is not None
        yield Ground(place, warm.stdin, warm.stdout)
        warm.stdin.close()


def copied(root: Path, place: Path) -> None:
    """Copy what Git knows or would know, as it lies there, into a repository of its own."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (root / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, place / name)
