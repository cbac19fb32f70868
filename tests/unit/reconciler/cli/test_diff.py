"""`setpoint diff`, as people type it."""

import subprocess
from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from tests.unit.reconciler.cli.conftest import Say

Place = tuple[str, ...]


@pytest.mark.usefixtures("status")
def test_what_changed_since_the_last_applied_commit(repository: Path, say: Say, place: Place) -> None:
    assert "no difference" in say("diff", *place).out
    spec = repository / "specs/experiments/employment.yaml"
    spec.write_text(spec.read_text().replace("seed: 7", "seed: 8"))
    subprocess.run(["git", "-C", str(repository), "commit", "-qam", "Another seed"], check=True)
    told = say("diff", "--exit-code", "--json", *place)
    assert told.code == Exit.CHANGES
    assert told.json == [{"sign": "~", "address": "experiments/employment", "field": "seed", "old": 7, "new": 8}]
