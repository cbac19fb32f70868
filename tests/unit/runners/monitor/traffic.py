"""Real census rows with the predictions that NannyML ships for them, as a trial's reference and as a payload log."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from runners.monitor.payloads import Prediction
from runners.samples.installed import shipped

TRIAL = "experiments/employment/0123456789ab"
START = datetime(2026, 3, 1, 10, tzinfo=UTC)
NUMBERS = ("AGEP",)
CATEGORIES = ("SCHL", "MAR", "RELP", "SEX", "DIS", "ESP")
FEATURES = (*NUMBERS, *CATEGORIES)
SIGNATURE = {
    "task": "binary",
    "target": "employed",
    "identifier": "id",
    "classes": [0, 1],
    "positive": 1,
    "inputs": [
        {"name": name, "datatype": "FP64" if name in NUMBERS else "BYTES", "shape": [-1, 1]} for name in FEATURES
    ],
}


@cache
def census(year: int) -> pd.DataFrame:
    """Return a year's rows by id, with outcomes and predictions; their categories are texts."""
    if year == 2015:
        rows = pd.read_parquet(_file("reference"))
    else:
        rows = pd.read_parquet(_file("analysis"), filters=[("year", "==", year)])
        rows = rows.merge(pd.read_parquet(_file("analysis_target")), on="id")
    return rows.astype(dict.fromkeys(CATEGORIES, str)).sort_values("id", ignore_index=True)


def _file(part: str) -> Path:
    return shipped("nannyml", f"datasets/data/employment_MA_{part}.pq", extra="monitor")


def write_trial(folder: Path, rows: pd.DataFrame, signature: Mapping[str, Any] | None = SIGNATURE) -> str:
    """Write what a trial leaves for the monitor; return its URL."""
    folder.mkdir(parents=True, exist_ok=True)
    rows.to_parquet(folder / "reference.parquet")
    if signature is not None:
        (folder / "signature.json").write_text(json.dumps(signature), "utf-8")
    return folder.as_uri()


def event(number: int, rows: Sequence[Mapping[str, Any]], /, **data: Any) -> dict[str, Any]:
    """Return a payload event of the second `number`; `data` adds to what it tells or replaces it."""
    told = {"rows": [{name: row[name] for name in (*FEATURES, "id") if name in row} for row in rows]}
    told |= {"prediction": [row["prediction"] for row in rows]}
    told |= {"probability": [row["predicted_probability"] for row in rows]}
    told |= {"status": 200, "seconds": 0.004, "model": TRIAL}
    moment = START + timedelta(seconds=number)
    head = {"specversion": "1.0", "type": "io.setpoint.inference", "source": "deployments/employment"}
    return head | {"id": f"e{number}", "time": moment.isoformat(), "data": told | data}


def listed(one: dict[str, Any]) -> dict[str, Any]:
    """Return an event with its rows as lists, where all of them have the same columns: as a replica writes it."""
    data = one["data"]
    rows = data.get("rows")
    if not rows or not all(isinstance(row, dict) and list(row) == list(rows[0]) for row in rows):
        return one
    told = {"columns": list(rows[0]), "rows": [list(row.values()) for row in rows]}
    return one | {"data": {**told, **{name: value for name, value in data.items() if name != "rows"}}}


def compact(one: Any) -> str:
    """Return an event as a line, without the spaces that a replica doesn't write."""
    return json.dumps(one, separators=(",", ":"), ensure_ascii=False)


def write_log(folder: Path, events: Sequence[Any], name: str = "a.jsonl") -> str:
    """Write events as a payload log, texts as they are; return its URL."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [one if isinstance(one, str) else json.dumps(one) for one in events]
    (folder / name).write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return folder.as_uri()


def events_of(rows: pd.DataFrame, batch: int = 50) -> list[dict[str, Any]]:
    """Return the events of a client that asks about rows in batches, one a second."""
    records = rows.to_dict("records")
    return [event(at // batch, records[at : at + batch]) for at in range(0, len(records), batch)]


def predictions_of(rows: pd.DataFrame) -> list[Prediction]:
    """Return rows as the log's reader gives them."""
    records = rows.to_dict("records")
    return [
        Prediction(START, f"e{at}#0", {name: row[name] for name in (*FEATURES, "id")}, *_answer(row))
        for at, row in enumerate(records)
    ]


def _answer(row: Mapping[Any, Any]) -> tuple[Any, Any]:
    return row["prediction"], row["predicted_probability"]


def block(*lines: Any) -> bytes:
    """Return events as lines."""
    return "".join(f"{compact(line)}\n" for line in lines).encode()
