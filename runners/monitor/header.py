"""What every report opens with, whether there is enough to judge or not, and what it carries on from the one before.

Law of the module: nothing here needs a large library, so that a window with too few rows is told at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from runners.monitor.kept import RiskPart
from runners.monitor.parameters import Parameters
from runners.monitor.payloads import Log
from runners.monitor.report import Former, KeyFigures, Report, Rows, ServicePart, Span, Verdict
from runners.monitor.tracking import COVERED, Known, tracked

HISTORY = 50
"""Former reports whose figures are carried on."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """Which report this is, and what is known before anything is compared.

    `former` are the predictions before the window whose outcomes may still arrive, `service` are the figures of the
    endpoint, `previous` is the report before, `notes` is what a reader must know, `versions` are those of the model's
    data with their URLs, the one that it was trained on first.
    """

    run: str
    window: Mapping[str, Any]
    params: Parameters
    log: Log
    service: Mapping[str, Any] = field(default_factory=dict)
    previous: Former | None = None
    notes: Sequence[str] = ()
    seed: int = 0
    former: Log = field(default_factory=Log)
    versions: Sequence[tuple[str, str]] = ()


def too_few(occasion: Occasion) -> Report:
    """Write the report of a window with too few rows to judge it."""
    rows, wanted = occasion.log.rows, occasion.params.minimum_rows
    why = f"{rows:,} rows were logged in this window, and {wanted:,} are needed (`minimum_rows`): nothing is judged."
    opened = opening(occasion, "not_enough_data")
    told = {"why": why, "risk_gap": "the window has too few rows"} if opened.risk else {"why": why}
    return opened.model_copy(update=told)


def with_history(report: Report) -> Report:
    """Add this report's key figures to those of the former ones, as the newest.

    Windows whose outcomes are known by now are told anew.
    """
    known = {
        one.window: {"realized": one.realized, "known": one.known} for one in report.windows if one.realized is not None
    }
    history = (*report.history, _key_figures(report))[-HISTORY:]
    told = tuple(one.model_copy(update=known.get(one.window, {})) for one in history)
    return report.model_copy(update={"history": told, "track": tracked(_known(told))})


def _known(history: Sequence[KeyFigures]) -> list[Known]:
    """Return the windows of the newest model and metric of which nearly all outcomes are known, the oldest first."""
    newest = history[-1]
    return [
        Known(one.estimated, one.realized, one.rows, one.weighted, one.multicalibrated)
        for one in history
        if (one.trial, one.metric) == (newest.trial, newest.metric)
        and one.estimated is not None
        and one.realized is not None
        and one.rows
        and one.known >= COVERED * one.rows
    ]


def opening(occasion: Occasion, verdict: Verdict) -> Report:
    """Return what every report says: which one it is, of what it was made, and what went before."""
    return Report(
        run=occasion.run,
        trial=occasion.params.trial,
        window=Span.model_validate(dict(occasion.window)),
        verdict=verdict,
        rows=Rows(logged=occasion.log.rows, **occasion.log.counts),
        thresholds=occasion.params.thresholds,
        metric=occasion.params.metric,
        seed=occasion.seed,
        service=ServicePart.model_validate(dict(occasion.service)),
        notes=tuple(occasion.notes),
        history=occasion.previous.history if occasion.previous else (),
        risk=_carried(occasion.previous),
    )


def _carried(previous: Former | None) -> RiskPart | None:
    """Return the risk that a former report told, to which this one has added nothing yet."""
    risk = previous.risk if previous else None
    return risk.model_copy(update={"counted": 0}) if risk else None


def _key_figures(report: Report) -> KeyFigures:
    first, service = report.first(), report.service
    return KeyFigures(
        run=report.run,
        trial=report.trial,
        window=report.window,
        verdict=report.verdict,
        rows=report.rows.logged,
        drifted=len(report.columns_drifted),
        alerts=tuple(alert.what for alert in report.alerts),
        distance=report.distance,
        metric=first.metric if first else None,
        reference=first.reference if first else None,
        estimated=first.estimated if first else None,
        weighted=first.weighted if first else None,
        multicalibrated=first.multicalibrated if first else None,
        realized=first.realized if first else None,
        rate=service.rate,
        error_rate=service.error_rate,
        p99_ms=service.p99_ms,
    )
