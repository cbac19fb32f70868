"""Ingestions of small files, for whatever is to be seen of them."""

import json
from pathlib import Path
from typing import Any

from runners.contract import Result
from runners.contract.request import read_params
from runners.ingest.ingestion import ingest
from runners.ingest.parameters import Parameters

TOLD_FILES = {"profile.json", "profile.html", "profile.md", "profile.png", "schema.json", "croissant.json"}
TABLE_FILES = {"data.parquet", *TOLD_FILES}
IMAGE_FILES = {"images", "manifest.parquet", *TOLD_FILES}


def ingested(source: Path | str, folder: Path, format_: str = "csv", **spec: Any) -> Result:
    """Ingest files, and see that the result can be written."""
    folder.mkdir(exist_ok=True)
    files = {"url": str(source), "format": format_, **spec.pop("files", {})}
    result = ingest("datasets/x", read_params(Parameters, {"source": {"files": files}, **spec}), folder)
    assert Result.model_validate_json(result.model_dump_json()) == result
    assert result.accepted == (not result.violations)
    return result


def csv(folder: Path, text: str) -> Path:
    file = folder / "x.csv"
    file.write_text(text)
    return file


def load(path: Path) -> Any:
    return json.loads(path.read_text())
