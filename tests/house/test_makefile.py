"""The Makefile: what a target runs is what it says, whichever options and variables stand beside each other."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def dry(*words: str) -> list[str]:
    """Return what make would run for these words, also where make itself runs these tests."""
    alone = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    line = ["make", "--dry-run", "--no-print-directory", *words]
    return subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True, env=alone).stdout.splitlines()


def run_by(*words: str) -> list[list[str]]:
    """Return the commands that make would run for these words, each without the assignments before it."""
    lines = [shlex.split(line) for line in dry(*words)]
    return [[*words[next(n for n, word in enumerate(words) if "=" not in word) :]] for words in lines if words]


@pytest.mark.parametrize(
    ("target", "options"),
    [("bench", ["QUICK=1"]), ("mutants", ["COUNT=2"]), ("durations", []), ("worth", ["TABLE=a.csv"])],
)
def test_a_target_runs_its_module(target: str, options: list[str]) -> None:
    modules = {"bench": "tests.bench", "mutants": "tests.mutants", "durations": "tests.times", "worth": "tests.worth"}
    module = modules[target]
    for told in ([], options):
        assert run_by(target, *told)[-1][:3] == [".venv/bin/python", "-m", module]


def test_options_reach_the_module() -> None:
    assert dry("bench", "QUICK=1")[-1].startswith("QUICK=1 SERVERS= ")


def test_a_table_and_its_columns_are_one_word_each() -> None:
    command = run_by("worth", "TABLE=my rows.csv", "TIME=when it was", "TARGET=price in EUR", "LAG=2", "CHUNKS=20")[-1]
    words = ["--table", "my rows.csv", "--time", "when it was", "--target", "price in EUR"]
    assert command[3:] == [*words, "--lag", "2", "--chunks", "20"]


def test_the_quick_tests_are_chosen_by_their_mark() -> None:
    (command,) = run_by("check-world")
    assert command[:4] == [".venv/bin/pytest", "-q", "-m", "not slow"]
