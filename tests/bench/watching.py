"""drift_cpu_s, drift_rss_mib, drift_figures_cpu_s: a monitor's report on a million logged rows of twenty columns.

The log is written by what the replica writes it with, fifty rows to a request. The report is a process of its own, from
the start of Python to its pages and pictures; the figures alone are what is done between the log and the pages.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from runners.models import Prediction
from runners.serve.events import Origin
from runners.serve.payloads import line_of
from runners.serve.request_context import Exchange
from tests.bench.figure import Figure
from tests.bench.reporting import TRIAL
from tests.times import ROOT

BATCH, REFERENCE = 50, 100_000
_CLASSES = (2, 3, 12, 60, 400, 5)


def measure(quick: bool) -> Iterator[Figure]:
    """Write a log and a reference of the same population, and report on them."""
    rows = 50_000 if quick else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        written(place, rows)
        whole, figures = _apart(place, "whole"), _apart(place, "figures")
    assert (whole["rows"], whole["verdict"]) == (rows, "ok"), whole
    beside = f"{rows:,} rows, {whole['thinned']:,} of them left out by chance"
    yield Figure("drift_cpu_s", whole["cpu"], "s", "<= 2.5", beside)
    yield Figure("drift_rss_mib", whole["mib"], "MiB", "<= 500")
    yield Figure("drift_figures_cpu_s", figures["cpu"], "s", "<= 0.5")


def written(place: Path, rows: int) -> None:
    """Write a trial with its reference, and the log of an hour."""
    columns, chance = made(REFERENCE, 0)
    trial, logs = place / "trial", place / "logs"
    trial.mkdir()
    logs.mkdir()
    outcomes = np.random.default_rng(2).random(REFERENCE) < chance
    answers = {"target": outcomes.astype(int), "prediction": (chance > 0.5).astype(int)}
    pd.DataFrame({**columns, **answers, "predicted_probability": chance}).to_parquet(trial / "reference.parquet")
    inputs = [{"name": name, "datatype": "BYTES" if "class" in name else "FP64", "shape": [-1, 1]} for name in columns]
    signature = {"task": "binary", "target": "target", "classes": [0, 1], "positive": 1, "inputs": inputs}
    (trial / "signature.json").write_text(json.dumps(signature), "utf-8")
    columns, chance = made(rows, 1)
    origin = Origin("deployments/bench", "0123456789ab", TRIAL)
    with (logs / "2026-03-01-1.jsonl").open("wb") as file:
        for first in range(0, rows, BATCH):
            part = slice(first, first + BATCH)
            exchange = Exchange(f"{first:032x}", {name: values[part] for name, values in columns.items()}, status=200)
            exchange.prediction = Prediction((chance[part] > 0.5).astype(int), chance[part])
            exchange.time, exchange.seconds = 1_772_359_200 + first * 3600 / rows, 0.004
            file.write(line_of(exchange, origin))


def made(rows: int, seed: int) -> tuple[dict[str, Any], Any]:
    """Draw fourteen columns of numbers, three of them with gaps, and six of classes; and what a model says of them."""
    random, columns = np.random.default_rng(seed), dict[str, Any]()
    for place in range(14):
        long, short = random.normal(50 * place, 10 * (place + 1), rows), np.round(random.lognormal(1, 1, rows), 2)
        gaps = random.random(rows) < (0.05 if place < 3 else 0)
        columns[f"number {place}"] = np.where(gaps, np.nan, long if place % 2 else short)
    for place, most in enumerate(_CLASSES):
        names = np.array([f"class {name}" for name in range(most)], dtype=object)
        columns[f"class {place}"] = names[random.integers(0, most, rows)]
    logits = (columns["number 5"] - 250) / 60 + (columns["number 7"] - 350) / 80
    return columns, 1 / (1 + np.exp(-logits))


def _apart(place: Path, what: str) -> dict[str, Any]:
    line = [sys.executable, "-m", "tests.bench.reporting", what, str(place)]
    done = subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found
