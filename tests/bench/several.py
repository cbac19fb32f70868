"""two_environments_rss_mb: one daemon that drives two environments of the sample, on the embedded engines."""

import json
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from reconciler.cli.init import write_sample
from reconciler.git.init import begin
from tests.bench.daemon import rss_mib
from tests.bench.figure import Figure
from tests.servers.ports import free_port

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ("dev", "prod")
PATIENCE = 60.0


def measure(quick: bool) -> Iterator[Figure]:
    """Measure after some commits, each of which both have applied."""
    with tempfile.TemporaryDirectory() as folder:
        size = _size(Path(folder), 3 if quick else 30)
    yield Figure("two_environments_rss_mb", size, "MiB", "<= 120", f"the sample's {' and '.join(ENVIRONMENTS)}")


def _size(folder: Path, commits: int) -> float:
    place, port = folder / "repository", free_port()
    _sample(place)
    names = [part for name in ENVIRONMENTS for part in ("-e", name)]
    where = ["-C", str(place), *names, "--home", str(folder / "home"), "--http", f"127.0.0.1:{port}"]
    with subprocess.Popen(
        [sys.executable, "-m", "reconciler", "run", *where], cwd=ROOT, stderr=subprocess.DEVNULL
    ) as daemon:
        try:
            _until(lambda: _is_ready(port), "the daemon to be ready")
            for number in range(commits):
                _change(place, number)
            return rss_mib(daemon.pid)
        finally:
            daemon.terminate()


def _sample(place: Path) -> None:
    place.mkdir()
    _git(place, "init", "-q", "-b", "main")
    for key in ("user.name", "user.email"):
        _git(place, "config", key, "bench")
    begin(place, "Begin", write_sample(place))


def _change(place: Path, number: int) -> None:
    """Change the sample, and wait until both environments have applied that."""
    (place / "specs/pools/bench.yaml").write_text(f"capacity: {{cpus: {number + 1}}}\n")
    begin(place, f"Change {number}", ["specs/pools/bench.yaml"])
    head = _git(place, "rev-parse", "HEAD")
    _until(lambda: all(f"commit: {head}" in _applied(place, name) for name in ENVIRONMENTS), "both to have applied it")


def _applied(place: Path, environment: str) -> str:
    return _git(place, "show", f"setpoint/{environment}:pass.yaml")


def _git(place: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(place), *arguments], capture_output=True, text=True, check=True
    ).stdout.strip()


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(json.load(answer)["status"] == "ready")
    except (urllib.error.URLError, ConnectionError):
        return False


def _until(truth: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not truth():
        if time.monotonic() > end:
            raise RuntimeError(f"waited {PATIENCE:g} s for {what}")
        time.sleep(0.1)
