"""Service figures of this process, in the metrics at `/metrics`: requests by their status and how long they took.

A Prometheus that scrapes all replicas adds them up; `runners.monitor.service` reads them there.
"""

from functools import lru_cache

from prometheus_client import Histogram

from runners.serve.events import Origin
from runners.serve.request_context import Exchange

SECONDS = Histogram(
    "setpoint_request_duration_seconds",
    "Seconds that inference requests took, but those of smoke tests.",
    ("deployment", "revision", "code"),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def count(exchange: Exchange, origin: Origin) -> None:
    """Count a request that was answered."""
    _series(origin, exchange.status).observe(exchange.seconds)


@lru_cache
def _series(origin: Origin, status: int) -> Histogram:
    """Return what counts the answers of a status: looking for it each time takes longer than counting."""
    return SECONDS.labels(origin.deployment.split("/", 1)[-1], origin.revision, str(status))
