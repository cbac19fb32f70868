"""The demo is a test: it ends well only if every act did what it says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.turns("whole lives", "the demo")
def test_the_demo_plays_to_its_end(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "reconciler", "demo", "--json", "--folder", str(tmp_path / "demo")]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=880, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
    summary = json.loads(done.stdout)
    assert len(summary["steps"]) == 8
    assert {line["environment"] for line in summary["made"]} == {"dev", "prod"}
    assert left_running(str(tmp_path)) == []


def left_running(folder: str) -> list[str]:
    """Return the command lines of the processes that name a folder (proc(5))."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # it has just ended
            continue
    return [line for line in lines if folder in line]
