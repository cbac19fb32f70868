"""Reading what endpoints are made of: all of it is listed once, and again only after something has changed.

Pods are looked at only while a revision doesn't answer: they say why.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from reconciler.kubernetes.client import Kubernetes
from reconciler.kubernetes.informer import Informer
from reconciler.kubernetes.kinds import PODS, Manifest
from reconciler.model.ids import Address
from reconciler.providers.serving.kserve import kinds as k
from reconciler.providers.serving.kserve.listing import (
    PodsByRevision,
    Served,
    Version,
    by_revision,
    explained,
    served,
    version_of,
)
from reconciler.providers.serving.kserve.options import Options
from reconciler.providers.serving.kserve.routes import Way, way_of_route, way_of_service


class Reading:
    """The namespace of one environment's endpoints, as it is.

    Args:
        kubernetes: the API server.
        namespace: where the endpoints are.
        options: what the environment says.
    """

    def __init__(self, kubernetes: Kubernetes, namespace: str, options: Options) -> None:
        self._kubernetes = kubernetes
        self._namespace = namespace
        self._options = options
        self._known: Mapping[Version, Served] = {}
        self._by_name: Mapping[str, Served] | None = None
        self._is_unsettled = False

        def way_of(listed: Manifest) -> Way:
            return way_of_service(listed, options)

        def route_of(listed: Manifest) -> Way:
            return way_of_route(listed, options)

        def as_it_is(listed: Manifest) -> Manifest:
            return listed

        self._revisions = Informer(
            kubernetes, k.INFERENCE_SERVICES, self._read, namespace=namespace, labels=k.REVISIONS
        )
        self._pods = Informer(kubernetes, PODS, as_it_is, namespace=namespace, labels=k.REVISIONS)
        self._ways = [Informer(kubernetes, k.SERVICES, way_of, namespace=namespace, labels=k.WAYS)]
        if options.has_gateways:
            self._ways.append(Informer(kubernetes, k.ROUTES, route_of, namespace=namespace, labels=k.WAYS))

    def revisions(self, now: datetime) -> Sequence[Served]:
        """List all revisions; those that don't answer are explained.

        Raises:
            Unavailable: not all of them, or of their pods, could be read.
            Refused: we may not, or KServe isn't installed.
        """
        found = self._revisions.look()
        self._known = {one.version: one for one in found}
        self._is_unsettled = not all(one.is_settled for one in found)
        pods = by_revision(self._pods_of_the_unsettled())
        told = [one if one.is_settled else self._explained(one, pods, now) for one in found]
        self._by_name = {one.name: one for one in told}
        return told

    def _explained(self, one: Served, pods: PodsByRevision, now: datetime) -> Served:
        return explained(one, pods.get((one.deployment, one.revision.digest), ()), now, self._options.patience)

    def _pods_of_the_unsettled(self) -> Sequence[Manifest]:
        """List the pods of all revisions, if one of them doesn't answer."""
        if self._is_unsettled:
            return self._pods.look()
        self._pods.spoil()
        return ()

    def ways(self) -> Mapping[Address, Way]:
        """List all ways in; an HTTPRoute goes before a Service.

        Raises:
            Unavailable: not all of them could be read.
            Refused: we may not, or the Gateway API isn't installed.
        """
        return {way.deployment: way for informer in self._ways for way in informer.look()}

    def known(self, name: str) -> Served | None:
        """Return the revision of a name as the last listing told it; without one it is asked for.

        Raises:
            Unavailable: it couldn't be read.
            Refused: we may not.
        """
        if self._by_name is not None:
            return self._by_name.get(name)
        found = self._kubernetes.get(k.INFERENCE_SERVICES, name, self._namespace)
        return served(found, self._options) if found else None

    def asks(self, deployment: Address) -> bool:
        """Tell whether one of an endpoint's revisions asks for tokens, as the last listing told."""
        return any(one.asks for one in (self._by_name or {}).values() if one.deployment == deployment)

    def has_news(self) -> bool:
        """Tell, once for each change, whether a listing would be worth it. It never waits and never calls."""
        watched: list[Informer[Served] | Informer[Way] | Informer[Manifest]] = [self._revisions, *self._ways]
        watched += [self._pods] if self._is_unsettled else []
        told = [informer.has_news() for informer in watched]  # each tells a change once
        return any(told)

    def spoil(self) -> None:
        """Have everything listed anew, since we just changed it."""
        self._revisions.spoil()
        for way in self._ways:
            way.spoil()

    def _read(self, listed: Manifest) -> Served:
        return self._known.get(version_of(listed)) or served(listed, self._options)
