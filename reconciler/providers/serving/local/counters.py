"""What Caddy has counted, as values: read from its metrics, added up, and written as metrics again. Pure functions.

The text format is Prometheus's (https://prometheus.io/docs/instrumenting/exposition_formats/). Caddy counts anew after
every change of its configuration (https://caddyserver.com/docs/metrics), so what it counted is added to what was
counted before.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Self

from reconciler.model.observed import Figures

DURATIONS, UNDER_WAY = "caddy_http_request_duration_seconds", "caddy_http_requests_in_flight"
HEALTHY, STARTED = "caddy_reverse_proxy_upstreams_healthy", "process_start_time_seconds"
TURNED_AWAY = "setpoint_endpoint_refused_total"
PROXY = 'handler="reverse_proxy"'
REFUSALS = re.compile(r'code="401".*handler="static_response"')
"""The answers to whom isn't let in, which come from Caddy itself."""
INTERNAL, PUBLIC, SPLIT = "internal", "public", "split"
"""The router's servers. Each one's name ends with what they all begin to count anew with."""
_LINE = re.compile(r"(\w+)\{(.*)\} (\S+)$")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True)
class Histogram:
    """Durations of requests: how many, their sum in seconds, and cumulative counts by the text of each upper bound."""

    count: float = 0.0
    seconds: float = 0.0
    buckets: Mapping[str, float] = field(default_factory=dict)

    def plus(self, other: Self, sign: int = 1) -> Self:
        """Return the sum with another, or the difference where the sign is -1."""
        bounds = {**self.buckets, **other.buckets}
        return type(self)(
            self.count + sign * other.count,
            self.seconds + sign * other.seconds,
            {bound: self.buckets.get(bound, 0.0) + sign * other.buckets.get(bound, 0.0) for bound in bounds},
        )

    def as_json(self) -> list[Any]:
        """Return it as JSON-compatible values."""
        return [self.count, self.seconds, dict(self.buckets)]


ByCode = Mapping[str, Histogram]
"""Histograms by the status code of the answer."""
Counts = Mapping[str, ByCode]
"""What was counted, by the host that requests were sent on with."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What Caddy's metrics said at one look. `generation` changes whenever Caddy begins to count anew."""

    generation: str = ""
    counts: Counts = field(default_factory=dict)
    under_way: Mapping[str, float] = field(default_factory=dict)
    unhealthy: frozenset[str] = frozenset()


def read(text: str) -> Sample:
    """Read the part of Caddy's metrics that is about requests that were sent on."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    under_way: dict[str, float] = {}
    unhealthy: set[str] = set()
    server = started = ""
    for name, labels, value in _series(text):
        if name == HEALTHY:
            unhealthy |= {labels["upstream"]} if value == 0 else set()
        elif name == UNDER_WAY:
            under_way[labels["host"]] = under_way.get(labels["host"], 0.0) + value
        else:
            server = f"{INTERNAL}-{labels['server'].rpartition('-')[2]}"
            if labels.get("method", "POST") != "POST" and labels["handler"] == "reverse_proxy":
                continue  # an inference is a POST: what is read besides, as a health, is no sign of it
            told = found.setdefault(labels["host"], {}).setdefault(labels["code"], {})
            told[labels.get("le", name)] = told.get(labels.get("le", name), 0.0) + value
    if match := re.search(rf"^{STARTED} (\S+)$", text, re.MULTILINE):
        started = match[1]
    counts = {host: {code: _histogram(told) for code, told in codes.items()} for host, codes in found.items()}
    return Sample(f"{server}@{started}", counts, under_way, frozenset(unhealthy))


def _series(text: str) -> Iterable[tuple[str, dict[str, str], float]]:
    for line in text.splitlines():
        is_ours = line.startswith((DURATIONS, UNDER_WAY)) and (PROXY in line or REFUSALS.search(line))
        if (is_ours or line.startswith(HEALTHY)) and (match := _LINE.match(line)):
            yield match[1], dict(_LABEL.findall(match[2])), float(match[3])


def _histogram(told: Mapping[str, float]) -> Histogram:
    names = (f"{DURATIONS}_count", f"{DURATIONS}_sum")
    count, seconds = (told.get(name, 0.0) for name in names)
    return Histogram(count, seconds, {bound: value for bound, value in told.items() if bound not in names})


def grown(before: Counts, now: Counts) -> Counts:
    """Return what was counted between two looks; all of it where Caddy has begun anew."""
    return {
        host: {code: _growth(before.get(host, {}).get(code), histogram) for code, histogram in codes.items()}
        for host, codes in now.items()
    }


def _growth(before: Histogram | None, now: Histogram) -> Histogram:
    return now.plus(before, -1) if before and now.count >= before.count else now


def added(first: Counts, second: Counts) -> Counts:
    """Return the sum of two counts."""
    return {host: _added(first.get(host, {}), second.get(host, {})) for host in {**first, **second}}


def _added(first: ByCode, second: ByCode) -> ByCode:
    return {code: first.get(code, Histogram()).plus(second.get(code, Histogram())) for code in {**first, **second}}


def summed(counts: Iterable[ByCode]) -> ByCode:
    """Return the sum over hosts."""
    return reduce(_added, counts, {})


def figures(codes: ByCode) -> Figures:
    """Return service figures: an error is an answer of 500 and more; what clients did wrong isn't counted."""
    ours = {code: histogram for code, histogram in codes.items() if not "400" <= code < "500"}
    whole = reduce(Histogram.plus, ours.values(), Histogram())
    if not whole.count:
        return Figures()
    errors = sum(histogram.count for code, histogram in ours.items() if code >= "500")
    buckets = {1000 * float(bound): count for bound, count in whole.buckets.items()}
    return Figures(requests=round(whole.count), errors=round(errors), buckets=buckets)


def exposition(name: str, counts: Counts, ready: Mapping[str, int], since: float, refused: int = 0) -> str:
    """Write an endpoint's counts as metrics: the names are Caddy's, the counts go on through its changes.

    Args:
        name: the deployment's name.
        counts: what was counted, by revision.
        ready: the replicas that are ready, by revision.
        since: when counting began, in seconds since 1970.
        refused: how many requests weren't let in by the internal address.
    """
    lines = [
        f"# HELP {DURATIONS} Histogram of round-trip request durations.",
        f"# TYPE {DURATIONS} histogram",
    ]
    for revision, codes in sorted(counts.items()):
        for code, histogram in sorted(codes.items()):
            labels = f'code="{code}",deployment="{name}",revision="{revision}"'
            lines += [f'{DURATIONS}_bucket{{{labels},le="{le}"}} {n:.0f}' for le, n in histogram.buckets.items()]
            lines += [f"{DURATIONS}_sum{{{labels}}} {histogram.seconds!r}"]
            lines += [f"{DURATIONS}_count{{{labels}}} {histogram.count:.0f}"]
    lines += [f"# HELP {HEALTHY} Replicas that are ready.", f"# TYPE {HEALTHY} gauge"]
    lines += [f'{HEALTHY}{{upstream="{name}/{revision}"}} {number}' for revision, number in sorted(ready.items())]
    if refused:
        lines += [f"# HELP {TURNED_AWAY} Requests without a token that lets in.", f"# TYPE {TURNED_AWAY} counter"]
        lines += [f'{TURNED_AWAY}{{deployment="{name}"}} {refused}']
    lines += [f"# HELP {STARTED} When counting began.", f"# TYPE {STARTED} gauge", f"{STARTED} {since!r}"]
    return "\n".join(lines) + "\n"


def counts_as_json(counts: Counts) -> dict[str, dict[str, list[Any]]]:
    """Return counts as JSON-compatible values."""
    return {host: {code: histogram.as_json() for code, histogram in codes.items()} for host, codes in counts.items()}


def counts_from_json(told: Mapping[str, Any]) -> Counts:
    """Read what `counts_as_json` wrote."""
    return {host: {code: Histogram(*item) for code, item in codes.items()} for host, codes in told.items()}
