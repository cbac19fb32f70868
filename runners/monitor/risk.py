"""Realised risk over the whole series of reports on a model, tested sequentially (`runners.sequential`).

Each report adds the rows whose turn has come, in the order of time, each once: up to the first whose outcome isn't
known and may still arrive. So which rows are counted doesn't depend on how quickly an outcome arrives, which may go
with what it is, and a report keeps one moment of all that was counted. What the next report won't see any more isn't
waited for.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.kept import RiskPart, TestRows
from runners.monitor.parameters import Parameters
from runners.monitor.performance import TARGET
from runners.monitor.reference import PREDICTION, Reference
from runners.monitor.tables import TIME, Tables
from runners.sequential import RiskState, Source, Stated, by_rate, source_of, watched

QUANTILES = (0.05, 0.95)
"""An error of a number counts as a share of the distance between these of the reference's outcomes, at most as 1."""
TOGETHER = 2**15
"""Rows that are bet on at once."""
_TASKS = ("binary", "multiclass", "regression")
_DIGITS = 1e-9

Told = tuple[RiskPart | None, str]
"""What is known of the risk, and why nobody looked at it in this report; an empty text where somebody did."""


def risk_of(
    reference: Reference, tables: Tables, params: Parameters, former: RiskPart | None, rate: float | None = None
) -> Told:
    """Return the risk after the rows whose turn has come.

    Args:
        reference: the trial's test.
        tables: its rows, and those of the look-back with the outcomes that are known.
        params: the tolerance, the rate, and how long outcomes are waited for.
        former: what the report before kept; of another model, reference, rate or tolerance it counts for nothing.
        rate: the share of series that may alert without harm; by default that of all rows together.
    """
    if params.outcomes is None:
        return None, "no outcomes are configured (`outcomes`)"
    begun = _begun(reference, tables, params, params.rate if rate is None else rate)
    if isinstance(begun, str):
        return None, begun
    kept = former if former is not None and _is_same(former, begun, params) else begun
    if TARGET not in tables.now:
        return kept.model_copy(update={"counted": 0}), "the outcomes couldn't be joined"
    scale = _scale(reference, tables) or 1.0
    return _grown(kept, _rows(tables), _leaving(params), (reference, scale)), ""


def _begun(reference: Reference, tables: Tables, params: Parameters, rate: float) -> RiskPart | str:
    """Return a state before the first row; a text where risk can't be told of this model."""
    before = tables.reference
    if reference.task not in _TASKS:
        return "it is told of classes and of numbers alone"
    if PREDICTION not in before or TARGET not in before:
        return "the reference has no predictions or no outcomes"
    scale = _scale(reference, tables)
    if not scale:
        return "the reference's outcomes don't vary, so that no error is large or small"
    rows = before[before[[PREDICTION, TARGET]].notna().all(axis=1)]
    if rows.empty:
        return "no row of the reference has an outcome and a prediction"
    mixed = np.random.default_rng(0).permutation(_losses(rows, reference, scale))
    source = source_of(mixed, rate / 2)
    return RiskPart(
        trial=params.trial,
        rate=rate,
        tolerance=params.thresholds.risk_rise or 0.0,
        test=TestRows(rows=source.rows, risk=source.risk, bound=source.bound, error=source.error),
        needed=float(np.log(_stated(rate).limit)),
    )


def _stated(rate: float) -> Stated:
    """State half of the rate; the other half is the error of the bound of the test rows' risk."""
    return by_rate(rate / 2)


def _is_same(former: RiskPart, begun: RiskPart, params: Parameters) -> bool:
    """Tell whether two are of the same series: rows of one model up to this window's end, held against the same."""
    end = params.window.end
    if former.until and end and _moment(former.until) > _moment(end):
        return False
    ours, theirs = ((one.rate, one.tolerance, one.test.risk, one.test.bound) for one in (former, begun))
    alike = bool(np.allclose(ours, theirs, rtol=0.0, atol=_DIGITS))
    return alike and (former.trial, former.test.rows) == (begun.trial, begun.test.rows)


def _scale(reference: Reference, tables: Tables) -> float | None:
    """Return what an error is a share of: 1 for classes; None where numbers don't vary."""
    if reference.task != "regression":
        return 1.0
    known = tables.reference[TARGET].to_numpy(float)
    low, high = np.quantile(known[np.isfinite(known)], QUANTILES) if np.isfinite(known).any() else (0.0, 0.0)
    return float(high - low) or None


def _losses(rows: pd.DataFrame, reference: Reference, scale: float) -> Any:
    """Return the loss of each row, from 0 to 1: of classes whether the answer is wrong."""
    if reference.task != "regression":
        return (rows[PREDICTION].to_numpy() != rows[TARGET].to_numpy()).astype(float)
    errors = np.abs(rows[PREDICTION].to_numpy(float) - rows[TARGET].to_numpy(float)) / scale
    return np.nan_to_num(np.minimum(errors, 1.0), nan=1.0)


def _rows(tables: Tables) -> pd.DataFrame:
    """Return the answered rows of the look-back in the order of time, of which only some have an outcome."""
    parts = [part[[TIME, PREDICTION, TARGET]] for part in (tables.former, tables.now) if len(part)]
    rows = pd.concat([part[part[PREDICTION].notna()] for part in parts], ignore_index=True)
    return rows.sort_values(TIME, kind="stable", ignore_index=True)


def _leaving(params: Parameters) -> Any:
    """Return the moment before which the next report won't see rows, if its window is as long as this one."""
    window, outcomes = params.window, params.outcomes
    if window.end is None or outcomes is None:
        return None
    span = window.end - window.start if window.start else timedelta(0)
    return _moment(min(window.end - outcomes.lookback + span, window.end))


def _moment(moment: datetime) -> Any:
    """Return a moment as NumPy's, in microseconds of UTC, which hold the years of all of Python's."""
    told = moment.astimezone(UTC) if moment.tzinfo else moment
    return np.datetime64(told.replace(tzinfo=None), "us")


def _grown(kept: RiskPart, rows: pd.DataFrame, leaving: Any, scales: tuple[Reference, float]) -> RiskPart:
    """Count the rows whose turn has come: those before the first that waits for its outcome."""
    times = rows[TIME].dt.tz_convert(None).to_numpy("M8[us]")
    fresh = np.ones(len(rows), dtype=bool) if kept.until is None else times >= _moment(kept.until)
    is_known = rows[TARGET].notna().to_numpy()
    waits = fresh & ~is_known & (True if leaving is None else times >= leaving)
    if not fresh.any():
        return kept.model_copy(update={"counted": 0, "waiting": 0})
    until = times[waits].min() if waits.any() else times[fresh].max() + np.timedelta64(1, "us")
    losses = _losses(rows[fresh & is_known & (times < until)], *scales)
    state = _bet(kept, losses)
    needed = kept.needed if state.evidence.crossed else 0.0
    told = {"state": state, "highest": max(kept.highest, state.evidence.log, needed), "counted": len(losses)}
    told |= {"until": until.item().replace(tzinfo=UTC), "waiting": int((fresh & (times >= until)).sum())}
    return kept.model_copy(update=told)


def _bet(kept: RiskPart, losses: Any) -> RiskState:
    test = kept.test
    source, state = Source(test.rows, test.risk, test.bound, test.error), kept.state
    for first in range(0, len(losses), TOGETHER):
        part = losses[first : first + TOGETHER]
        state = watched(state, part, source, _stated(kept.rate), tolerance=kept.tolerance)
    return state
