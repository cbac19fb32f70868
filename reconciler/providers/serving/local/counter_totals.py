"""The totals: what was counted of every endpoint, through all changes and restarts of Caddy and of the daemon.

A look at Caddy's counters is added to what was counted before. What was counted when the traffic last changed is kept
beside it, so that figures can be told since then.
"""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.model.ids import Digest
from reconciler.model.observed import Figures
from reconciler.providers.serving.local.counters import (
    Counts,
    Sample,
    added,
    counts_as_json,
    counts_from_json,
    exposition,
    figures,
    grown,
    read,
    summed,
)
from reconciler.providers.serving.local.inner_gate import refused_host
from reconciler.providers.serving.local.records import EndpointRecord
from reconciler.providers.serving.local.routing import host_of
from reconciler.providers.serving.local.scale import CALM, SPAN, Moment
from reconciler.providers.serving.local.store import Store, read_json, write

WRITE_EVERY = 2.0
"""Seconds between two writes of counts that go on changing."""


FORMER = "former"
"""Stands for all revisions that are gone."""
REFUSED = "refused"
"""Stands for what no revision was asked, as who asked wasn't let in by the internal address."""


@dataclass(frozen=True, slots=True)
class Account:
    """What was counted of one endpoint, by revision.

    `total` is all of it, `mark` what it was when the traffic last changed, at `since`. `seen` is what Caddy said last,
    in its `generation`. Revisions that are gone are added up under `FORMER`.
    """

    total: Counts = field(default_factory=dict)
    mark: Counts = field(default_factory=dict)
    since: float | None = None
    seen: Counts = field(default_factory=dict)
    generation: str = ""

    def plus(self, sample: Sample, mine: Counts) -> "Account":
        """Return the account with a look at Caddy's counters added."""
        before = self.seen if sample.generation == self.generation else {}
        total = added(self.total, grown(before, mine))
        return replace(self, total=total, seen=mine, generation=sample.generation)

    def folded(self, known: Collection[str]) -> "Account":
        """Return the account with the counts of revisions that are gone added up."""
        if self.total.keys() <= {*known, FORMER}:
            return self
        return replace(self, total=_folded(self.total, known), mark=_folded(self.mark, known))

    def marked(self, since: float | None) -> "Account":
        """Return the account with a mark at a change of the traffic; one that is marked already stays as it is."""
        return self if since == self.since else replace(self, since=since, mark=self.total)

    @property
    def figures(self) -> Figures:
        """Return the service figures of all revisions since the mark."""
        return figures(summed(grown(self.mark, self.total).values()))

    @property
    def by_revision(self) -> Mapping[Digest, Figures]:
        """Return the service figures of each revision since the mark."""
        return {Digest(name): figures(codes) for name, codes in grown(self.mark, self.total).items()}

    def as_json(self) -> dict[str, Any]:
        """Return the account as JSON-compatible values."""
        counts = {"total": self.total, "mark": self.mark, "seen": self.seen}
        told = {name: counts_as_json(value) for name, value in counts.items()}
        return {**told, "since": self.since, "generation": self.generation}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Account":
        """Read what `as_json` wrote."""
        total, mark, seen = (counts_from_json(told[name]) for name in ("total", "mark", "seen"))
        return cls(total, mark, told["since"], seen, str(told["generation"]))


@dataclass(slots=True)
class _Page:
    account: Account
    written: Account
    at: float = 0.0
    moments: dict[str, deque[Moment]] = field(default_factory=dict)


class CounterTotals:
    """Keeps the accounts of all endpoints."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pages: dict[str, _Page] = {}
        self.unhealthy: frozenset[str] = frozenset()
        """The upstreams that didn't answer their last health checks, as of the last look."""

    def enter(self, text: str, endpoints: Sequence[EndpointRecord], now: float) -> None:
        """Add a look at Caddy's metrics."""
        sample = read(text)
        self.unhealthy = sample.unhealthy
        for endpoint in endpoints:
            page = self._page(endpoint.name)
            hosts = {str(name): host_of(endpoint.name, name) for name in endpoint.revisions}
            hosts[REFUSED] = refused_host(endpoint.name)
            mine = {name: sample.counts[host] for name, host in hosts.items() if host in sample.counts}
            page.account = page.account.plus(sample, mine).folded(hosts).marked(endpoint.since)
            for name, host in hosts.items():
                _note(page, name, sample.under_way.get(host, 0.0), now)
            if page.account.total != page.written.total and now >= page.at + WRITE_EVERY:
                self.save(endpoint, now)

    def mark(self, endpoint: EndpointRecord, now: float) -> None:
        """Begin to count anew for the figures: the traffic has changed."""
        page = self._page(endpoint.name)
        page.account = page.account.marked(endpoint.since)
        self.save(endpoint, now)

    def figures(self, endpoint: EndpointRecord) -> Figures:
        """Return an endpoint's service figures since its traffic last changed."""
        account = self._current(endpoint)
        return account.figures if account else Figures()

    def counted(self, endpoint: EndpointRecord) -> Mapping[Digest, Figures]:
        """Return the same by revision, of those that are there."""
        account = self._current(endpoint)
        found = account.by_revision if account else {}
        return {name: told for name, told in found.items() if name in endpoint.revisions}

    def _current(self, endpoint: EndpointRecord) -> Account | None:
        """Return an endpoint's account, if its mark is that of the traffic as it is."""
        account = self._page(endpoint.name).account
        return account if endpoint.traffic and account.since == endpoint.since else None

    def moments(self, name: str, revision: Digest) -> Sequence[Moment]:
        """Return what was counted of a revision lately, oldest first."""
        return tuple(self._page(name).moments.get(revision, ()))

    def save(self, endpoint: EndpointRecord, now: float) -> None:
        """Write an endpoint's account, and its metrics for others to read."""
        page = self._page(endpoint.name)
        write(self._store.folder / "counts" / f"{endpoint.name}.json", page.account.as_json())
        ready = {str(name): revision.ready for name, revision in endpoint.revisions.items()}
        answered = {name: codes for name, codes in page.account.total.items() if name != REFUSED}
        refused = sum(histogram.count for histogram in page.account.total.get(REFUSED, {}).values())
        text = exposition(endpoint.name, answered, ready, endpoint.created, round(refused))
        write(self._store.folder / "metrics" / f"{endpoint.name}.prom", text)
        page.written, page.at = page.account, now

    def close(self, name: str) -> None:
        """Forget an endpoint."""
        self._pages.pop(name, None)
        (self._store.folder / "counts" / f"{name}.json").unlink(missing_ok=True)
        (self._store.folder / "metrics" / f"{name}.prom").unlink(missing_ok=True)

    def _page(self, name: str) -> _Page:
        if name not in self._pages:
            account = _account(read_json(self._store.folder / "counts" / f"{name}.json"))
            self._pages[name] = _Page(account, account)
        return self._pages[name]


def _account(told: Mapping[str, Any]) -> Account:
    """Read an account; one that isn't there, or can't be understood, begins anew."""
    try:
        return Account.from_json(told)
    except (AttributeError, KeyError, TypeError, ValueError):
        return Account()


def _folded(counts: Counts, known: Collection[str]) -> Counts:
    kept = {name: codes for name, codes in counts.items() if name in known}
    former = summed(codes for name, codes in counts.items() if name not in known)
    return {**kept, FORMER: former}


def _note(page: _Page, revision: str, under_way: float, now: float) -> None:
    """Remember how far a revision's count was, as long as it matters for following the load."""
    requests = sum(histogram.count for histogram in page.account.total.get(revision, {}).values())
    moments = page.moments.setdefault(revision, deque())
    moments.append(Moment(now, requests, under_way))
    while moments[0].at < now - CALM - 2 * SPAN:
        moments.popleft()
