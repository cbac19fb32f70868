"""Rows of which is known what they cost: a model that is right as often as it says, and columns that may move."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.analysis import study
from runners.monitor.causes.costs import Cost, costs_of
from runners.monitor.causes.ranking import ranked
from runners.monitor.causes.told import CausePart
from runners.monitor.findings import Findings
from runners.monitor.parameters import Parameters, Thresholds
from runners.monitor.payloads import Prediction
from runners.monitor.reference import Reference, read_reference
from runners.monitor.tables import Tables
from runners.monitor.verdict import alerts_of
from tests.unit.runners.monitor.traffic import START

LIMITS = Thresholds(
    drifted_columns=1, distance=0.6, estimated_drop=0.03, missing_share=0.05, unseen_share=0.05, realized_drop=0.03
)
KINDS = {"skill": "FP64", "idle": "FP64", "home": "BYTES", "flag": "BOOL", "still": "FP64", "note": "BYTES"}


def people(rows: int, seed: int = 0, *, skill: float = 1.5, idle: float = 0.0, own: float = 0.5) -> pd.DataFrame:
    """Return rows; the model is the surer the larger `skill` is and knows those who own their home, nothing else."""
    random = np.random.default_rng(seed)
    told = pd.DataFrame(
        {
            "id": [str(number) for number in range(rows)],
            "skill": random.normal(0, skill, rows),
            "idle": random.normal(idle, 1.0, rows),
            "home": np.where(random.random(rows) < own, "own", "rent"),
            "flag": random.random(rows) < 0.3,
            "still": np.full(rows, 7.0),
            "note": random.choice(["", "some words of a note", "others"], rows),
        }
    )
    return told


def answered(rows: pd.DataFrame, seed: int = 1, task: str = "binary") -> pd.DataFrame:
    """Return rows with what the model answers, and outcomes that are as likely as it says."""
    random = np.random.default_rng(seed)
    known = rows["skill"].astype(float).fillna(0.0).to_numpy()
    if task == "regression":
        error = np.where(rows["home"] == "own", 1.0, 4.0) * random.normal(0, 1, len(rows))
        return rows.assign(prediction=known, outcome=known + error)
    share = 1 / (1 + np.exp(-known * np.where(rows["home"] == "own", 2.0, 0.4)))
    outcome = (random.random(len(rows)) < share).astype(int)
    if task == "binary":
        return rows.assign(predicted_probability=share, prediction=(share > 0.5).astype(int), outcome=outcome)
    wide = {"probability_a": share * 0.9, "probability_b": (1 - share) * 0.9, "probability_c": np.full(len(rows), 0.1)}
    drawn = [random.choice(["a", "b", "c"], p=row) for row in np.column_stack(list(wide.values()))]
    best = np.array(["a", "b", "c"])[np.column_stack(list(wide.values())).argmax(1)]
    return rows.assign(**wide, prediction=best, outcome=drawn)


def trial(folder: Path, rows: pd.DataFrame, task: str = "binary") -> Reference:
    """Return the reference of a trial with these test rows."""
    inputs = [{"name": name, "datatype": kind, "shape": [-1, 1]} for name, kind in KINDS.items() if name in rows]
    told: dict[str, Any] = {"task": task, "target": "outcome", "identifier": "id", "inputs": inputs}
    told |= {"binary": {"classes": [0, 1], "positive": 1}, "multiclass": {"classes": ["a", "b", "c"]}}.get(task, {})
    folder.mkdir(parents=True, exist_ok=True)
    rows.to_parquet(folder / "reference.parquet")
    (folder / "signature.json").write_text(json.dumps(told), "utf-8")
    return read_reference(folder.as_uri())


def asked(rows: pd.DataFrame, task: str = "binary") -> list[Prediction]:
    """Return rows as the log's reader gives them."""
    found = []
    for at, row in enumerate(rows.to_dict("records")):
        told: Any = None
        if task == "binary":
            told = row["predicted_probability"]
        elif task == "multiclass":
            told = [row[f"probability_{name}"] for name in "abc"]
        inputs: Mapping[str, Any] = {str(name): row[name] for name in ("id", *KINDS) if name in row}
        found.append(Prediction(START, f"e{at}#0", inputs, row["prediction"], told))
    return found


def judged(
    reference: Reference,
    rows: pd.DataFrame,
    task: str = "binary",
    metric: str = "accuracy",
    limits: Thresholds = LIMITS,
) -> tuple[Findings, Tables, list[Cost], tuple[CausePart, ...]]:
    """Return what a report finds in a window, and its causes."""
    params = Parameters(thresholds=limits, metric=metric)
    found, tables = study(reference, asked(rows, task), params, seed=0)
    costs = costs_of(reference, tables, found, limits, 0)
    return found, tables, costs, ranked(costs, found, alerts_of(found, limits), limits.estimated_drop)
