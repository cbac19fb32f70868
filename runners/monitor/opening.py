"""What every report opens with, whether there is enough to judge or not, and what it carries on from the one before.

Law of the module: nothing here needs a large library, so that a window with too few rows is told at once.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from runners.monitor.parameters import Parameters
from runners.monitor.payloads import Log

FORMAT = 1
"""Raised when a reader of former reports would misread a newer one."""
HISTORY = 50
"""Former reports whose figures are carried on."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """Which report this is, and what is known before anything is compared.

    `service` are the figures of the endpoint, `previous` is the report before, `notes` is what a reader must know.
    """

    run: str
    window: Mapping[str, Any]
    params: Parameters
    log: Log
    service: Mapping[str, Any] = field(default_factory=dict)
    previous: Mapping[str, Any] | None = None
    notes: Sequence[str] = ()
    seed: int = 0


def too_few(occasion: Occasion) -> dict[str, Any]:
    """Write the report of a window with too few rows to judge it."""
    rows, wanted = len(occasion.log.predictions), occasion.params.minimum_rows
    why = f"{rows:,} rows were logged in this window, and {wanted:,} are needed (`minimum_rows`): nothing is judged."
    empty: dict[str, Any] = {name: [] for name in ("alerts", "columns_drifted", "columns", "performance")}
    unknown = dict.fromkeys(("chunks", "reconstruction", "outliers", "distance"))
    told = {**opening(occasion, "not_enough_data"), "why": why, **empty, **unknown, "outcomes": 0, "estimator": None}
    return {**told, "service": dict(occasion.service), "notes": list(occasion.notes)}


def with_history(document: dict[str, Any], previous: Mapping[str, Any] | None) -> dict[str, Any]:
    """Carry on the key figures of former reports, the newest last."""
    former = list((previous or {}).get("history") or ())
    return document | {"history": [*former, _key_figures(document)][-HISTORY:]}


def rounded(value: Any) -> Any:
    """Return JSON with six significant digits, and None for what is no number."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return value


def opening(occasion: Occasion, verdict: str) -> dict[str, Any]:
    """Return what a report says first: which one it is, and of what it was made."""
    return {
        "format": FORMAT,
        "run": occasion.run,
        "trial": occasion.params.trial,
        "window": dict(occasion.window),
        "verdict": verdict,
        "rows": {"logged": len(occasion.log.predictions), **occasion.log.counts},
        "thresholds": occasion.params.thresholds.model_dump(mode="json", exclude_none=True),
        "metric": occasion.params.metric,
        "seed": occasion.seed,
    }


def _key_figures(document: Mapping[str, Any]) -> dict[str, Any]:
    performance = (document.get("performance") or [{}])[0]
    kept = {key: document.get(key) for key in ("run", "window", "verdict", "distance")}
    kept |= {"rows": document["rows"]["logged"], "drifted": len(document["columns_drifted"])}
    kept |= {"alerts": [alert["what"] for alert in document["alerts"]]}
    kept |= {key: performance.get(key) for key in ("metric", "reference", "estimated", "realized")}
    return kept | {key: document["service"].get(key) for key in ("rate", "error_rate", "p99_ms")}
