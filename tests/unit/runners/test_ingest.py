"""The door of the `ingest` runner, as the harness goes through it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runners.contract import Request, Result
from runners.harness import main
from runners.ingest import run


def request(folder: Path, **source: Any) -> Request:
    return Request(
        run="datasets/loans/abc123",
        runner="ingest",
        params={"source": source or {"files": {"url": f"{folder}/loans.csv", "format": "csv"}}},
        output=f"file://{folder}/out",
    )


def test_a_job_leaves_its_result(tmp_path: Path) -> None:
    (tmp_path / "loans.csv").write_text("id,amount\n1,5.5\n2,7.5\n")
    (tmp_path / "request.json").write_text(request(tmp_path).model_dump_json())
    assert main([str(tmp_path / "request.json")]) == 0
    result = Result.model_validate_json((tmp_path / "out/result.json").read_bytes())
    assert result.accepted
    assert {"data.parquet", "profile.json", "profile.png"} <= set(result.files)
    assert "datasets/loans" in json.loads((tmp_path / "out/croissant.json").read_text())["name"]


@pytest.mark.parametrize(
    ("source", "code", "where"),
    [
        ({"files": {"url": "/no/such.csv", "format": "csv"}}, 65, "/no/such.csv"),
        ({"files": {"url": "/x", "format": "xlsx"}}, 65, "source.files.format"),
        ({"files": {"url": "http://127.0.0.1:1/x.csv", "format": "csv"}}, 75, "http://127.0.0.1:1/x.csv"),
    ],
)
def test_what_is_wrong_is_left_as_an_error(tmp_path: Path, source: dict[str, Any], code: int, where: str) -> None:
    (tmp_path / "request.json").write_text(request(tmp_path, **source).model_dump_json())
    assert main([str(tmp_path / "request.json")]) == code
    error = json.loads((tmp_path / "out/error.json").read_text())
    assert error["where"] == where
    assert error["fix"]


def test_the_door_is_light_until_somebody_goes_through() -> None:
    code = "import sys, runners.ingest, runners.label; print({'pyarrow', 'pandas', 'matplotlib'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"
    assert callable(run)
