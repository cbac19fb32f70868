"""Trials of the tiny model, with test rows that it answers, or doesn't."""

from pathlib import Path

import numpy as np

from runners.evaluate.tables import write_parquet
from tests.unit.runners.serve.tiny import make


def trial(folder: Path, ages: list[float | str | None]) -> Path:
    """Leave a trial whose test rows have these ages."""
    make(folder)
    kind = object if any(isinstance(age, str) for age in ages) else float
    columns = {
        "AGEP": np.array(ages, kind),
        "SEX": np.array(["1", "2"] * len(ages), object)[: len(ages)],
        "employed": np.zeros(len(ages), np.int64),
    }
    write_parquet(columns, folder / "reference.parquet")
    return folder
