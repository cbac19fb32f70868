"""scored_rows_per_cpu_s, scoring_peak_mib: a million rows of twenty numbers scored by a hundred trees of LightGBM.

A whole job but for starting Python: rows are read, the version is written, digested and told. Beside it stands what
LightGBM takes alone, with all rows in memory.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from runners.tables.content import GROUP_ROWS
from tests.bench.figure import Figure
from tests.times import ROOT

MOST_MIB = 500
COLUMNS = tuple(f"x{place}" for place in range(20))


def measure(quick: bool) -> Iterator[Figure]:
    """Score rows by a model that learned from some of them."""
    rows = 50_000 if quick else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        alone = _apart("made", place, rows)["cpu"]
        found = _apart("scored", place, rows)
    beside = f"LightGBM alone, all in memory: {rows / alone:,.0f}"
    yield Figure("scored_rows_per_cpu_s", rows / found["cpu"], "rows/s", ">= 60000", beside)
    yield Figure("scoring_peak_mib", found["mib"], "MiB", f"<= {MOST_MIB}")


def _apart(what: str, place: Path, rows: int) -> dict[str, float]:
    line = [sys.executable, "-m", "tests.bench.scoring", what, str(place), str(rows)]
    done = subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _made(place: Path, rows: int) -> float:
    """Write the rows and the model; return the CPU seconds that LightGBM takes for them."""
    import lightgbm

    from runners.models import Column, Signature, Tensor
    from runners.models.loading import digest_of
    from runners.models.signature import FILE

    chance = np.random.default_rng(1)
    values = chance.normal(size=(rows, len(COLUMNS)))
    truth = (values[:5000].sum(axis=1) + chance.normal(size=5000) > 0).astype(int)
    data = lightgbm.Dataset(values[:5000], truth)
    booster = lightgbm.train({"objective": "binary", "verbose": -1, "num_threads": 1}, data, 100)
    columns = {"id": np.arange(rows), **dict(zip(COLUMNS, values.T, strict=True))}
    (place / "rows").mkdir()
    parquet.write_table(pa.table(columns), place / "rows" / "data.parquet", row_group_size=GROUP_ROWS)
    content, file = booster.model_to_string().encode(), "model.txt"
    inputs = tuple(Column(name, "FP64") for name in COLUMNS)
    outputs = (Column("prediction", "INT64"), Column("predicted_probability", "FP64"))
    told = Signature(
        "binary", "large", file, "lightgbm", "", inputs, outputs, (Tensor("features", "FP64", COLUMNS),), raw="scores",
        reading="positive", classes=(0, 1), positive=1,
    )  # fmt: skip
    (place / "model").mkdir()
    (place / "model" / file).write_bytes(content)
    (place / "model" / FILE).write_text(replace(told, files={file: digest_of(content)}).sealed().to_json())
    began = time.process_time()
    booster.predict(values, num_threads=1)
    return time.process_time() - began


def _scored(place: Path, _rows: int) -> float:
    """Return the CPU seconds that the job takes."""
    from runners.ingest.ingestion import ingest
    from runners.ingest.parameters import Parameters

    source = {"predictions": {"of": "datasets/rows", "by": "deployments/model", "keep": ["id"]}}
    params = Parameters.model_validate({"source": source, "identifier": "id"})
    (place / "out").mkdir()
    inputs = {"rows": str(place / "rows"), "model": str(place / "model")}
    began = time.process_time()
    result = ingest("bench", params, place / "out", inputs)
    assert result.accepted, result.violations
    return time.process_time() - began


if __name__ == "__main__":
    from tests.bench.profiling import peak

    work = {"made": _made, "scored": _scored}[sys.argv[1]]
    took = work(Path(sys.argv[2]), int(sys.argv[3]))
    print(json.dumps({"cpu": took, "mib": peak()}))
