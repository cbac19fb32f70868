"""web_first_page_ms, web_script_kb, web_seen_p95_s, web_rss_mib: the page of 10,000 resources with 20 watchers.

What is seen is measured from the end of a write of the status branch to the event at the last watcher.
"""

import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psutil

from reconciler.status.branch import StatusBranch
from reconciler.watched.branch import Source
from reconciler.yaml.dump import dump
from tests.bench.figure import Figure
from tests.times import ROOT
from tests.unit.reconciler.git.people import Clone

RESOURCES, WATCHERS = 10_000, 20


def measure(quick: bool) -> Iterator[Figure]:
    """Serve a page of many resources, ask for it, and watch it."""
    with tempfile.TemporaryDirectory() as folder:
        status = _repository(Path(folder), RESOURCES // 10 if quick else RESOURCES)
        with _served(Path(folder)) as (process, address):
            _asked(address, "/")
            times, page = zip(*(_asked(address, "/") for _ in range(5 if quick else 21)), strict=True)
            yield Figure("web_first_page_ms", statistics.median(times) * 1000, "ms", "<= 200", f"{len(page[0])} bytes")
            yield Figure("web_script_kb", len(_asked(address, "/assets/live.js")[1]) / 1000, "kB", "<= 60")
            seen = _seen(address, status, 5 if quick else 30)
            beside = f"median {statistics.median(seen):.2f} s, {WATCHERS} watchers"
            yield Figure("web_seen_p95_s", statistics.quantiles(seen, n=20)[-1], "s", "<= 1", beside)
            yield Figure("web_rss_mib", process.memory_info().rss / 2**20, "MiB", "<= 120", f"{WATCHERS} watchers")


def _repository(folder: Path, count: int) -> StatusBranch:
    """Make a repository whose status branch knows so many resources."""
    clone = Clone(folder / "repository")
    commit = clone.commit({"environments/dev/environment.yaml": "description: many\n"}, "Begin")
    status = StatusBranch(Source.open(clone.folder, "main", folder / "mirror").repository, "dev")
    told = {f"status/datasets/d{n:05}.yaml": dump(_document(n, "of the beginning")) for n in range(count)}
    status.write({**told, "pass.yaml": dump({"environment": "dev", "commit": commit})}, "many")
    return status


def _document(number: int, message: str) -> dict[str, object]:
    ready = {"type": "Ready", "status": "True", "reason": "Accepted", "message": f"version {number} {message}"}
    told = {"version": f"datasets/d{number:05}/0123456789ab", "metrics": {"rows": 1000.0, "columns": 12.0}}
    return {"state": "ready", "conditions": [ready], "facts": told}


@contextmanager
def _served(folder: Path) -> Iterator[tuple[psutil.Process, str]]:
    place = ["-C", str(folder / "repository"), "-e", "dev", "--home", str(folder / "home")]
    line = [sys.executable, "-m", "reconciler", "web", *place, "--listen", "127.0.0.1:0"]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        try:
            assert process.stdout
            found = re.search(r"http://(\S+)/", process.stdout.readline())
            assert found
            yield psutil.Process(process.pid), found[1]
        finally:
            process.terminate()


def _asked(address: str, path: str) -> tuple[float, bytes]:
    began = time.perf_counter()
    connection = http.client.HTTPConnection(address, timeout=60)
    connection.request("GET", path)
    content = connection.getresponse().read()
    connection.close()
    return time.perf_counter() - began, content


def _seen(address: str, status: StatusBranch, changes: int) -> list[float]:
    """Return how long after each change the last watcher was told of it."""
    with ExitStack() as watching:
        streams = [watching.enter_context(_stream(address)) for _ in range(WATCHERS)]
        return [_told(streams, status, number) for number in range(changes)]


def _told(streams: Sequence[http.client.HTTPResponse], status: StatusBranch, number: int) -> float:
    """Change a resource; return how long after that the last of the watchers was told."""
    path = f"status/datasets/d{number:05}.yaml"
    commit = status.write({path: dump(_document(number, f"was changed {number}"))}, path)
    began = time.perf_counter()
    watchers = [threading.Thread(target=_until, args=(stream, str(commit))) for stream in streams]
    for watcher in watchers:
        watcher.start()
    for watcher in watchers:
        watcher.join()
    return time.perf_counter() - began


@contextmanager
def _stream(address: str) -> Iterator[http.client.HTTPResponse]:
    with closing(http.client.HTTPConnection(address, timeout=60)) as connection:
        connection.request("GET", "/api/v1/events")
        with connection.getresponse() as stream:
            yield stream


def _until(stream: http.client.HTTPResponse, commit: str) -> None:
    """Read events until one is of a commit."""
    for line in iter(stream.readline, b""):
        if line.startswith(b"data: ") and json.loads(line.removeprefix(b"data: "))["commit"] == commit:
            return
