"""refresh_grows: the CPU of a refresh that brings 1% new rows, of ten million, as a share of that of a full one.

Both are whole jobs but for starting Python: the database is read, the version written, digested and told.
"""

import hashlib
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.bench.figure import Figure
from tests.times import ROOT

MOST_MIB = 400
_TABLE = (
    "CREATE TABLE t (id TEXT, at INTEGER, number REAL, whole INTEGER, few INTEGER, class TEXT, word TEXT, ok INTEGER)"
)
_ROWS = """
WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)
INSERT INTO t SELECT 'row-' || i, i, (i * 7919 % 100003) / 7.0, i * 104729 % 1000003, i % 97, 'class ' || (i % 13),
  'word ' || (i * 31 % 40009), i % 3 = 0 FROM n
"""


def measure(quick: bool) -> Iterator[Figure]:
    """Read a table as a whole, let it grow by a hundredth, and read that."""
    rows = 100_000 if quick else 10_000_000
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with closing(sqlite3.connect(place / "a.db")) as database:
            database.execute(_TABLE)
            database.execute("CREATE INDEX by_at ON t (at)")
            _grow(database, 0, rows)
            full = _apart(place, "full", "")
            _grow(database, rows, rows + rows // 100)
            grown = _apart(place, "grown", "full")
    assert (full["kind"], grown["kind"]) == ("full", "incremental")
    assert grown["rows"] == rows + rows // 100
    beside = f"{grown['cpu']:.2f} s of {full['cpu']:.1f} s; {full['mib']:.0f} and {grown['mib']:.0f} MiB at most"
    yield Figure("refresh_grows", 100 * grown["cpu"] / full["cpu"], "%", "<= 5", beside)
    yield Figure("growing_ingest_peak_mib", max(full["mib"], grown["mib"]), "MiB", f"<= {MOST_MIB}")


def _grow(database: sqlite3.Connection, first: int, end: int) -> None:
    database.execute(_ROWS, [first, end])
    database.commit()


def _apart(place: Path, name: str, former: str) -> dict[str, float]:
    line = [sys.executable, "-m", "tests.bench.growing", str(place), name, former]
    done = subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _refreshed(place: Path, name: str, former: str) -> dict[str, float]:
    from runners.contract import Request
    from runners.harness import finish
    from runners.ingest import run
    from runners.inputs import near
    from tests.bench.profiling import peak

    query = "SELECT * FROM t"
    sql = {"url": f"sqlite:///{place}/a.db", "query": query, "incremental": {"watermark": "at", "key": ["id"]}}
    params = {"source": {"sql": sql}, "identifier": "id", "target": "ok"}
    inputs, digests = {}, {}
    if former:
        told = (place / former / "result.json").read_bytes()
        inputs["former-version"] = (place / former).as_uri()
        digests["former-version"] = f"sha256:{hashlib.sha256(told).hexdigest()}"
    folder = place / name
    folder.mkdir()
    request = Request(
        run=f"datasets/t/{name}", runner="ingest", params=params, inputs=inputs, digests=digests, output=folder.as_uri()
    )
    began = time.process_time()
    result = finish(request, folder, run(near(request), folder))
    took = time.process_time() - began
    assert result.accepted, result.violations
    return {"cpu": took, "mib": peak(), "rows": result.facts["rows"], "kind": result.facts["refresh"]["kind"]}


if __name__ == "__main__":
    print(json.dumps(_refreshed(Path(sys.argv[1]), sys.argv[2], sys.argv[3])))
