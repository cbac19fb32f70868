"""How the daemon is: what `/readyz` answers, and its metrics in Prometheus' words."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import prometheus_client as prometheus
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from reconciler.loop.cycle import Pass
from reconciler.loop.outbox import Counts
from reconciler.model.ids import kind_of
from reconciler.model.reviews import Allowance


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of the daemon at one moment. `problems` says what is in trouble, and how, if anything is."""

    started: datetime
    has_lease: bool = False
    last_pass: datetime | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    waits_for: str = ""

    @property
    def problem(self) -> str:
        """Return all problems in one line; empty where there is none."""
        return "; ".join(self.problems.values())


def unready(health: Health, now: datetime, longest: timedelta) -> tuple[str, ...]:
    """Return the reasons why the daemon isn't ready; none when it is.

    Args:
        health: what is known.
        now: the time.
        longest: how long the loop may take between the ends of two passes.
    """
    reasons = list(health.problems.values())
    if not health.has_lease:
        reasons.append(f"the lease is held by {health.waits_for}" if health.waits_for else "the lease is not held")
    if health.last_pass is None:
        reasons.append("no pass has ended yet")
    elif now - health.last_pass > longest:
        reasons.append(f"the loop has finished no pass for {longest.total_seconds():g} s")
    return tuple(reasons)


class _Forge(Collector):
    """What is known of the forge's limit of requests whenever somebody looks; nothing where it has none."""

    def __init__(self) -> None:
        self.allowance: Callable[[], Allowance | None] = lambda: None

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics, without a value what isn't known."""
        known = self.allowance() or Allowance({})
        for name, text, value in (
            ("remaining", "Requests that the forge still takes before its limit is renewed.", known.remaining),
            ("limit", "Requests that the forge takes from one renewal to the next.", known.limit),
            ("reset_timestamp_seconds", "When the forge renews its limit of requests.", known.renewed),
        ):
            gauge = GaugeMetricFamily(f"setpoint_forge_budget_{name}", text)
            if value is not None:
                gauge.add_metric([], value)
            yield gauge
        text = "Requests that were made to the forge, by the kind of its answer."
        requests = CounterMetricFamily("setpoint_forge_requests", text, labels=["answer"])
        for answer, number in sorted(known.requests.items()):
            requests.add_metric([answer], number)
        yield requests


class _Lineage(Collector):
    """How many run events were sent, lost and wait, whenever somebody looks."""

    def __init__(self) -> None:
        self.counts: Callable[[], Counts] = Counts

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics."""
        known = self.counts()
        events = CounterMetricFamily(
            "setpoint_lineage_events", "Run events, by what became of them.", labels=["result"]
        )
        events.add_metric(["sent"], known.sent)
        events.add_metric(["lost"], known.lost)
        yield events
        yield GaugeMetricFamily("setpoint_lineage_waiting", "Run events that wait to be sent.", known.waiting)


class _Notices(Collector):
    """How many messages each route was sent, lost, and waits for, whenever somebody looks."""

    def __init__(self) -> None:
        self.counts: Callable[[], Mapping[str, Counts]] = dict

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics."""
        text = "Messages about what needs a person, by their route and what became of them."
        messages = CounterMetricFamily("setpoint_notices", text, labels=["route", "result"])
        text = "Messages about what needs a person that wait to be sent."
        waiting = GaugeMetricFamily("setpoint_notices_waiting", text, labels=["route"])
        for route, known in self.counts().items():
            messages.add_metric([route, "sent"], known.sent)
            messages.add_metric([route, "lost"], known.lost)
            waiting.add_metric([route], known.waiting)
        yield messages
        yield waiting


class Metrics:
    """The daemon's metrics, in a registry of its own.

    Args:
        environment: the environment's name.
    """

    def __init__(self, environment: str) -> None:
        self.registry = prometheus.CollectorRegistry()
        to = self.registry
        self._passes = prometheus.Counter("setpoint_passes", "Passes that have ended.", ["result"], registry=to)
        self._seconds = prometheus.Histogram("setpoint_pass_seconds", "How long a pass took.", registry=to)
        self._changes = prometheus.Counter(
            "setpoint_changes", "Changes that were tried.", ["port", "verb", "result"], registry=to
        )
        self._resources = prometheus.Gauge(
            "setpoint_resources", "Resources by kind and state.", ["kind", "state"], registry=to
        )
        self._unread = prometheus.Gauge(
            "setpoint_port_unread", "1 while an engine can't be read.", ["port"], registry=to
        )
        self._notes = prometheus.Gauge(
            "setpoint_notes", "Notes of the last pass, such as that the newest commit isn't applied.", registry=to
        )
        self._lease = prometheus.Gauge("setpoint_lease_held", "1 while this daemon may write.", registry=to)
        self._last = prometheus.Gauge("setpoint_last_pass_timestamp_seconds", "When the last pass ended.", registry=to)
        self._forge = _Forge()
        to.register(self._forge)
        self._lineage = _Lineage()
        to.register(self._lineage)
        self._notices = _Notices()
        to.register(self._notices)
        prometheus.Info("setpoint_environment", "The environment.", registry=to).info({"name": environment})

    def passed(self, done: Pass, seconds: float, now: datetime) -> None:
        """Count a pass that has ended."""
        self._passes.labels("ok").inc()
        self._seconds.observe(seconds)
        self._last.set(now.timestamp())
        for outcome in done.outcomes:
            self._changes.labels(outcome.change.port, outcome.change.verb, "failed" if outcome.error else "done").inc()
        counted = Counter((kind_of(d.address), d.phase.value) for d in done.plan.decisions.values())
        self._resources.clear()
        for (kind, state), number in counted.items():
            self._resources.labels(kind, state).set(number)
        self._notes.set(len(done.plan.notes))
        for port in ("data", "pool", "serving", "forge", "labelling"):
            self._unread.labels(port).set(port in done.actual.unread)

    def failed(self) -> None:
        """Count a pass that could not be made."""
        self._passes.labels("failed").inc()

    def forge(self, allowance: Callable[[], Allowance | None]) -> None:
        """Tell by what it is known how often the forge may be asked, and was: asked whenever somebody looks."""
        self._forge.allowance = allowance

    def lineage(self, counts: Callable[[], Counts]) -> None:
        """Tell by what it is known how many run events were sent and lost: asked whenever somebody looks."""
        self._lineage.counts = counts

    def notices(self, counts: Callable[[], Mapping[str, Counts]]) -> None:
        """Tell by what it is known how many messages each route was sent and lost: asked whenever somebody looks."""
        self._notices.counts = counts

    def lease(self, held: Callable[[], bool]) -> None:
        """Tell by what it is known whether the lease is held: asked whenever somebody looks."""
        self._lease.set_function(held)


class Pulse:
    """The daemon's health as it changes: written by the loop's threads, read by the web.

    Args:
        started: when the daemon started.
        held: tells whether the lease is held, by its own clock: nobody has to find out that it ran out.
        ticks: tells seconds by a clock that nobody sets.
    """

    def __init__(
        self,
        started: datetime,
        held: Callable[[], bool] = lambda: False,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._held = held
        self._ticks = ticks
        self._turned = ticks()
        self._lock = threading.Lock()
        self._health = Health(started)

    @property
    def health(self) -> Health:
        """Return what is known now."""
        return replace(self._health, has_lease=self._held())

    def turn(self) -> None:
        """Tell that the loop goes round, with a pass or without: it doesn't hang."""
        self._turned = self._ticks()

    @property
    def still(self) -> timedelta:
        """Return for how long the loop hasn't gone round."""
        return timedelta(seconds=self._ticks() - self._turned)

    def watches(self, held: Callable[[], bool]) -> None:
        """Tell by what it is known whether the lease is held, once there is one."""
        self._held = held

    def beat(self, now: datetime) -> None:
        """Tell that a pass has ended well."""
        with self._lock:
            self._health = replace(self._without("pass"), last_pass=now)

    def trouble(self, what: str, problem: str) -> bool:
        """Tell that a part of the daemon is in trouble; return whether that is news."""
        with self._lock:
            is_news = self._health.problems.get(what) != problem
            self._health = replace(self._health, problems={**self._health.problems, what: problem})
        return is_news

    def well(self, what: str) -> None:
        """Tell that a part of the daemon is in trouble no more."""
        with self._lock:
            self._health = self._without(what)

    def waits_for(self, holder: str) -> None:
        """Tell who else holds the lease; nobody, if empty."""
        with self._lock:
            self._health = replace(self._health, waits_for=holder)

    def _without(self, what: str) -> Health:
        left = {part: problem for part, problem in self._health.problems.items() if part != what}
        return replace(self._health, problems=left)
