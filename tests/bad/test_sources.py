"""Sources that fail half-way, and tables that are not what they were: the job says what and where."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from runners.contract import Request
from runners.harness import main

COLUMNS = {"id": {"type": "integer"}, "amount": {"type": "number"}}
ROWS = b"id,amount\n" + b"".join(b"%d,5.5\n" % number for number in range(1000))


class Half(BaseHTTPRequestHandler):
    """Promises a whole file and sends half of it."""

    def do_HEAD(self) -> None:
        self._begin()

    def do_GET(self) -> None:
        self._begin()
        self.wfile.write(ROWS[: len(ROWS) // 2])
        self.close_connection = True

    def _begin(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(ROWS)))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the parent's name
        """Say nothing."""


@pytest.fixture
def half() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Half)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/loans.csv"
    server.shutdown()
    server.server_close()


def ingested(folder: Path, url: str, **params: Any) -> tuple[int, Any]:
    """Run the job; return its exit code, and its result or its error."""
    told = {"source": {"files": {"url": url, "format": "csv"}}, **params}
    request = Request(run="datasets/loans/abc123", runner="ingest", params=told, output=f"file://{folder}/out")
    (folder / "request.json").write_text(request.model_dump_json())
    code = main([str(folder / "request.json")])
    left = folder / "out" / ("error.json" if code else "result.json")
    return code, json.loads(left.read_text())


def test_a_source_that_fails_half_way_leaves_no_result_and_is_tried_again(tmp_path: Path, half: str) -> None:
    code, error = ingested(tmp_path, half)
    assert code == 75
    assert half in error["where"] + error["what"]
    assert error["fix"]
    assert not (tmp_path / "out/result.json").exists()


TABLES = {
    "no rows": (b"id,amount\n", "table", "it has 0 rows, fewer than minimum_rows 1"),
    "a column that is gone": (b"id\n1\n", "amount", "the column is not in the data"),
    "a column that is new": (b"id,amount,extra\n1,2,3\n", "extra", ""),
    "another type": (b"id,amount\n1,much\n", "amount", "not of type number: row 1"),
    "all nulls": (b"id,amount\n1,\n2,\n", "amount", "missing"),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_breaks_its_schema_is_refused_with_the_column(tmp_path: Path, name: str) -> None:
    content, where, what = TABLES[name]
    (tmp_path / "loans.csv").write_bytes(content)
    code, result = ingested(tmp_path, str(tmp_path / "loans.csv"), columns=COLUMNS)
    assert (code, result["accepted"]) == (0, False)
    told = [violation for violation in result["violations"] if violation["where"] == where]
    assert told, result["violations"]
    assert what in told[0]["what"]
