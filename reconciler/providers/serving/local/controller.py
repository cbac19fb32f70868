"""The controller: brings processes and Caddy to what is written down, one look at a time."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from reconciler.model.ids import Digest, address, name_of
from reconciler.providers.serving.local.access import guard_of
from reconciler.providers.serving.local.counter_totals import CounterTotals
from reconciler.providers.serving.local.inner_gate import inner_of
from reconciler.providers.serving.local.proxies import Gate
from reconciler.providers.serving.local.records import EndpointRecord, RevisionRecord
from reconciler.providers.serving.local.replica_lifecycle import DRAIN, advance
from reconciler.providers.serving.local.replicas import Replicas
from reconciler.providers.serving.local.scale import follow
from reconciler.providers.serving.local.sites import Site
from reconciler.providers.serving.local.store import Store
from runners.contract import endpoint_tokens

LOOK_EVERY = 1.0
"""Seconds between two looks at Caddy's counters."""
HUNG_AFTER = 30.0
"""Seconds after which a replica that is alive, does nothing and answers no health check is replaced."""
BUSY_AFTER = 300.0
"""Seconds after which one is replaced that works and answers none."""
WORKING = 0.05
"""The share of a CPU from which a process works."""


class Silence(NamedTuple):
    """Since when a replica has answered no health check, and how long its process had worked by then."""

    at: float
    worked: float


class ReplicaController:
    """Lets time pass for all endpoints of a folder.

    Args:
        store: the folder.
        replicas: the processes.
        gate: the two Caddys.
        totals: what was counted.
        forward: the URL of the authentication service.
    """

    def __init__(
        self,
        store: Store,
        replicas: Replicas,
        gate: Gate,
        totals: CounterTotals,
        forward: str = "",
    ) -> None:
        self._store = store
        self._replicas = replicas
        self._gate = gate
        self._totals = totals
        self._forward = forward
        self._looked = float("-inf")
        self._silent: dict[str, Silence] = {}

    def settle(self, now: float) -> None:
        """Let time pass. One endpoint's trouble doesn't keep the others waiting.

        Raises:
            OSError: something couldn't be read, written or started; the rest was done.
        """
        troubles: list[OSError] = []
        if now >= self._looked + LOOK_EVERY:
            self.look(now)
        for endpoint in self._store.endpoints().values():
            _contain(troubles, partial(self._tend, endpoint, now))
        _contain(troubles, partial(self.open_gate, now))
        for path, endpoint in self._store.leaving().items():
            _contain(troubles, partial(self._see_off, path, endpoint, now))
        if troubles:
            raise troubles[0]

    def look(self, now: float) -> None:
        """Look at Caddy's counters: add them to the accounts, and follow the load."""
        self._looked = now
        text = self._gate.metrics()
        endpoints = self._store.endpoints()
        if text is None or not endpoints:
            return
        self._totals.enter(text, tuple(endpoints.values()), now)
        for endpoint in endpoints.values():
            self._follow(endpoint)
        self._replace_hung(tuple(endpoints.values()), now)

    def _follow(self, endpoint: EndpointRecord) -> None:
        scaled = endpoint
        for name, revision in endpoint.revisions.items():
            if revision.proven and not revision.stopping:
                moments = self._totals.moments(endpoint.name, name)
                wanted = follow(revision.wanted, moments, revision.order.replicas)
                if wanted != revision.wanted:
                    scaled = scaled.with_revision(replace(revision, wanted=wanted))
        if scaled is not endpoint:
            self._store.put(scaled)

    def _replace_hung(self, endpoints: tuple[EndpointRecord, ...], now: float) -> None:
        """End replicas that are alive and have answered no health check for long, as Caddy tells.

        One that works meanwhile may have much to do, and is given more time: nobody can have it ended by asking a lot.
        """
        silent: dict[str, Silence] = {}
        for revision in (item for endpoint in endpoints for item in endpoint.revisions.values()):
            for replica in revision.staying:
                dial = f"unix/{self._replicas.files(revision, replica.slot).socket}"
                if dial not in self._totals.unhealthy or not replica.is_ready:
                    continue
                worked = self._replicas.worked(revision, replica.slot) or 0.0
                silent[dial] = since = self._silent.get(dial, Silence(now, worked))
                patience = HUNG_AFTER if worked - since.worked < WORKING * (now - since.at) else BUSY_AFTER
                if now >= since.at + patience:
                    self._replicas.kill(revision, replica.slot)
        self._silent = silent

    def open_gate(self, now: float) -> None:
        """Have Caddy serve what is written down, or end it when there is nothing.

        What can't be read is served as it was. Before a change the counters are looked at once more: they begin anew
        with it.
        """
        unread = {name_of(deployment) for deployment in self._store.unread()}
        sites = tuple(self._site(endpoint, now) for endpoint in self._store.endpoints().values())
        sites += tuple(self._with_tokens(site, now) for site in self._gate.former(unread)) if unread else ()
        if sites and not self._gate.serves(sites):
            self.look(now)
        if sites:
            self._gate.keep(sites, now)
        elif self._gate.is_open and not unread:
            self._gate.close()

    def _site(self, endpoint: EndpointRecord, now: float) -> Site:
        serving = {name: item for name, item in endpoint.revisions.items() if not item.stopping}
        pools = {name: self._replicas.in_rotation(item) for name, item in serving.items()}
        site = Site(endpoint.name, pools, endpoint.traffic, endpoint.is_public, key=endpoint.key)
        return self._with_tokens(self._guarded(site, endpoint), now)

    def _guarded(self, site: Site, endpoint: EndpointRecord) -> Site:
        """Return a site with who is let in: as the revision with the most traffic says."""
        order = endpoint.leading
        if order is None:
            return site
        keys = tuple(self._store.keys_of(order.deployment, order.revision).values())
        guard = guard_of(site.name, order.access, self._forward, keys)
        return replace(site, guard=guard, inner=inner_of(order.access, keys))

    def _with_tokens(self, site: Site, now: float) -> Site:
        """Return a site with the tokens that let in by now."""
        if site.inner is None:
            return site
        key = self._store.token_key(address("deployments", site.name))
        return replace(site, inner=replace(site.inner, tokens=endpoint_tokens.valid(key, now)))

    def _tend(self, endpoint: EndpointRecord, now: float) -> None:
        lived = {name: self._lived(revision, now) for name, revision in endpoint.revisions.items()}
        kept = {name: revision for name, revision in lived.items() if revision.replicas or not revision.stopping}
        if kept != endpoint.revisions:
            self._store.put(replace(endpoint, revisions=kept))
            self._forget(endpoint, endpoint.revisions.keys() - kept.keys())

    def _forget(self, endpoint: EndpointRecord, revisions: Iterable[Digest]) -> None:
        """Remove what was kept for revisions whose last process has ended, unless they were started anew meanwhile."""
        known = self._store.endpoint(endpoint.deployment)
        for revision in revisions:
            if known is None or revision not in known.revisions:
                self._store.forget_revision(endpoint.deployment, revision)

    def _lived(self, revision: RevisionRecord, now: float) -> RevisionRecord:
        """Let a revision live for a moment.

        What is done comes before what is written: a start that nobody noted down is found by its lock, and ending
        twice is ending once.
        """
        before = revision.next_slot
        revision = self._moment(revision, now)
        return revision if revision.next_slot == before else self._moment(revision, now)

    def _moment(self, revision: RevisionRecord, now: float) -> RevisionRecord:
        after, acts = advance(revision, self._replicas.see(revision), now)
        for replica, act in acts:
            self._replicas.act(after, replica, act)
        return after

    def send_away(self, now: float) -> None:
        """End the processes of deleted endpoints; with the last endpoint Caddy ends too."""
        self.open_gate(now)
        for path, endpoint in self._store.leaving().items():
            self._see_off(path, endpoint, now)

    def _see_off(self, path: Path, endpoint: EndpointRecord, now: float) -> None:
        left = {name: self._moment(_dismissed(item, now), now) for name, item in endpoint.revisions.items()}
        if not any(revision.replicas for revision in left.values()):
            path.unlink(missing_ok=True)
            self._forget(endpoint, endpoint.revisions)
        elif left != endpoint.revisions:
            self._store.put_at(path, replace(endpoint, revisions=left))


def _dismissed(revision: RevisionRecord, now: float) -> RevisionRecord:
    """Return a revision whose replicas are to go at once: nobody asks for them any more."""
    gone = tuple(replace(r, leaving=now - DRAIN) if r.leaving is None else r for r in revision.replicas)
    return replace(revision, stopping=True, replicas=gone)


def _contain(troubles: list[OSError], act: Callable[[], None]) -> None:
    try:
        act()
    except OSError as error:
        troubles.append(error)
