"""The election: which daemon may take the lease of an environment, where a Lease of Kubernetes decides that.

It is the protocol of client-go's leader election: one object that is renewed by compare-and-swap, and whoever waits
counts its span from when it first saw what hasn't changed since, by a clock that nobody sets.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from reconciler.kubernetes import Kind, Kubernetes, Manifest
from reconciler.lease.claim import LONGEST, Claim, Term, words
from reconciler.lease.lease import LeaseHeld
from reconciler.lease.monotonic import uptime
from reconciler.model.errors import Raced
from reconciler.ports.clock import Clock

LEASES = Kind("coordination.k8s.io", "v1", "Lease", "leases")
SPAN = timedelta(seconds=9)
"""How long a daemon is elected for without renewing it."""
EVERY = timedelta(seconds=2)
"""How often it is renewed and looked at: whoever waits has seen the last renewal, and then its end, that much later."""


@dataclass(frozen=True, slots=True)
class Office:
    """What a Lease says.

    Args:
        uid: names this Lease, and none that was made after it under its name.
        version: rises with each write.
        holder: who holds it; empty where it was given back.
        number: how often it went to another one.
        span: for how long it holds without being renewed.
        renewed: when it was renewed, by its holder's wall clock: for people alone.
    """

    uid: str
    version: str
    holder: str
    number: int
    span: timedelta
    renewed: datetime

    @classmethod
    def read(cls, manifest: Manifest) -> Self:
        """Read a Lease, whoever wrote it: what makes no sense counts as given back, or as the longest span."""
        metadata, spec = _mapping(manifest.get("metadata")), _mapping(manifest.get("spec"))
        number, seconds = spec.get("leaseTransitions"), spec.get("leaseDurationSeconds")
        span = timedelta(seconds=seconds) if isinstance(seconds, int) and 0 < seconds < LONGEST.seconds else LONGEST
        return cls(
            str(metadata.get("uid", "")),
            str(metadata.get("resourceVersion", "")),
            words(spec.get("holderIdentity") or ""),
            number if isinstance(number, int) else 0,
            span,
            _moment(spec.get("renewTime")),
        )

    @property
    def claim(self) -> Claim:
        """Return it as a claim, as people are told of it."""
        return Claim(self.holder, self.number, self.renewed + self.span, self.span)


class Election:
    """The election for one environment, as one daemon sees it. Any number of threads may use it.

    Args:
        kubernetes: the API server.
        namespace: where the Lease is.
        name: its name.
        holder: who this daemon is: no other one may ever be called the same.
        clock: tells the time that the Lease shows to people.
        span: how long a daemon is elected for without renewing it, in whole seconds.
        ticks: tells the seconds by which that is counted.
    """

    def __init__(
        self,
        kubernetes: Kubernetes,
        namespace: str,
        name: str,
        holder: str,
        clock: Clock,
        *,
        span: timedelta = SPAN,
        ticks: Callable[[], float] = uptime,
    ) -> None:
        self.holder = holder
        self._kubernetes = kubernetes
        self._metadata = {"namespace": namespace, "name": name}
        self._clock = clock
        self._span = span
        self._ticks = ticks
        self._lock = threading.Lock()
        self._mine: tuple[Office, float] | None = None
        self._watched: tuple[tuple[str, str], float] = (("", ""), 0.0)

    def acquire(self) -> Term:
        """Be elected for another span, in the same term or in a new one.

        Raises:
            LeaseHeld: another daemon is elected.
            Refused: we may not, or the namespace isn't there.
            Unavailable: the API server is out of reach; whoever is elected stays so until its span is over.
        """
        with self._lock:
            if self._mine:
                try:
                    return self._put(self._mine[0], self._mine[0].number)
                except Raced:
                    self._mine = None
            return self._stand(self._look())

    def release(self) -> None:
        """Leave the office, if this daemon holds it; the next one's term has a higher number.

        Raises:
            Unavailable: the API server is out of reach; the span runs out by itself.
        """
        with self._lock:
            if self._mine is None:
                return
            office, self._mine = self._mine[0], None
            try:
                self._put(office, office.number, is_free=True)
            except Raced:
                return

    def held(self) -> bool:
        """Tell whether this daemon is elected, by its own clock; asks nobody, and waits for nobody."""
        mine = self._mine
        return mine is not None and self._ticks() < mine[1]

    def had_last(self) -> bool:
        """Tell whether nobody is known to have been elected after this daemon, though its span may be over."""
        return self._mine is not None

    def _look(self) -> Office | None:
        found = self._kubernetes.get(LEASES, self._metadata["name"], self._metadata["namespace"])
        return Office.read(found) if found else None

    def _stand(self, office: Office | None) -> Term:
        if office and office.holder != self.holder and not self._is_free(office):
            raise LeaseHeld(office.claim)
        is_mine = office is not None and office.holder == self.holder
        try:
            return self._put(office, (office.number if office else 0) + (not is_mine))
        except Raced:
            now = self._look()
            raise LeaseHeld(now.claim if now else Claim("another daemon", 0, self._clock.now())) from None

    def _is_free(self, office: Office) -> bool:
        if not office.holder:
            return True
        now, seen = self._ticks(), (office.uid, office.version)
        if self._watched[0] != seen:
            self._watched = seen, now
        return now - self._watched[1] >= office.span.total_seconds()

    def _put(self, former: Office | None, number: int, *, is_free: bool = False) -> Term:
        """Write the Lease over the one that was seen. Its span begins now, before anybody is asked."""
        until, now = self._ticks() + self._span.total_seconds(), self._clock.now().isoformat(timespec="microseconds")
        spec: dict[str, Any] = {
            "holderIdentity": "" if is_free else self.holder,
            "leaseDurationSeconds": 1 if is_free else int(self._span.total_seconds()),
            "leaseTransitions": number,
            "renewTime": now,
        }
        if former is None:
            written = Office.read(self._kubernetes.create(LEASES, {"metadata": self._metadata, "spec": spec}))
        else:
            seen = {"uid": former.uid, "resourceVersion": former.version}
            manifest = {"metadata": {**self._metadata, **seen}, "spec": spec}
            written = Office.read(self._kubernetes.apply(LEASES, manifest))
        self._mine = None if is_free else (written, until)
        return Term(written.uid, number)


def _mapping(told: object) -> Mapping[str, Any]:
    return told if isinstance(told, dict) else {}


def _moment(told: object) -> datetime:
    try:
        found = datetime.fromisoformat(str(told))
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
