"""Streams of windows from one population, and from others: columns of 2 to 20,000 values, references of any size."""

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from runners.monitor.columns import Column
from runners.monitor.drift import column_drift
from runners.monitor.family import rate_of
from runners.monitor.findings import Findings
from runners.monitor.parameters import Parameters, Thresholds
from runners.monitor.quality import quality_of
from runners.monitor.tables import Tables, parted
from runners.monitor.verdict import alerts_of

VALUES = (2, 30, 2_000, 20_000)
COLUMNS = (
    Column("normal", "number"),
    Column("whole", "number"),
    Column("mostly_zero", "number"),
    *(Column(f"of_{count}", "category") for count in VALUES),
)
NOTHING_ALLOWED = Thresholds(
    drifted_columns=1, jensen_shannon=0.0, missing_share=0.0, unseen_share=0.0, estimated_drop=0.0, realized_drop=0.0
)
"""Thresholds that leave all to chance: whatever can't be told from it alerts."""


def population(count: int, random: np.random.Generator) -> pd.DataFrame:
    """Draw rows of a population that never changes; a tenth of the normal numbers are missing."""
    normal = random.normal(size=count)
    rows = {
        "normal": np.where(random.random(count) < 0.1, np.nan, normal),
        "whole": random.poisson(3.0, count).astype(float),
        "mostly_zero": np.where(random.random(count) < 0.7, 0.0, random.exponential(size=count)),
    }
    for values in VALUES:
        ranks = np.minimum(random.zipf(1.3, count), values) if values < 20_000 else random.integers(0, values, count)
        rows[f"of_{values}"] = np.char.add("v", ranks.astype(str)).astype(object)
    return pd.DataFrame(rows)


def tables_of(reference: pd.DataFrame, now: pd.DataFrame, size: int, seed: int) -> Tables:
    """Return what is compared."""
    return Tables(reference, reference, *parted(reference, seed), now, size)


def found(tables: Tables, thresholds: Thresholds, seed: int) -> Findings:
    """Study a window by NumPy alone: columns and rows, without what NannyML and the forests tell."""
    rate = rate_of(tables, COLUMNS, Parameters(thresholds=thresholds))
    drift = partial(column_drift, tables, COLUMNS, least=thresholds.jensen_shannon, seed=seed)
    quality = {column.name: quality_of(tables, column) for column in COLUMNS}
    return replace(Findings(COLUMNS, drift(each=rate.each), quality), rate=rate)


def has_alert(told: Findings, thresholds: Thresholds) -> bool:
    """Tell whether a report alerts, or calls any of its columns drifted."""
    return bool(told.drifted or alerts_of(told, thresholds))
