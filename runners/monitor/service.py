"""Service figures: how many requests, how fast, how many failed, since the report before.

They come from Caddy's metrics in the Prometheus text format (https://caddyserver.com/docs/metrics), or from those of
the serving processes themselves (`runners.serve.service_metrics`), which a Prometheus has collected. The fragment of
the URL selects series by their labels: `http://127.0.0.1:2019/metrics#server=employment` takes those whose `server` is
`employment`; without one all are added up. Counters only grow, so the former report's are taken off, unless Caddy was
started anew.
"""

import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from typing import Any
from urllib.parse import parse_qsl, urldefrag

from prometheus_client.parser import text_string_to_metric_families

from runners.monitor.histogram import quantile

DURATIONS = ("caddy_http_request_duration_seconds", "setpoint_request_duration_seconds")
HEALTHY, STARTED = "caddy_reverse_proxy_upstreams_healthy", "process_start_time_seconds"
_COUNT, _BUCKET, _SUM = (tuple(f"{name}_{part}" for name in DURATIONS) for part in ("count", "bucket", "sum"))
_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Counters:
    """What the metrics tell at a moment, added up: counts since Caddy was started at `started`.

    `at` and `started` are seconds since 1970; `buckets` maps bounds in seconds to cumulative counts.
    """

    at: float
    started: float = 0.0
    codes: Mapping[str, float] = field(default_factory=dict)
    buckets: Mapping[float, float] = field(default_factory=dict)
    seconds: float = 0.0
    healthy: int | None = None

    def document(self) -> dict[str, Any]:
        """Return the counters as JSON, for the next report."""
        buckets = {"+Inf" if bound == inf else repr(bound): count for bound, count in self.buckets.items()}
        return {"at": self.at, "started": self.started, "codes": dict(self.codes), "buckets": buckets} | {
            "seconds": self.seconds
        }


def read_counters(url: str, at: datetime | None = None) -> Counters:
    """Read the metrics at a URL.

    Raises:
        OSError: nothing answers there.
        ValueError: what answers is no Prometheus text.
    """
    place, fragment = urldefrag(url)
    with urllib.request.urlopen(place, timeout=_TIMEOUT) as answer:
        text = answer.read().decode("utf-8")
    return counters_of(text, dict(parse_qsl(fragment)), at or datetime.now(UTC))


def counters_of(text: str, labels: Mapping[str, str], at: datetime) -> Counters:
    """Add up the series that bear the labels.

    Raises:
        ValueError: the text is no Prometheus text.
    """
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    ours = [sample for sample in samples if labels.items() <= sample.labels.items()]
    healthy = [sample.value for sample in samples if sample.name == HEALTHY]
    return Counters(
        at=at.timestamp(),
        started=next((sample.value for sample in samples if sample.name == STARTED), 0.0),
        codes=_summed((s.labels.get("code", ""), s.value) for s in ours if s.name in _COUNT),
        buckets=_summed((float(s.labels["le"]), s.value) for s in ours if s.name in _BUCKET),
        seconds=sum(sample.value for sample in ours if sample.name in _SUM),
        healthy=int(sum(healthy)) if healthy else None,
    )


def counters_from(document: Mapping[str, Any]) -> Counters:
    """Return the counters that a former report kept."""
    buckets = {float(bound): count for bound, count in document["buckets"].items()}
    at, started = float(document["at"]), float(document["started"])
    return Counters(at, started, document["codes"], buckets, float(document["seconds"]))


def since(now: Counters, before: Counters | None) -> Counters:
    """Return what was counted since a former report; everything where Caddy was started anew after it.

    The result's `started` is when counting began.
    """
    if before is None or before.started != now.started or not _has_grown(now.codes, before.codes):
        return now
    codes = {code: count - before.codes.get(code, 0.0) for code, count in now.codes.items()}
    buckets = {bound: count - before.buckets.get(bound, 0.0) for bound, count in now.buckets.items()}
    return Counters(now.at, before.at, codes, buckets, now.seconds - before.seconds, now.healthy)


def figures(counted: Counters) -> dict[str, Any]:
    """Return the figures: shares 0 to 1, times in milliseconds, rates by the second.

    An error is an answer with a status of 500 and more. `in_flight` is how many requests were being answered at a
    time, on average: their time in all by the time that passed (Little's law).
    """
    requests = sum(counted.codes.values())
    errors = sum(count for code, count in counted.codes.items() if code >= "500")
    passed = counted.at - counted.started if counted.started else 0.0
    found: dict[str, Any] = {"requests": int(requests), "errors": int(errors)}
    found["from"] = datetime.fromtimestamp(counted.started, UTC).isoformat() if counted.started else None
    found["codes"] = {code: int(count) for code, count in sorted(counted.codes.items()) if count}
    found["error_rate"] = errors / requests if requests else None
    found["rate"] = requests / passed if passed > 0 else None
    found["in_flight"] = counted.seconds / passed if passed > 0 else None
    found |= {f"p{percent}_ms": _milliseconds(percent / 100, counted.buckets) for percent in (50, 95, 99)}
    return found | ({"upstreams": counted.healthy} if counted.healthy is not None else {})


def _milliseconds(share: float, buckets: Mapping[float, float]) -> float | None:
    seconds = quantile(share, buckets)
    return None if seconds is None else seconds * 1000


def _has_grown(now: Mapping[str, float], before: Mapping[str, float]) -> bool:
    return all(now.get(code, 0.0) >= count for code, count in before.items())


def _summed(pairs: Iterable[tuple[Any, float]]) -> dict[Any, float]:
    total: dict[Any, float] = {}
    for key, value in pairs:
        total[key] = total.get(key, 0.0) + value
    return total
