"""The port's verbs: each writes down what is wanted, and leaves the rest to `settle`."""

import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import Address, Digest, name_of
from reconciler.model.observed import Endpoint, Figures, Revision, RevisionState
from reconciler.plugins.refusals import demand, without_tls
from reconciler.ports.clock import Clock
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.serving.local import access, proxies, replica_lifecycle
from reconciler.providers.serving.local.controller import ReplicaController
from reconciler.providers.serving.local.counter_totals import CounterTotals
from reconciler.providers.serving.local.proxy import find_caddy
from reconciler.providers.serving.local.record_files import LEAVING
from reconciler.providers.serving.local.records import EndpointRecord, RevisionRecord
from reconciler.providers.serving.local.replicas import Limits, Replicas
from reconciler.providers.serving.local.store import Store
from reconciler.providers.serving.local.tls import read as read_tls
from runners.contract import endpoint_tokens

SERVE = (sys.executable, "-m", "runners.serve")

Value = TypeVar("Value")
"""What is read of a revision."""


class LocalServing:
    """Serves models as KServe processes of this machine, behind Caddy.

    An endpoint answers at `http://127.0.0.1:<port>/<name>/v1/…` and `/v2/…`, and at `http://<name>.localhost:<port>/v1/…`;
    a revision alone at `/<name>/revisions/<revision>/…`. A public one answers on a second port, on other addresses too.
    Of an order's resources, the cpus become threads; memory is not enforced, and models run without GPUs.

    Args:
        folder: where all is kept, on a local disk; whoever opens it adopts its endpoints.
        clock: the time.
        port: where to listen; 0 is any free port, which is then remembered.
        environ: what replicas inherit of, no more than they need.
        public_address: where public endpoints listen; 0.0.0.0 is every address of this machine.
        public_port: their port; 0 is any free one.
        tls: how they speak TLS: `internal`, files as `{certificate, key}`, or `off`.
        forward_auth: the URL of the authentication service that deployments may name.
        body_limit: bytes of the largest request that is answered.
        payload_quota: bytes of each deployment's payload logs, of which the oldest go when there are more.
        command: what a replica is; the path of its configuration is appended.

    Raises:
        Refused: Caddy isn't installed, or an option is wrong.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        port: int = 0,
        environ: Mapping[str, str] = os.environ,
        public_address: str = "0.0.0.0",
        public_port: int = 0,
        tls: Any = None,
        forward_auth: str = "",
        body_limit: int = Limits().body,
        payload_quota: int = Limits().payloads,
        command: Sequence[str] = SERVE,
    ) -> None:
        find_caddy(environ)
        self._clock = clock
        self._store = Store(folder.absolute())
        self._replicas = Replicas(self._store, command, environ, Limits(body_limit, payload_quota))
        internal, public = proxies.Address(proxies.LOOPBACK, port), proxies.Address(public_address, public_port)
        self._environ, self._tls, self._public = environ, tls, public_address
        self._forward = access.service(forward_auth)
        self._gate = proxies.Gate(self._store, internal, public, environ, read_tls(tls))
        self._totals = CounterTotals(self._store)
        self._controller = ReplicaController(self._store, self._replicas, self._gate, self._totals, self._forward)
        self._guard = threading.RLock()
        self._last: Mapping[Address, Endpoint] | None = None

    def list(self) -> Mapping[Address, Endpoint]:
        """List all endpoints with their revisions, traffic and figures; a deleted one while its processes live.

        Of one whose record can't be understood it is told that, and nothing else.
        """
        with self._guard, _reachable(self._store.folder):
            return self._listed()

    def start(self, order: RevisionOrder) -> None:
        """Start a revision without traffic; for one that is there, only its bounds of scale change.

        One that is about to stop, or that was given up, is started anew.

        Raises:
            Refused: it is public, and nothing says how it is kept from strangers.
        """
        keys = access.keys_of(order.access, self._environ)
        access.checked(order.access, self._forward)
        demand(without_tls(self._tls, self._public, order.visibility))
        with self._writing() as now:
            endpoint = self._store.endpoint(order.deployment) or EndpointRecord(order.deployment, created=now)
            known = endpoint.revisions.get(order.revision)
            slot = self._store.first_slot(order.deployment, order.revision)
            self._store.keep_secrets(order.deployment, order.revision, order.secrets)
            self._store.keep_keys(order.deployment, order.revision, keys)
            self._store.put(endpoint.with_revision(_started(known, order, now, slot)))

    def route(self, deployment: Address, traffic: Mapping[Digest, int], key: str = "") -> None:
        """Divide the traffic in percent among revisions that are ready, without failing a request.

        Raises:
            Refused: a revision isn't there or isn't ready, or the shares don't add up to 100.
        """
        with self._writing() as now:
            self._controller.look(now)
            endpoint = self._store.endpoint(deployment)
            wanted = _checked(deployment, endpoint, traffic)
            if endpoint is None or (wanted, key) == (endpoint.traffic, endpoint.key):
                return
            routed = replace(endpoint, traffic=wanted, since=now, key=key)
            self._totals.mark(routed, now)
            self._store.put(routed)
            self._controller.open_gate(now)

    def stop(self, deployment: Address, revision: Digest) -> None:
        """Stop a revision without traffic, after it answered what it has begun.

        Raises:
            Refused: it has traffic.
        """
        with self._writing() as now:
            endpoint = self._store.endpoint(deployment)
            known = endpoint.revisions.get(revision) if endpoint else None
            if endpoint is None or known is None or known.stopping:
                return
            if endpoint.traffic.get(revision):
                raise Refused(f"revision {revision} of {deployment} has traffic", "route it to another revision first")
            self._store.put(endpoint.with_revision(replace(known, stopping=True)))
            self._controller.open_gate(now)

    def delete(self, deployment: Address) -> None:
        """Take an endpoint away with all its revisions; its payload logs stay.

        Raises:
            Unavailable: its record can't be read, so nobody knows its processes.
        """
        with self._writing() as now:
            if self._store.endpoint(deployment) and self._store.put_aside(deployment):
                self._totals.close(name_of(deployment))
                self._controller.send_away(now)

    def leave(self) -> None:
        """End the proxies and remove the folder, payload logs too; the engine serves nothing any more.

        Raises:
            Unavailable: an endpoint is still there, or the folder can't be removed.
        """
        with self._guard:
            if self._store.folder.is_dir() and self.list():
                raise Unavailable(f"{self._store.folder} still has endpoints", "they have to be deleted first")
            self._gate.close()
            self._store.remove()

    def token(self, deployment: Address) -> str:
        """Return what lets a job into an endpoint for a day at the least, whether that asks for it yet or not.

        Raises:
            Unavailable: the folder can't be read or written.
        """
        with self._writing() as now:
            return endpoint_tokens.current(self._store.token_key(deployment), now)

    def settle(self) -> bool:
        """Let time pass: replace crashed replicas, follow the load. Return whether anything changed since.

        Raises:
            Unavailable: the folder can't be read or written; what could be done was done.
        """
        with self._writing() as now:
            self._controller.settle(now)
            shown = {
                name: replace(endpoint, figures=Figures(), counted={}) for name, endpoint in self._listed().items()
            }
        changed = self._last is not None and shown != self._last
        self._last = shown
        return changed

    def logs(self, deployment: Address, revision: Digest) -> Mapping[str, str]:
        """Return the newest lines of a revision's replicas by `<revision>-<slot>`, of their former processes too.

        Raises:
            FileNotFoundError: there is no such revision.
            Unavailable: the folder can't be read.
        """
        return self._of(deployment, revision, self._replicas.logs)

    def log_files(self, deployment: Address, revision: Digest) -> Mapping[str, Sequence[Path]]:
        """Return the files with all that each replica has printed, its former process before its newest.

        Raises:
            FileNotFoundError: there is no such revision.
            Unavailable: the folder can't be read.
        """
        return self._of(deployment, revision, self._replicas.log_files)

    def _of(self, deployment: Address, revision: Digest, read: Callable[[RevisionRecord], Value]) -> Value:
        """Read something of a revision; that there is none isn't the disk's fault."""
        with self._guard, _reachable(self._store.folder):
            endpoint = self._store.endpoint(deployment)
            if endpoint is not None and revision in endpoint.revisions:
                return read(endpoint.revisions[revision])
        raise FileNotFoundError(f"{deployment} has no revision {revision}")

    def _listed(self) -> Mapping[Address, Endpoint]:
        leaving = {record.deployment: _leaving(self._shown(record)) for record in self._store.leaving().values()}
        leaving |= {name: Endpoint(name, "", unread=why) for name, why in self._store.unread(LEAVING).items()}
        there = {name: self._shown(record) for name, record in self._store.endpoints().items()}
        return leaving | there | {name: Endpoint(name, "", unread=why) for name, why in self._store.unread().items()}

    def _shown(self, endpoint: EndpointRecord) -> Endpoint:
        url = self._gate.url(endpoint.name, public=endpoint.is_public)
        internal = self._gate.url(endpoint.name)
        return Endpoint(
            deployment=endpoint.deployment,
            url=url,
            revisions={name: _revision(item, internal) for name, item in endpoint.revisions.items()},
            traffic=dict(endpoint.traffic),
            since=_moment(endpoint.since),
            figures=self._totals.figures(endpoint),
            logs_url=self._store.logs_of(endpoint.deployment).as_uri(),
            metrics_url=f"{internal}/metrics" if internal else "",
            counted=self._totals.counted(endpoint),
            key=endpoint.key,
        )

    @contextmanager
    def _writing(self) -> Iterator[float]:
        """Keep others from writing to the folder; give the time."""
        with self._guard, _reachable(self._store.folder), self._store.locked():
            self._store.prepare()
            yield self._clock.now().timestamp()


@contextmanager
def _reachable(folder: Path) -> Iterator[None]:
    """Tell a disk that fails or is full as what it is: try again later, and take nothing for absent."""
    try:
        yield
    except OSError as error:
        what = f"the folder of the endpoints {folder} can't be used: {error.strerror or error}"
        raise Unavailable(what, "free some space, or give it to the user that runs this") from error


def _started(known: RevisionRecord | None, order: RevisionOrder, now: float, slot: int) -> RevisionRecord:
    least = max(1, order.replicas.minimum)
    if known is None:
        return RevisionRecord(order, started=now, wanted=least, next_slot=slot)
    if known.stopping or known.final:
        gone = tuple(replace(r, leaving=now) if r.leaving is None else r for r in known.replicas)
        return RevisionRecord(order, started=now, wanted=least, replicas=gone, next_slot=known.next_slot)
    bounds = order.replicas
    wanted = min(max(known.wanted, bounds.minimum), bounds.maximum)
    return replace(known, order=replace(known.order, replicas=bounds), wanted=wanted)


def _checked(
    deployment: Address, endpoint: EndpointRecord | None, traffic: Mapping[Digest, int]
) -> Mapping[Digest, int]:
    wanted = {revision: share for revision, share in sorted(traffic.items()) if share}
    if sum(wanted.values()) != 100 or min(wanted.values(), default=0) < 0:
        raise Refused(f"the traffic of {deployment} adds up to {sum(wanted.values())} percent, not to 100")
    revisions = endpoint.revisions if endpoint else MappingProxyType({})
    for revision in wanted:
        known = revisions.get(revision)
        if known is None or replica_lifecycle.state_of(known) is not RevisionState.READY:
            raise Refused(f"revision {revision} of {deployment} is not there or not ready, so it gets no traffic")
    return wanted


def _revision(record: RevisionRecord, url: str) -> Revision:
    bounds = record.order.replicas
    return Revision(
        digest=record.digest,
        trial=record.order.trial,
        state=replica_lifecycle.state_of(record),
        url=f"{url}/revisions/{record.digest}" if url else "",
        ready=record.ready,
        wanted=record.wanted,
        reason=replica_lifecycle.reason_of(record),
        scale=(bounds.minimum, bounds.maximum, bounds.target_rps),
        started=_moment(record.started),
    )


def _leaving(endpoint: Endpoint) -> Endpoint:
    """Show an endpoint that was deleted: nothing reaches it, and its revisions answer what they have begun."""
    gone = {name: replace(item, state=RevisionState.STOPPING) for name, item in endpoint.revisions.items()}
    return replace(endpoint, revisions=gone, traffic={})


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
