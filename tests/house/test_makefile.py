"""The Makefile: what a target runs is what it says, whichever options and variables stand beside each other."""

import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run_by(*words: str) -> list[list[str]]:
    """Return the commands that make would run for these words, each without the assignments before it."""
    told = subprocess.run(["make", "--dry-run", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    lines = [shlex.split(line) for line in told.splitlines()]
    return [[*words[next(n for n, word in enumerate(words) if "=" not in word) :]] for words in lines if words]


@pytest.mark.parametrize(("target", "options"), [("bench", ["QUICK=1"]), ("mutants", ["COUNT=2"]), ("durations", [])])
def test_a_target_runs_its_module(target: str, options: list[str]) -> None:
    module = {"bench": "tests.bench", "mutants": "tests.mutants", "durations": "tests.times"}[target]
    for told in ([], options):
        assert run_by(target, *told)[-1][:3] == [".venv/bin/python", "-m", module]


def test_options_reach_the_module() -> None:
    told = subprocess.run(["make", "-n", "bench", "QUICK=1"], cwd=ROOT, check=True, capture_output=True, text=True)
    assert told.stdout.splitlines()[-1].startswith("QUICK=1 SERVERS= ")


def test_the_quick_tests_are_chosen_by_their_mark() -> None:
    (command,) = run_by("check-world")
    assert command[:4] == [".venv/bin/pytest", "-q", "-m", "not slow"]
