"""push_to_apply_ms, daemon_rss_mib: a daemon in a process of its own, over a thousand specs in a real repository."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from reconciler.git.init import begin
from tests.bench.figure import Figure
from tests.bench.ground import specs

ROOT = Path(__file__).parents[2]


def measure(quick: bool) -> Iterator[Figure]:
    """Change one spec after another, and see when the first call applies it."""
    count, pushes = (201, 5) if quick else (1001, 50)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "repository"
        for path, text in specs(count).items():
            file = place / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        subprocess.run(["git", "init", "-q", "-b", "main", str(place)], check=True)
        for line in ("user.name", "user.email"):
            subprocess.run(["git", "-C", str(place), "config", line, "bench"], check=True)
        begin(place, "Begin", ["."])
        line = [sys.executable, "-m", "tests.bench.daemon", str(place)]
        with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as daemon:
            try:
                yield from _push(place, daemon, count, pushes)
            finally:
                daemon.terminate()


def _push(place: Path, daemon: "subprocess.Popen[str]", count: int, pushes: int) -> Iterator[Figure]:
    _until(daemon, "rest", 600)
    times = []
    for number in range(pushes):
        path = f"specs/datasets/n{number % ((count - 1) // 4):05d}.yaml"
        source = f"source: {{sql: {{url: 'sqlite://', query: 'select {number} + 1000'}}}}"
        _commit(place, path, f"{source}\ncolumns: {{a: {{type: integer}}}}\n")
        began = time.time()
        found = _until(daemon, "apply", 60)
        times.append((float(str(found["time"])) - began) * 1000)
        _until(daemon, "rest", 60)
    times.sort()
    yield Figure("push_to_apply_p50_ms", statistics.median(times), "ms", "<= 300", f"{count} resources")
    yield Figure("push_to_apply_p99_ms", times[int(len(times) * 0.99)], "ms", "<= 1000", f"{pushes} pushes")
    yield from _memory(place, daemon, pushes)


def _memory(place: Path, daemon: "subprocess.Popen[str]", passes: int) -> Iterator[Figure]:
    """Measure over passes on commits that change nothing in the world: what is kept of each is the daemon's own."""
    sizes = []
    for number in range(passes):
        _commit(place, "specs/deployments/n00000.yaml", f"description: pass {number}\n")
        sizes.append(float(str(_until(daemon, "rest", 60)["rss_mib"])))
    early, late = sizes[min(9, len(sizes) - 2)], sizes[-1]
    yield Figure("daemon_rss_mib", late, "MiB", "<= 120", f"{early:.1f} after 10 passes")
    yield Figure("daemon_rss_growth_mib", late - early, "MiB", "<= 1", f"from pass 10 to {passes}")


def _commit(place: Path, path: str, text: str) -> None:
    (place / path).write_text(text)
    subprocess.run(["git", "-C", str(place), "add", path], check=True)
    subprocess.run(["git", "-C", str(place), "commit", "-q", "-m", f"Change {path}"], check=True)


def _until(daemon: "subprocess.Popen[str]", event: str, patience: float) -> dict[str, object]:
    assert daemon.stdout is not None
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        line = daemon.stdout.readline()
        if not line:
            raise RuntimeError("the daemon has ended")
        found: dict[str, object] = json.loads(line)
        if found["event"] == event:
            return found
    raise RuntimeError(f"no {event} within {patience} s")
