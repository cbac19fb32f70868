"""Looks at a window: from the reference and the logged predictions to findings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from runners.contract import SourceUnavailable
from runners.monitor.appearance import appearances, gaps_of
from runners.monitor.appraisal import Outcomes, appraise, by_window, lookback
from runners.monitor.drift import column_drift
from runners.monitor.family import rate_of
from runners.monitor.findings import Findings
from runners.monitor.hiding import notes_of
from runners.monitor.kept import RiskPart
from runners.monitor.opinions import Opinions, opinions
from runners.monitor.outcomes import read_outcomes
from runners.monitor.outliers import Distance, distance, find_outliers
from runners.monitor.parameters import Parameters, Window
from runners.monitor.performance import FEWEST_OUTCOMES, TARGET, Performance, metrics_for
from runners.monitor.quality import quality_of
from runners.monitor.reconstruction import reconstruction
from runners.monitor.reference import PREDICTION, Reference
from runners.monitor.risk import risk_of
from runners.monitor.rows import Prediction, rows_of
from runners.monitor.tables import Tables, outputs_of, tables_of, with_outcomes
from runners.monitor.wording import wordings


@dataclass(frozen=True, slots=True)
class Earlier:
    """What went before the window: predictions whose outcomes may still arrive, and the windows that they were in.

    `risk` is what the report before kept of the realised risk.
    """

    predictions: Sequence[Prediction] = ()
    windows: Sequence[Window] = ()
    risk: RiskPart | None = None


NONE = Earlier()
SEEN = 0.05
"""The chance of a distance below which other estimates are asked for."""


def study(
    reference: Reference, predictions: Sequence[Prediction], params: Parameters, *, seed: int, earlier: Earlier = NONE
) -> tuple[Findings, Tables]:
    """Compare the window with the reference; the service figures aren't part of it.

    Raises:
        InputError: the outcomes' source is wrong.
    """
    tables = tables_of(reference, predictions, chunk=params.chunk, seed=seed)
    tables, notes = _with_outcomes(tables, reference, predictions, (params, earlier.predictions))
    inputs, now, thresholds = reference.columns, tables.now, params.thresholds
    columns = (*inputs, *outputs_of(reference, tables))
    metrics = metrics_for(reference, params.metric)
    rate = rate_of(tables, columns, params, len(reference.texts), len(reference.pictures))
    notes += _notes(reference, tables, params, metrics)
    performance = appraise(reference, tables, metrics, notes)
    risk, gap = risk_of(reference, tables, params, earlier.risk)
    shown = appearances(reference, predictions, seed=seed)
    whole = distance(tables.sample, now, inputs, seed=seed) if inputs else None
    found = Findings(
        columns=columns,
        drift=column_drift(tables, columns, least=thresholds.jensen_shannon, each=rate.each, seed=seed),
        quality={column.name: quality_of(tables, column) for column in columns},
        reconstruction=reconstruction(tables, inputs),
        performance=performance,
        unwatched=(*reference.unwatched, *gaps_of(shown), *_unmeasured(performance)),
        windows=_windows(reference, tables, metrics, (params.window, earlier), notes),
        lookback=lookback(tables),
        risk=risk,
        risk_gap=gap,
        outcomes=int(now[TARGET].notna().sum()) if TARGET in now else 0,
        outliers=find_outliers(tables, inputs) if inputs else None,
        distance=whole,
        opinions=_opinions(reference, tables, metrics, whole, seed),
        wordings=wordings(reference, predictions, least=thresholds.jensen_shannon, each=rate.each, seed=seed),
        appearances=shown,
        notes=tuple(notes),
        rate=rate,
    )
    return found, tables


def _opinions(
    reference: Reference, tables: Tables, metrics: Sequence[str], whole: Distance | None, seed: int
) -> Opinions | None:
    """Ask for other estimates where the window can be told from the reference: else they say what the first does."""
    if not metrics or whole is None or whole.chance >= SEEN:
        return None
    return opinions(reference, tables, reference.columns, metrics[0], seed)


def _with_outcomes(
    tables: Tables,
    reference: Reference,
    predictions: Sequence[Prediction],
    asked: tuple[Parameters, Sequence[Prediction]],
) -> tuple[Tables, list[str]]:
    """Add the outcomes that have arrived; where their source is out of reach, a note says so."""
    params, former = asked
    if params.outcomes is None:
        return tables, ["No outcomes are configured (`outcomes`): performance is estimated only."]
    if not (reference.identifier and reference.target):
        return tables, ["The trial's signature names no identifier and target: outcomes can't be joined."]
    if reference.identifier in params.left_out:
        what = f"The payload log leaves the identifier {reference.identifier} out: outcomes can't be joined."
        return tables, [f"{what} Performance is estimated only."]
    names = [name for rows in (former, predictions) for name in _names(reference, rows)]
    try:
        known = read_outcomes(params.outcomes, reference.reading, names)
    except SourceUnavailable as error:
        return tables, [f"The outcomes are out of reach: {error.what}. Performance is estimated only."]
    outcomes = [known.by_name.get(str(name)) for name in names]
    return with_outcomes(tables, reference, outcomes, former), known.notes


def _names(reference: Reference, predictions: Sequence[Prediction]) -> Sequence[Any]:
    """Return the identifiers of rows as texts; None where a row doesn't tell its own."""
    rows, name = rows_of(predictions), str(reference.identifier)
    return reference.reading.texts(name, rows.columns.get(name, [None] * len(rows)))


def _windows(
    reference: Reference, tables: Tables, metrics: Sequence[str], looked: tuple[Window, Earlier], notes: list[str]
) -> list[Outcomes]:
    """Tell of this window and of the former ones in the look-back, the newest first, what is known by now."""
    window, earlier = looked
    if not metrics or TARGET not in tables.now:
        return []
    return by_window(reference, tables, metrics[0], [window, *reversed(earlier.windows)], notes)


def _unmeasured(performance: Sequence[Performance]) -> Iterator[str]:
    if not performance:
        yield "How right the answers are isn't known: performance is neither estimated nor realised."


def _notes(reference: Reference, tables: Tables, params: Parameters, metrics: Sequence[str]) -> Iterator[str]:
    yield from notes_of(reference.columns, reference.reading)
    if tables.size < params.chunk:
        yield (
            f"Chunks have {tables.size:,} rows and not {params.chunk:,}: {len(tables.now):,} logged and "
            f"{len(tables.reference):,} reference rows make too few of that size."
        )
    if PREDICTION not in reference.rows or not reference.target:
        yield "The reference has no predictions or no outcomes: performance can't be told."
    elif metrics and metrics[0] != params.metric:
        yield f"{params.metric} can't be told for this model; {metrics[0]} is watched in its place."
    if reference.task in ("binary", "multiclass") and not reference.probabilities:
        yield "The reference has no probabilities: performance can't be estimated before outcomes arrive."
    known = lookback(tables)
    if known is not None and known.known < FEWEST_OUTCOMES:
        yield f"Outcomes are known for {known.known} of {known.rows:,} rows: too few for realised performance."
