"""Looks at a window: from the reference and the logged predictions to findings."""

from collections.abc import Iterator, Sequence

from runners.contract import SourceUnavailable
from runners.monitor.appraisal import appraise, or_noted
from runners.monitor.drift import column_drift, reconstruction
from runners.monitor.findings import Findings
from runners.monitor.outcomes import read_outcomes
from runners.monitor.outliers import distance, find_outliers
from runners.monitor.parameters import Parameters
from runners.monitor.payloads import Prediction
from runners.monitor.performance import FEWEST_OUTCOMES, TARGET, metrics_for
from runners.monitor.quality import quality_of
from runners.monitor.reference import PREDICTION, Reference
from runners.monitor.tables import Tables, tables_of, with_outcomes


def study(
    reference: Reference, predictions: Sequence[Prediction], params: Parameters, *, seed: int
) -> tuple[Findings, Tables]:
    """Compare the window with the reference; the service figures aren't part of it.

    Raises:
        InputError: the outcomes' source is wrong.
    """
    tables = tables_of(reference, predictions, chunk=params.chunk, seed=seed)
    tables, notes = _with_outcomes(tables, reference, predictions, params)
    columns, sample, now, size = reference.columns, tables.sample, tables.now, tables.size
    metrics, least = metrics_for(reference, params.metric), params.thresholds.jensen_shannon
    notes += _notes(reference, tables, params, metrics)
    drift = or_noted("Drift", lambda: column_drift(sample, now, columns, size=size, least=least), notes)
    found = Findings(
        columns=columns,
        drift=drift or {},
        quality={column.name: quality_of(tables.reference, now, column) for column in columns},
        reconstruction=or_noted(
            "The reconstruction error", lambda: reconstruction(sample, now, columns, size=size), notes
        ),
        performance=appraise(reference, tables, metrics, notes),
        outcomes=int(now[TARGET].notna().sum()) if TARGET in now else 0,
        outliers=find_outliers(sample, now, columns, seed=seed) if columns else None,
        distance=distance(sample, now, columns, seed=seed) if columns else None,
        notes=tuple(notes),
    )
    return found, tables


def _with_outcomes(
    tables: Tables, reference: Reference, predictions: Sequence[Prediction], params: Parameters
) -> tuple[Tables, list[str]]:
    """Add the outcomes that have arrived; where their source is out of reach, a note says so."""
    if params.outcomes is None:
        return tables, ["No outcomes are configured (`outcomes`): performance is estimated only."]
    if not (reference.identifier and reference.target):
        return tables, ["The trial's signature names no identifier and target: outcomes can't be joined."]
    names = reference.reading.texts(reference.identifier, [one.row.get(reference.identifier) for one in predictions])
    try:
        known = read_outcomes(params.outcomes, reference.reading, names)
    except SourceUnavailable as error:
        return tables, [f"The outcomes are out of reach: {error.what}. Performance is estimated only."]
    return with_outcomes(tables, reference, [known.by_name.get(str(name)) for name in names]), known.notes


def _notes(reference: Reference, tables: Tables, params: Parameters, metrics: Sequence[str]) -> Iterator[str]:
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
    known = int(tables.now[TARGET].notna().sum()) if TARGET in tables.now else None
    if known is not None and known < FEWEST_OUTCOMES:
        yield f"Outcomes are known for {known} of {len(tables.now):,} rows: too few for realised performance."
