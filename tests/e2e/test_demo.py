"""The demo is a test: it ends well only if every act did what it says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.xdist_group("machine")
def test_the_demo_plays_to_its_end(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "reconciler", "demo", "--json", "--folder", str(tmp_path / "demo")]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=880, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
    summary = json.loads(done.stdout)
    assert len(summary["steps"]) == 8
    assert {line["environment"] for line in summary["made"]} == {"dev", "prod"}
