"""A population with segments, a model of it that is calibrated, and windows that are drawn from it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from runners.monitor.columns import Column
from runners.monitor.parameters import Outcomes, Parameters, Segments, Thresholds
from runners.monitor.performance import TARGET
from runners.monitor.reference import PREDICTION, PROBABILITY, Reference
from runners.monitor.segments.alerts import with_alerts
from runners.monitor.segments.study import segments_of
from runners.monitor.segments.told import FormerSegments, SegmentsPart
from runners.monitor.tables import TIME, Tables, outputs_of, parted
from runners.monitor.verdict import Alert
from runners.sources.parameters import FileSource

COLUMNS = (
    Column("group", "category"),
    Column("age", "number"),
    Column("income", "number"),
    Column("job|title", "category"),
)
ASKED = Segments(columns=("group", "age"), crossed=(("group", "age"),), minimum_rows=50)
NOTHING_ALLOWED = Thresholds(drifted_columns=1, jensen_shannon=0.0, estimated_drop=0.0, realized_drop=0.0, risk_rise=0)
OUTCOMES = Outcomes(files=FileSource(url="file:///nowhere.csv", format="csv"))


def population(count: int, random: np.random.Generator) -> pd.DataFrame:
    """Draw rows: a fifth have no age, groups are of unlike sizes, and what comes true is as likely as is said."""
    group = random.choice(["a", "b", "c", "d", "e"], count, p=[0.5, 0.25, 0.15, 0.07, 0.03])
    age, income = random.normal(40, 10, count), random.lognormal(1.0, 1.0, count)
    chance = 1 / (1 + np.exp(-(age - 40) / 8 - np.where(group == "b", 1.0, 0.0) + random.normal(0, 0.5, count)))
    rows = {
        "group": pd.Categorical(group),
        "age": np.where(random.random(count) < 0.2, np.nan, age),
        "income": np.round(income, 1),
        "job|title": pd.Categorical(random.choice([f"job {n}" for n in range(30)], count)),
        PROBABILITY: chance,
        PREDICTION: (chance > 0.5).astype(float),
        TARGET: (random.random(count) < chance).astype(float),
        "confidence": np.maximum(chance, 1 - chance),
    }
    return pd.DataFrame(rows)


def reference_of(rows: pd.DataFrame) -> Reference:
    """Return a trial's test of such rows."""
    return Reference(rows, COLUMNS, "binary", ("0", "1"), "1", "id", TARGET, segments=COLUMNS[:2])


def tables_of(reference: pd.DataFrame, now: pd.DataFrame, seed: int = 0, start: str = "2026-03-01T10:00") -> Tables:
    """Return what is compared; the window has a row a second."""
    times = pd.date_range(start, periods=len(now), freq="s", tz="UTC")
    known, held_out = parted(reference, seed)
    return Tables(reference, reference, known, held_out, now.assign(**{TIME: times}), 500)


def params_of(thresholds: Thresholds = NOTHING_ALLOWED, asked: Segments | None = ASKED) -> Parameters:
    """Return the parameters of a report with outcomes."""
    return Parameters(thresholds=thresholds, segments=asked, metric="roc_auc", outcomes=OUTCOMES)


def told(
    tables: Tables,
    params: Parameters,
    former: FormerSegments | None = None,
    reference: Reference | None = None,
) -> tuple[SegmentsPart, Sequence[Alert]]:
    """Return what is found out of the segments, and their alerts."""
    reference = reference or reference_of(tables.reference)
    columns = (*reference.columns, *outputs_of(reference, tables))
    found = segments_of(reference, tables, params, columns, former)
    assert found
    return with_alerts(found, params.thresholds, (), ())


def unknown(rows: pd.DataFrame, part: float, seed: int) -> pd.DataFrame:
    """Return rows of which some have no outcome yet."""
    gone = np.random.default_rng(seed).random(len(rows)) < part
    return rows.assign(**{TARGET: np.where(gone, np.nan, rows[TARGET])})
