"""How the endpoint was used: what its proxy counted, and how long its model took by the payload log."""

from math import ceil
from typing import Any

from runners.monitor.payloads import Log
from runners.monitor.report import Former
from runners.monitor.service import Counters, counters_from, figures, read_counters, since


def service_of(url: str | None, before: Counters | None, log: Log) -> dict[str, Any]:
    """Return the service figures since the former report; metrics that are out of reach are noted, not fatal."""
    told: dict[str, Any] = {"model": model_times(log)} if log.seconds else {}
    if not url:
        return told
    try:
        now = read_counters(url)
    except (OSError, ValueError) as error:
        kept = {"counters": before.document()} if before else {}
        return told | kept | {"note": f"The endpoint's metrics can't be read: {error}"}
    return told | figures(since(now, before)) | {"counters": now.document()}


def former_counters(previous: Former | None) -> Counters | None:
    """Return what the endpoint had counted at the former report."""
    kept = previous.service.counters if previous else None
    return counters_from(kept) if kept else None


def model_times(log: Log) -> dict[str, float]:
    """Return quantiles of the time that the model took for an event, in milliseconds, by the nearest rank."""
    ordered = sorted(log.seconds)
    ranks = {percent: ceil(len(ordered) * percent / 100) - 1 for percent in (50, 95, 99)}
    return {f"p{percent}_ms": ordered[rank] * 1000 for percent, rank in ranks.items()}
