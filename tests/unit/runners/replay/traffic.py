"""Requests that the linear model was asked, as its replica logs them, and trials that answer them again."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from runners.contract import Request, Result
from runners.models import Signature, load
from runners.models.loading import digest_of
from runners.replay import run
from runners.tables.reading import ColumnReading, Reading
from tests.unit.runners.models.conftest import linear_model, signature

LIVE = "experiments/ill/aaaaaaaaaaaa"
START = datetime(2026, 3, 1, 10, tzinfo=UTC)
SCHEMA = Reading(
    {
        "id": ColumnReading("integer"),
        "age": ColumnReading("number"),
        "weight": ColumnReading("integer"),
        "ill": ColumnReading("string", ("no", "yes")),
    },
    identifier="id",
    target="ill",
)


def trial(folder: Path, *, sign: float = 1.0, **parts: Any) -> Path:
    """Leave a trial of the linear model, with parts of its signature told otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    content = linear_model(sign)
    told = {"files": {"model.onnx": digest_of(content)}, "schema": SCHEMA, **parts}
    known: Signature = replace(signature(), **told).sealed()
    (folder / known.file).write_bytes(content)
    (folder / "signature.json").write_text(known.to_json())
    return folder


def rows_of(count: int, seed: int = 0) -> dict[str, list[Any]]:
    """Draw rows as clients send them."""
    generator = np.random.default_rng(seed)
    age, weight = generator.normal(size=count).round(3), generator.integers(-2, 3, count)
    return {"id": list(range(count)), "age": age.tolist(), "weight": weight.tolist()}


def outcomes(rows: dict[str, list[Any]], path: Path, *, flipped: float = 0.1) -> dict[str, Any]:
    """Write what became of rows, which the linear model mostly knows; return where it is."""
    generator = np.random.default_rng(1)
    logit = np.array(rows["age"]) - 2 * np.array(rows["weight"])
    is_ill = (logit > 0) != (generator.random(len(logit)) < flipped)
    lines = (f"{name},{'yes' if ill else 'no'}\n" for name, ill in zip(rows["id"], is_ill.tolist(), strict=True))
    path.write_text("id,ill\n" + "".join(lines))
    return {"files": {"url": path.as_uri(), "format": "csv"}}


def log(folder: Path, live: Path, rows: dict[str, list[Any]], *, without: Sequence[str] = (), each: int = 1) -> str:
    """Write the log of a model that was asked about rows, `each` to a request; return its URL."""
    folder.mkdir(parents=True, exist_ok=True)
    said = load(live).predict({name: rows[name] for name in ("age", "weight")})
    assert said.probability is not None
    lines = []
    for start in range(0, len(rows["age"]), each):
        some = range(start, min(start + each, len(rows["age"])))
        held = [{name: values[row] for name, values in rows.items() if name not in without} for row in some]
        data = {"rows": held, "prediction": [said.prediction[row] for row in some], "status": 200, "seconds": 0.001}
        data |= {"probability": [float(said.probability[row]) for row in some], "model": LIVE}
        moment = (START + timedelta(seconds=start)).isoformat()
        event = {"specversion": "1.0", "type": "io.setpoint.inference", "id": f"e{start}", "time": moment}
        lines.append(json.dumps({**event, "data": data}) + "\n")
    (folder / "2026-03-01-1.jsonl").write_text("".join(lines))
    return folder.as_uri()


def replay(inputs: dict[str, str], folder: Path, **params: Any) -> Result:
    """Replay a log."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = {"trial": LIVE, "window": {"start": START.isoformat(), "end": (START + timedelta(days=1)).isoformat()}}
    return run(Request(run="r", runner="replay", params={**asked, **params}, inputs=inputs, output="x"), folder)
