"""The door of jobs: what goes out by it holds no secret."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from runners.contract import Request
from tests.house.yardstick import ROOT


def run(request: str, url: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "SETPOINT_SECRET_WAREHOUSE": url}
    line = [sys.executable, "-m", "runners", request]
    return subprocess.run(line, capture_output=True, text=True, check=False, env=environ, cwd=ROOT)


def test_a_usage_that_quotes_a_secret_is_scrubbed() -> None:
    told = run("no-request.json", "no-request.json")
    assert told.returncode == 64
    assert told.stderr.startswith("${secret:WAREHOUSE} is no request")


def test_of_a_secret_url_no_part_is_in_the_log_though_sqlalchemy_warns_of_it(tmp_path: Path) -> None:
    """The warning names the arguments that the driver doesn't know."""
    with closing(sqlite3.connect(tmp_path / "people.db")) as connection:
        connection.execute("CREATE TABLE people AS SELECT 1 AS id")
        connection.commit()
    source = {"sql": {"url": "${secret:WAREHOUSE}", "query": "SELECT * FROM people"}}
    request = Request(
        run="datasets/people/0123456789ab", runner="ingest", params={"source": source}, output=f"file://{tmp_path}/out"
    )
    (tmp_path / "request.json").write_text(request.model_dump_json())
    told = run(str(tmp_path / "request.json"), f"sqlite:///{tmp_path}/people.db?password=first&hidden=second")
    assert told.returncode == 0, told.stderr
    assert not any(part in told.stdout + told.stderr for part in ("hidden", "first", "second")), told
    assert "${secret:WAREHOUSE}: the driver passes over some of the URL's arguments" in told.stdout
    assert json.loads((tmp_path / "out/result.json").read_text())["metrics"]["rows"] == 1
