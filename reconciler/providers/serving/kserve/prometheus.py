"""What a Prometheus knows of an endpoint: its figures since a moment, and where monitors read its series.

A series that is younger than the moment is counted from zero, which `increase` would not do: an error's first series
comes with the first error. One that began anew counts what it has reached since. Source of the query language and of
the answer's form: https://prometheus.io/docs/prometheus/latest/querying/api/.
"""

import json
import math
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import datetime
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode

from reconciler.model.errors import Unavailable
from reconciler.model.ids import Address, Digest, name_of
from reconciler.model.observed import Figures
from reconciler.providers.serving.kserve.options import Options

SERIES = "setpoint_request_duration_seconds"
"""The histogram of `runners.serve.service_metrics`, with the labels `deployment`, `revision` and `code`."""
LARGEST = 1 << 20
"""Bytes of an answer: some twenty numbers are expected for each revision."""


def labels(deployment: Address, options: Options) -> Mapping[str, str]:
    """Return the labels that tell an endpoint's series from those of all others in the same Prometheus."""
    told = options.series if options.series is not None else {"namespace": options.namespace}
    return {**told, "deployment": name_of(deployment)}


def selector(series: str, wanted: Mapping[str, str], more: str = "") -> str:
    """Return the selector of series with these labels; `more` is another matcher."""
    matchers = [f"{name}={json.dumps(value)}" for name, value in wanted.items()]
    return f"{series}{{{','.join([*matchers, *([more] if more else [])])}}}"


def metrics_url(deployment: Address, options: Options) -> str:
    """Return where Prometheus tells the series of an endpoint's pods in its text format, where one has them."""
    if not options.is_scraped:
        return ""
    wanted = selector("", labels(deployment, options), f'__name__=~"{SERIES}_.+"')
    return f"{options.metrics.rstrip('/')}/federate?{urlencode({'match[]': wanted})}"


def query(wanted: Mapping[str, str], seconds: int) -> str:
    """Return the question for all figures at once: numbers by the labels `figure` and `revision`, times by `le` too.

    What clients did wrong, answers of 400 to 499, is not asked for.
    """
    ours = selector(f"{SERIES}_count", wanted, 'code!~"4.."')
    failed = selector(f"{SERIES}_count", wanted, 'code=~"5.."')
    times = selector(f"{SERIES}_bucket", wanted, 'code!~"4.."')
    asked = {
        "requests": f"sum by (revision) ({_grown(ours, seconds)})",
        "errors": f"sum by (revision) ({_grown(failed, seconds)})",
        "times": f"sum by (revision, le) ({_grown(times, seconds)})",
    }
    return " or ".join(f'label_replace({one}, "figure", "{name}", "", "")' for name, one in asked.items())


def _grown(series: str, seconds: int) -> str:
    """Return how much each series has grown in the last seconds."""
    most = f"max_over_time({series}[{seconds}s])"
    return f"clamp_min({most} - ({series} offset {seconds}s or {most} * 0), 0)"


def figures_of(answer: Any) -> Mapping[Digest, Figures]:
    """Read an answer by revision; without any series nobody has asked the endpoint anything.

    Raises:
        ValueError: it isn't the answer to `query`.
    """
    found: dict[str, dict[str, dict[float, float]]] = {}
    try:
        for one in answer["data"]["result"]:
            labels, value = one["metric"], float(one["value"][1])
            told = found.setdefault(labels.get("revision", ""), {}).setdefault(labels["figure"], {})
            if math.isfinite(value):
                told[1000 * float(labels.get("le", "inf"))] = value
    except (AttributeError, KeyError, TypeError, IndexError) as error:
        raise ValueError("it is no answer to a query") from error
    return {Digest(revision): _figures(told) for revision, told in found.items()}


def _figures(told: Mapping[str, Mapping[float, float]]) -> Figures:
    requests, errors = (round(sum(told.get(name, {}).values())) for name in ("requests", "errors"))
    return Figures(requests=requests, errors=errors, buckets=told.get("times", {}))


def ask(deployment: Address, since: datetime, now: datetime, options: Options) -> Mapping[Digest, Figures]:
    """Ask for the figures of an endpoint's revisions since a moment.

    Raises:
        Unavailable: Prometheus doesn't answer, or not with figures.
    """
    seconds = max(1, math.ceil((now - since).total_seconds()))
    asked = urlencode({"query": query(labels(deployment, options), seconds), "time": now.timestamp()})
    place = options.metrics.rstrip("/")
    try:
        with urllib.request.urlopen(f"{place}/api/v1/query", asked.encode(), options.timeout) as answer:
            return figures_of(json.loads(answer.read(LARGEST)))
    except urllib.error.HTTPError as error:
        with error:
            raise _unread(place, f"it answers {error.code}") from error
    except (OSError, HTTPException) as error:
        raise _unread(place, "it can't be reached") from error
    except ValueError as error:
        raise _unread(place, "its answer is none of a Prometheus") from error


def _unread(place: str, why: str) -> Unavailable:
    return Unavailable(f"no figures from the Prometheus at {place}: {why}", "see that it runs, and the option metrics")
