"""The port's verbs, in terms of what is read and what is written."""

import contextlib
import secrets
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import Any

from reconciler.disk import writing
from reconciler.home import kept_secret
from reconciler.kubernetes.access import Access
from reconciler.kubernetes.client import Kubernetes
from reconciler.kubernetes.kubeconfig import find_access
from reconciler.model.errors import Refused, Transient, Unavailable
from reconciler.model.ids import Address, Digest, name_of
from reconciler.model.observed import Endpoint, Figures, RevisionState
from reconciler.plugins.refusals import demand, guarded, seen_to_by_gateway
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.serving.kserve import prometheus
from reconciler.providers.serving.kserve.endpoint_key import is_asked
from reconciler.providers.serving.kserve.kinds import revision_name
from reconciler.providers.serving.kserve.listing import Served, endpoints, is_gated
from reconciler.providers.serving.kserve.options import Options
from reconciler.providers.serving.kserve.reading import Reading
from reconciler.providers.serving.kserve.replica_logs import read_logs
from reconciler.providers.serving.kserve.routes import Routing
from reconciler.providers.serving.kserve.writing import Writing
from runners.contract import endpoint_tokens


def system_time() -> datetime:
    """Return the time, in UTC and aware of it."""
    return datetime.now(UTC)


class KServeServing:
    """Serves models as KServe InferenceServices in Standard mode, one for each revision.

    An endpoint answers at `http://<name>.<namespace>.svc.<domain>/v1/…` and `/v2/…`, or behind a gateway at its host.
    The options are those of `environment.yaml`; `options.Options` tells them.

    Args:
        now: the time.
        access: how the API server is reached, where not as the options say.
        folder: where the secret is kept that tokens are made of; without one each daemon makes its own.
        told: the options.

    Raises:
        Refused: an option is wrong, or there is no access to an API server.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime] = system_time,
        access: Access | None = None,
        folder: Path | None = None,
        **told: Any,
    ) -> None:
        options = Options.read(told)
        reached = access or find_access(options.kubeconfig, options.context)
        namespace = options.namespace or reached.namespace
        self._now, self._folder = now, folder
        self._brief_root = secrets.token_hex(32)
        self._keys: dict[Address, str] = {}
        self._options = options = options.model_copy(update={"namespace": namespace})
        self._kubernetes = Kubernetes(reached, timeout=options.timeout)
        self._reading = Reading(self._kubernetes, namespace, options)
        self._writing = Writing(self._kubernetes, namespace, options)

    def list(self) -> Mapping[Address, Endpoint]:
        """List all endpoints with their revisions and traffic; without a change since the last time it costs no call.

        While a rollout goes on, Prometheus is asked for the figures that it is gated by, where there is one.

        Raises:
            Unavailable: not all could be read.
            Refused: we may not, or KServe or the Gateway API isn't installed.
        """
        now = self._now()
        found = endpoints(self._reading.revisions(now), self._reading.ways(), self._options.namespace, self._options)
        return found | self._counted([one for one in found.values() if is_gated(one)], now)

    def _counted(self, gated: Iterable[Endpoint], now: datetime) -> dict[Address, Endpoint]:
        """Add their figures to endpoints; a Prometheus that doesn't answer once isn't asked again."""
        counted, unread = {}, ""
        for one in gated:
            found: Mapping[Digest, Figures] = {}
            if not unread:
                try:
                    found = prometheus.ask(one.deployment, one.since or now, now, self._options)
                except Unavailable as error:
                    unread = str(error)
            figures = reduce(Figures.plus, found.values(), Figures(unread=unread))
            counted[one.deployment] = replace(one, figures=figures, counted=found)
        return counted

    def start(self, order: RevisionOrder) -> None:
        """Start a revision without traffic; for one that is there, only its bounds of scale change.

        One that somebody changed by hand is brought back to what was ordered.

        Raises:
            Transient: a former one of its name is about to end.
            Refused: we may not, KServe's runtime can't reach its model, or it asks for what its Gateway sees to.
            Unavailable: the API server couldn't answer.
        """
        demand(seen_to_by_gateway(order.access))
        demand(guarded(order.access, order.visibility, has_runtime=self._options.runtime is not None))
        known = self._reading.known(revision_name(order.deployment, order.revision))
        if known and known.ending:
            raise Transient(f"revision {order.revision} of {order.deployment} is about to end", "it starts anew then")
        if known and not known.revision.changed:
            self._rescale(known, order)
            return
        if is_asked(order):
            self._key(order.deployment)
        self._writing.put(order)
        self._reading.spoil()

    def token(self, deployment: Address) -> str:
        """Return what lets a job into an endpoint for a day at the least; empty where none of its revisions asks.

        Its pods know the key by a Secret, which each daemon writes once: another home has another root. Until the
        cluster has handed a new one to the pods, jobs are refused and tried again.

        Raises:
            Unavailable: the root can't be read, or the API server couldn't answer.
            Refused: we may not write Secrets.
        """
        return endpoint_tokens.current(self._key(deployment), self._now().timestamp()) if self._asks(deployment) else ""

    def _asks(self, deployment: Address) -> bool:
        return deployment in self._keys or self._reading.asks(deployment)

    def _key(self, deployment: Address) -> str:
        """Return the key of an endpoint's tokens, which its pods have by a Secret."""
        key = endpoint_tokens.key_of(self._root(), name_of(deployment))
        if self._keys.get(deployment) != key:
            self._writing.put_key(deployment, key)
            self._keys[deployment] = key
        return key

    def _root(self) -> str:
        if self._folder is None:
            return self._brief_root
        try:
            return kept_secret(self._folder / "tokens")
        except OSError as error:
            what = f"what tokens are made of can't be kept in {self._folder}: {error.strerror or error}"
            raise Unavailable(what, "free some space, or give it to the user that runs this") from error

    def _rescale(self, known: Served, order: RevisionOrder) -> None:
        bounds = order.replicas
        if known.revision.scale == (bounds.minimum, bounds.maximum, bounds.target_rps):
            return
        if not self._writing.rescale(order):
            self._writing.put(order)
        self._reading.spoil()

    def route(self, deployment: Address, traffic: Mapping[Digest, int], key: str = "") -> None:
        """Divide the traffic in percent among revisions that are ready, without failing a request.

        Raises:
            Refused: a revision isn't there or isn't ready, the shares don't add up to 100, or they can't be divided.
            Unavailable: the API server couldn't answer.
        """
        if key:
            raise Refused(
                f"the traffic of {deployment} can't be divided by {key}", "KServe's routes have no sticky key"
            )
        wanted = {revision: share for revision, share in sorted(traffic.items()) if share}
        if sum(wanted.values()) != 100 or min(wanted.values(), default=0) < 0:
            raise Refused(f"the traffic of {deployment} adds up to {sum(wanted.values())} percent, not to 100")
        found = [self._ready(deployment, revision) for revision in wanted]
        former = self._writing.way(deployment)
        if former and dict(former.traffic) == wanted:
            return
        most = max(found, key=lambda one: wanted[one.revision.digest])
        self._writing.route(Routing(deployment, wanted, self._now(), most.visibility), former)
        self._reading.spoil()

    def _ready(self, deployment: Address, revision: Digest) -> Served:
        known = self._reading.known(revision_name(deployment, revision))
        if known is None or known.revision.state is not RevisionState.READY:
            raise Refused(f"revision {revision} of {deployment} is not there or not ready, so it gets no traffic")
        return known

    def stop(self, deployment: Address, revision: Digest) -> None:
        """Stop a revision without traffic, after it answered what it has begun.

        Raises:
            Refused: it has traffic.
            Unavailable: the API server couldn't answer.
        """
        way = self._writing.way(deployment)
        if way and way.traffic.get(revision):
            raise Refused(f"revision {revision} of {deployment} has traffic", "route it to another revision first")
        self._writing.stop(deployment, revision)
        self._reading.spoil()

    def delete(self, deployment: Address) -> None:
        """Take an endpoint away with all its revisions; its payload logs stay.

        Raises:
            Unavailable: the API server couldn't answer; what could be asked for was.
        """
        self._writing.delete(deployment)
        self._keys.pop(deployment, None)
        self._reading.spoil()

    def leave(self) -> None:
        """Remove what tokens are made of; nothing else is kept beside the cluster.

        Raises:
            Unavailable: it can't be removed.
        """
        if self._folder is not None:
            with writing(self._folder), contextlib.suppress(FileNotFoundError):
                shutil.rmtree(self._folder)

    def settle(self) -> bool:
        """Return whether anything changed since the last listing, without a call; KServe's controller does the rest."""
        return self._reading.has_news()

    def logs(self, deployment: Address, revision: Digest) -> Mapping[str, str]:
        """Return the newest lines of a revision's pods, of their former processes too; a call for the list, one a pod.

        Raises:
            FileNotFoundError: there is no such revision.
            Unavailable: they couldn't be read; the machine of a pod may be gone.
            Refused: we may not.
        """
        found = read_logs(self._kubernetes, self._options.namespace, deployment, revision)
        if not found and self._reading.known(revision_name(deployment, revision)) is None:
            raise FileNotFoundError(f"{deployment} has no revision {revision}")
        return found
