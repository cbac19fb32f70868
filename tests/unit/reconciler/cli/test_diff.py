"""`setpoint diff`, as people type it."""

import subprocess
from pathlib import Path

import pytest

from reconciler.cli.diff import difference
from reconciler.cli.exits import Exit
from tests.unit.reconciler.cli.conftest import Say

Place = tuple[str, ...]


def test_fields_that_differ_are_told_one_by_one() -> None:
    before = {"a": {"x": 1, "y": 2}, "b": {"x": 1}}
    after = {"a": {"x": 3, "z": 4}, "c": {"x": 1}}
    assert difference(before, after) == [
        ("~", "a", "x", 1, 3),
        ("-", "a", "y", 2, None),
        ("+", "a", "z", None, 4),
        ("-", "b", "", None, None),
        ("+", "c", "", None, None),
    ]


@pytest.mark.usefixtures("status")
def test_what_changed_since_the_last_applied_commit(repository: Path, say: Say, place: Place) -> None:
    assert "no difference" in say("diff", *place).out
    spec = repository / "specs/experiments/employment.yaml"
    spec.write_text(spec.read_text().replace("seed: 7", "seed: 8"))
    subprocess.run(["git", "-C", str(repository), "commit", "-qam", "Another seed"], check=True)
    told = say("diff", "--exit-code", "--json", *place)
    assert told.code == Exit.CHANGES
    assert told.json == [{"sign": "~", "address": "experiments/employment", "field": "seed", "old": 7, "new": 8}]
