"""The report of a window that could be judged: what was found, written as a document."""

from collections.abc import Mapping, Sequence
from typing import Any

from runners.monitor.appearance import Appearance
from runners.monitor.appraisal import Outcomes
from runners.monitor.chunks import Series, mean, rows_of
from runners.monitor.columns import Column
from runners.monitor.content import ImagePart, LanguagePart, TextPart
from runners.monitor.findings import Findings
from runners.monitor.header import Occasion, opening
from runners.monitor.opinions import Opinions
from runners.monitor.outliers import USUAL
from runners.monitor.payloads import Log
from runners.monitor.performance import ERRORS, Performance
from runners.monitor.report import (
    AlertPart,
    Chunks,
    ColumnPart,
    FalseAlarms,
    LookbackPart,
    OutliersPart,
    PerformancePart,
    Report,
    SeriesPart,
    Span,
    Verdict,
    WindowPart,
)
from runners.monitor.tables import Tables
from runners.monitor.verdict import Alert
from runners.monitor.wording import Wording

_WHY: Mapping[Verdict, str] = {
    "alert": "Some figures are beyond their thresholds.",
    "partly_watched": "No figure is beyond its threshold, but what stands under `Not watched` may be.",
    "ok": "Nothing to do.",
}


def document_of(occasion: Occasion, found: Findings, tables: Tables, alerts: Sequence[Alert]) -> Report:
    """Write the report of a window that could be judged."""
    opened = opening(occasion, "alert" if alerts else "partly_watched" if found.unwatched else "ok")
    rows = {"reference": len(tables.reference), "reference_used": len(tables.sample)}
    rows |= {"held_out": len(tables.held_out)}
    written: dict[str, Any] = {
        "why": _WHY[opened.verdict],
        "rows": opened.rows.model_copy(update=rows),
        "alerts": tuple(AlertPart(**alert.document()) for alert in alerts),
        "chunks": Chunks(size=tables.size, rows=rows_of(len(tables.now), tables.size)),
        "columns_drifted": tuple(found.drifted),
        "columns": tuple(_column(column, found) for column in _ordered(found)),
        "reconstruction": _series(found.reconstruction),
        "performance": tuple(_performance(one, found.opinions) for one in found.performance),
        "outcomes": found.outcomes,
        "lookback": _lookback(found.lookback),
        "windows": tuple(_window(one) for one in found.windows),
        "risk": found.risk,
        "risk_gap": found.risk_gap,
        "estimator": _estimator(found),
        "outliers": _outliers(found, occasion.log),
        "distance": found.distance.area if found.distance else None,
        "texts": tuple(map(_texts, found.wordings)),
        "images": tuple(map(_images, found.appearances)),
        "unwatched": tuple(found.unwatched),
        "false_alarms": FalseAlarms(rate=found.rate.rate, figures=found.rate.figures),
        "notes": tuple(found.notes),
    }
    return Report.model_validate(dict(opened) | written)


def _ordered(found: Findings) -> list[Column]:
    """Return the columns, the farthest first, and last those that can't be compared."""
    place = {name: at for at, name in enumerate(found.by_distance())}
    return sorted(found.columns, key=lambda column: place.get(column.name, len(place)))


def _column(column: Column, found: Findings) -> ColumnPart:
    quality, drift = found.quality[column.name], found.drift.get(column.name)
    return ColumnPart(
        name=column.name,
        kind=column.kind,
        drifted=column.name in found.drifted,
        distance=drift.distance if drift else None,
        limit=drift.limit if drift else None,
        chunks_beyond=sum(drift.chunks.beyond()) if drift else 0,
        missing=quality.missing,
        missing_reference=quality.missing_reference,
        unseen_share=quality.unseen_share,
        unseen=quality.unseen,
        out_of_range=quality.out_of_range,
        change=quality.change,
        excess=quality.excess,
        jensen_shannon=_series(drift.chunks if drift else None),
    )


def _series(series: Series | None) -> SeriesPart | None:
    if series is None:
        return None
    return SeriesPart(
        now=series.now,
        errors=series.errors,
        reference=series.reference,
        mean=mean(series.now),
        lower=series.lower,
        upper=series.upper,
        chunks_beyond=sum(series.beyond()),
    )


def _performance(one: Performance, other: Opinions | None) -> PerformancePart:
    told: dict[str, Any] = {"metric": one.metric, "reference": one.reference}
    if other and other.metric == one.metric:
        told |= {"weighted": other.weighted, "weighted_rows": other.rows, "multicalibrated": other.multicalibrated}
    for name, is_realized, series in (("estimated", False, one.estimated), ("realized", True, one.realized)):
        value, error = one.now(is_realized=is_realized)
        told |= {name: value, f"{name}_error": error, f"{name}_drop": one.drop(is_realized=is_realized)}
        told |= {f"{name}_drop_error": one.error(is_realized=is_realized)}
        told |= {f"{name}_chunks": _series(series)}
    return PerformancePart(**told)


def _window(one: Outcomes) -> WindowPart:
    span = Span(**{name: moment.isoformat() if moment else None for name, moment in one.window})
    return WindowPart(window=span, rows=one.rows, known=one.known, realized=one.realized)


def _lookback(rows: Outcomes | None) -> LookbackPart | None:
    if rows is None:
        return None
    since = rows.window.start.isoformat() if rows.window.start else None
    return LookbackPart(since=since, rows=rows.rows, known=rows.known)


def _texts(one: Wording) -> TextPart:
    points = one.points
    return TextPart(
        name=one.name,
        texts=one.texts[1],
        reference_texts=one.texts[0],
        named=one.named[1],
        languages=tuple(LanguagePart(name=each.name, was=each.was, now=each.now) for each in one.languages),
        language_distance=one.language_distance,
        language_limit=one.language_limit if one.language_distance is not None else None,
        area=points.area if points else None,
        chance=points.chance if points else None,
    )


def _images(one: Appearance) -> ImagePart:
    (before, now), points = one.pictures, one.points
    told = {"area": points.area, "chance": points.chance, "unlike": points.share} if points else {}
    return ImagePart(name=one.name, images=now, reference_images=before, **told)


def _estimator(found: Findings) -> str | None:
    """Name what estimated the performance: DLE for numbers, CBPE for classes."""
    first = next(iter(found.performance), None)
    if first is None or first.estimated is None:
        return None
    return "DLE" if first.metric in ERRORS else "CBPE"


def _outliers(found: Findings, log: Log) -> OutliersPart | None:
    if found.outliers is None:
        return None
    strangest = tuple(log.predictions[at].where for at in found.outliers.strangest)
    return OutliersPart(share=found.outliers.share, usual=USUAL, limit=found.outliers.limit, events=strangest)
