"""stream_rows_per_s: rows a second from a topic of Kafka to merged versions, each message once.

Whole jobs in processes of their own, the start of Python among them, each followed by what accepts it: the commit to
the data store, and the merge. The first version begins the dataset, and the others go on with the one before.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from reconciler.model.ids import RunName
from reconciler.providers.data.git import GitData
from runners.tables.version import read_manifest
from tests.bench.figure import Figure
from tests.servers.kafka import Kafka
from tests.times import ROOT

VERSIONS, PARTITIONS = 3, 4


def measure(quick: bool) -> Iterator[Figure]:
    """Fill a topic, read it in several versions, and count."""
    rows = 30_000 if quick else 1_500_000
    with tempfile.TemporaryDirectory() as folder:
        server, store = Kafka(Path(folder) / "kafka").start(), GitData(Path(folder) / "data", "dev")
        try:
            topic = server.topic(PARTITIONS)
            took, cpu, former = 0.0, 0.0, ""
            for number in range(VERSIONS):
                first, end = (rows * at // VERSIONS for at in (number, number + 1))
                server.put(topic, ({"value": _row(at), "partition": at % PARTITIONS} for at in range(first, end)))
                began, busy = time.perf_counter(), _cpu()
                former = _version(store, Path(folder), _source(server, topic), former, number)
                took, cpu = took + time.perf_counter() - began, cpu + _cpu() - busy
            manifest = read_manifest(Path(unquote(urlsplit(store.url(RunName(former))).path)))
        finally:
            store.close()
            server.stop()
    assert manifest is not None
    ranges = manifest.read["stream"]["topics"][topic].values()
    assert manifest.rows == sum(end - start for start, end in ranges) == rows
    beside = f"{rows:,} messages of JSON in {VERSIONS} versions, {took:.1f} s, {cpu:.1f} s of CPU but the broker's"
    yield Figure("stream_rows_per_s", rows / took, "rows/s", ">= 50000", beside)


def _cpu() -> float:
    """Return the CPU of this process and of all jobs that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _row(number: int) -> bytes:
    told = {"id": number, "amount": number % 9973 / 7, "shop": f"shop {number % 97}", "paid": number % 3 == 0}
    return json.dumps(told).encode()


def _source(server: Kafka, topic: str) -> dict[str, Any]:
    return {"protocol": "kafka", "url": server.address, "topics": [topic], "metadata": ["partition", "offset"]}


def _version(store: GitData, folder: Path, source: dict[str, Any], former: str, number: int) -> str:
    """Make a version and accept it; return its run."""
    run = RunName(f"datasets/payments/{number:012x}")
    request: dict[str, Any] = {
        "run": run, "runner": "ingest", "params": {"source": {"stream": source}}, "output": store.open(run),
    }  # fmt: skip
    if former:
        told = store.read(RunName(former), "result.json")
        request["inputs"] = {"former-version": store.url(RunName(former))}
        request["digests"] = {"former-version": f"sha256:{hashlib.sha256(told).hexdigest()}"}
    file = folder / f"{number}.json"
    file.write_text(json.dumps(request))
    subprocess.run([sys.executable, "-m", "runners", str(file)], cwd=ROOT, check=True, capture_output=True)
    store.commit(run, {"run": run})
    store.merge(run)
    return run
