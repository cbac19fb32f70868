"""suite_minutes, check_s, status_help_ms: how long whoever changes something waits.

The first two are what the last `make test` and `make check` left; they aren't run again here. Where one left nothing,
or failed, there is no such figure.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.figure import Figure
from tests.shares import head
from tests.times import LEFT, ROOT


def measure(quick: bool) -> Iterator[Figure]:
    """Read two, measure one."""
    yield from left_by_runs(ROOT / LEFT)
    yield _help(3 if quick else 11)


def left_by_runs(folder: Path) -> Iterator[Figure]:
    """Return what the last whole runs took, with the commit that they were of."""
    for name, run, unit, target, seconds in (
        ("suite_minutes", _run(folder / "test.json"), "min", "<= 18", 60),
        ("check_s", _run(folder / "check.json"), "s", "<= 75", 1),
    ):
        if run:
            yield Figure(name, run["seconds"] / seconds, unit, target, _beside(run))


def _run(file: Path) -> dict[str, Any] | None:
    """Read what a run left; None if it didn't end well, so that it may have stopped early."""
    run: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return run if run.get("exit_status") == 0 else None


def _beside(run: dict[str, Any]) -> str:
    is_now = "this commit" if run["commit"] == head(ROOT) else f"commit {run['commit'][:12]}"
    told = [is_now, run["when"], *([f"share {run['share']}, {run['workers']} workers"] if "share" in run else [])]
    return ", ".join(told)


def _help(times: int) -> Figure:
    line = [sys.executable, "-m", "reconciler", "status", "--help"]
    found = []
    for _ in range(times):
        began = time.perf_counter()
        subprocess.run(line, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
        found.append(1000 * (time.perf_counter() - began))
    return Figure("status_help_ms", statistics.median(found), "ms", "<= 150", f"least {min(found):.0f} ms")
