"""A report that was judged, made without NannyML: for the tests of what comes after the figures."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from runners.monitor.appearance import Appearance
from runners.monitor.chunks import Series
from runners.monitor.columns import Column
from runners.monitor.document import document_of
from runners.monitor.drift import Drift
from runners.monitor.findings import Findings
from runners.monitor.header import Occasion, with_history
from runners.monitor.kept import RiskPart, TestRows
from runners.monitor.outliers import Distance, Outliers
from runners.monitor.parameters import Parameters, Thresholds
from runners.monitor.payloads import COUNTED, Log, Prediction
from runners.monitor.performance import Performance
from runners.monitor.quality import Quality
from runners.monitor.report import Report
from runners.monitor.segments.told import SegmentPart, SegmentsPart
from runners.monitor.tables import Tables
from runners.monitor.verdict import alerts_of
from runners.sequential import Confidence, Evidence, RiskState

COLUMNS = (Column("age", "number"), Column("kind|of", "category"), Column("gone", "number"))
RUN = "monitors/employment/0123456789ab"
SHOWN = (Appearance("scan|<b>", (100, 50), Distance(0.75, 0.001, 0.4)), Appearance("photo", (3, 0)))
"""Pictures."""
WINDOW = {"start": "2026-03-01T10:00:00+00:00", "end": "2026-03-01T11:00:00+00:00"}
ROWS = 6
SERVICE: Mapping[str, Any] = {
    "requests": 1200, "errors": 3, "error_rate": 0.0025, "rate": 20.0, "in_flight": 0.00001, "upstreams": 2,
    "p50_ms": 2.5, "p95_ms": 9.0, "p99_ms": 21.0, "model": {"p50_ms": 1.0, "p95_ms": 2.0, "p99_ms": 3.0},
    "counters": {"at": 1772359200.123456, "started": 1.0, "codes": {"200": 1200}, "buckets": {}, "seconds": 1.0},
}  # fmt: skip
FOUND = Findings(
    columns=COLUMNS,
    drift={
        "age": Drift(Series((0.05, 0.06), (0.05, 0.06, 0.05), upper=0.1), 0.05, 0.1),
        "kind|of": Drift(Series((0.05, 0.06), (0.4, 0.5, 0.6), upper=0.1), 0.5, 0.1),
    },
    quality={
        "age": Quality(0.0, 0.0, out_of_range=0.1, change="mean 1 → 2"),
        "kind|of": Quality(0.0, 0.0, 0.25, ("<b>",), change="<b>: 0.0% → 25.0%", excess=0.25),
        "gone": Quality(1.0, 0.0),
    },
    reconstruction=Series((1.0, 1.1), (1.0, 2.0, 2.0), lower=0.9, upper=1.2),
    performance=[
        Performance(
            "roc_auc",
            Series((0.9, 0.9), (0.9, 0.88, 0.88), 0.8, 0.95, (0.01, 0.01, 0.01)),
            Series((0.9, 0.9), (0.8, None, 0.8), 0.8, 0.95, (0.01, 0.01, 0.01)),
            ((2, 2, 2), (2, 0, 2)),
        )
    ],
    outcomes=4,
    outliers=Outliers(0.02, 0.6, (1,)),
    distance=Distance(0.87654321),
    service=SERVICE,
    notes=("Chunks are small.",),
)
TABLES = Tables(
    reference=pd.DataFrame({"age": [1.0, 2.0, 3.0], "kind|of": ["a", "b", "a"], "gone": [1.0, 2.0, 3.0]}),
    sample=pd.DataFrame({"age": [1.0, 2.0, 3.0]}),
    known=pd.DataFrame({"age": [1.0]}),
    held_out=pd.DataFrame({"age": [2.0, 3.0]}),
    now=pd.DataFrame({"age": [1.0] * ROWS, "kind|of": ["<b>"] * ROWS, "gone": [float("nan")] * ROWS}),
    size=2,
)
RISK = RiskPart(
    rate=0.01,
    tolerance=0.03,
    needed=5.3,
    highest=6.25,
    counted=40,
    waiting=1,
    test=TestRows(rows=500, risk=0.2, bound=0.25, error=0.005),
    state=RiskState(
        Evidence(1200, (6.25,) * 10, 812), Confidence(1200, 372.0, 200.0, 60.0, 18.0, 3.0, low=0.27, high=0.35)
    ),
)
LOG = Log(
    [Prediction(datetime(2026, 3, 1, 10, tzinfo=UTC), f"e{number}#0", {}, 1, 0.5) for number in range(ROWS)],
    dict.fromkeys(COUNTED, 0) | {"events": 6, "broken": 1},
)
SEGMENTS = SegmentsPart(
    metric="roc_auc",
    minimum_rows=100,
    rate=0.005,
    each=0.0001,
    found=(
        SegmentPart(
            name="kind|of = <b>",
            columns=("kind|of",),
            rows=900,
            reference_rows=800,
            outcomes=700,
            drifted=("age",),
            farthest="age",
            distance=0.3,
            nats=40.0,
            reference=0.9,
            estimated=0.85,
            estimated_low=0.8,
            estimated_high=0.9,
            estimated_drop=0.05,
            realized=0.7,
            realized_low=0.6,
            realized_high=0.8,
            realized_drop=0.2,
            realized_chance=1e-9,
            alerts=("realised roc_auc fell in kind|of = <b>",),
        ),
        SegmentPart(name="kind|of is missing", rows=3, gap="too few rows: 3 in the window, and 100 are needed"),
    ),
)
STRICT = Thresholds(drifted_columns=1, realized_drop=0.03, missing_share=0.05, unseen_share=0.05, distance=0.6)
LOOSE = Thresholds()


def document(thresholds: Thresholds = STRICT, found: Findings = FOUND, former: int = 0) -> Report:
    """Return a report by these thresholds, after so many former ones."""
    params, previous = Parameters(thresholds=thresholds, trial="experiments/employment/ab"), None
    for _ in range(former + 1):
        occasion = Occasion(RUN, WINDOW, params, LOG, found.service, previous, found.notes)
        previous = with_history(document_of(occasion, found, TABLES, alerts_of(found, thresholds)))
    assert previous
    return previous


def bare() -> Report:
    """Return a report of a model that tells next to nothing: no columns, no performance, no metrics."""
    empty = Findings((), {}, {})
    return document(LOOSE, replace(empty, service={}))
