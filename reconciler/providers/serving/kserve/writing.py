"""Writing what endpoints are made of; each verb is idempotent, and may be cut off after any of its calls.

A Secret is written right after the InferenceService that owns it, so that none is ever without an owner. Its pods wait
for it; where the writing was cut off in between, the listing tells that it is missing.
"""

from collections.abc import Mapping

from reconciler.kubernetes.client import Kubernetes
from reconciler.kubernetes.kinds import Kind, Manifest
from reconciler.model.errors import Refused
from reconciler.model.ids import Address, Digest, name_of
from reconciler.plugins.refusals import demand, undivided
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.serving.kserve import access, endpoint_key
from reconciler.providers.serving.kserve import kinds as k
from reconciler.providers.serving.kserve.manifest import inference_service, rescaled
from reconciler.providers.serving.kserve.options import Options
from reconciler.providers.serving.kserve.routes import Routing, Way, route, service, way_of_route, way_of_service


class Writing:
    """The namespace of one environment's endpoints, as it is to be.

    Args:
        kubernetes: the API server.
        namespace: where the endpoints are.
        options: what the environment says.
    """

    def __init__(self, kubernetes: Kubernetes, namespace: str, options: Options) -> None:
        self._kubernetes = kubernetes
        self._namespace = namespace
        self._options = options

    def put(self, order: RevisionOrder) -> None:
        """Make a revision, or bring it back to what was ordered."""
        made = self._apply(k.INFERENCE_SERVICES, inference_service(order, self._options))
        if not access.has_use(order, self._options):
            return
        owner = str(made["metadata"]["uid"])
        self._apply(k.SECRETS, access.secret(order, self._options, owner))
        if self._options.runtime:
            self._apply(k.ACCOUNTS, access.account(order, owner))

    def put_key(self, deployment: Address, key: str) -> None:
        """Write the key of an endpoint's tokens, which its pods mount."""
        self._apply(k.SECRETS, endpoint_key.secret(deployment, key))

    def rescale(self, order: RevisionOrder) -> bool:
        """Change a revision's bounds and nothing else; tell whether it is there."""
        name = k.revision_name(order.deployment, order.revision)
        listed = self._kubernetes.get(k.INFERENCE_SERVICES, name, self._namespace)
        if listed is None:
            return False
        self._apply(k.INFERENCE_SERVICES, rescaled(listed, order, self._options))
        return True

    def way(self, deployment: Address) -> Way | None:
        """Read the way in of an endpoint.

        Raises:
            Refused: a Service or an HTTPRoute of its name is there that isn't ours.
        """
        found = [way for kind in self._kinds if (way := self._way(kind, deployment))]
        return found[-1] if found else None

    def _way(self, kind: Kind, deployment: Address) -> Way | None:
        name = name_of(deployment)
        listed = self._kubernetes.get(kind, name, self._namespace)
        if listed is None:
            return None
        labels = listed["metadata"].get("labels") or {}
        if not k.deployment_labels(deployment).items() <= labels.items():
            what = f"there is a {kind.name} {name} in the namespace {self._namespace} that isn't Setpoint's"
            raise Refused(what, "rename the deployment, or delete it if nobody needs it")
        read = way_of_route if kind is k.ROUTES else way_of_service
        return read(listed, self._options)

    def route(self, routing: Routing, former: Way | None) -> None:
        """Have the way in of an endpoint lead where it should, by one write.

        Raises:
            Refused: the traffic is to be divided and nothing here can do that.
        """
        gateway = self._options.gateway(routing.visibility)
        demand(undivided(routing.traffic.values(), routing.visibility, gateway))
        has_gateway = bool(gateway)
        kind, make = (k.ROUTES, route) if has_gateway else (k.SERVICES, service)
        self._apply(kind, make(routing, self._options))
        if former and former.kind is not kind:
            self._kubernetes.delete(former.kind, name_of(routing.deployment), self._namespace)

    def stop(self, deployment: Address, revision: Digest) -> None:
        """Ask for the end of a revision; it is there until its pods have ended."""
        name = k.revision_name(deployment, revision)
        self._kubernetes.delete(k.INFERENCE_SERVICES, name, self._namespace, propagation="Foreground")

    def delete(self, deployment: Address) -> None:
        """Ask for the end of an endpoint: first nobody gets in any more, then its revisions end, and its key goes."""
        labels = ",".join(f"{name}={value}" for name, value in k.deployment_labels(deployment).items())
        for kind in self._kinds:
            for way in self._kubernetes.list(kind, self._namespace, labels=f"{labels},!{k.REVISION}"):
                self._kubernetes.delete(kind, way["metadata"]["name"], self._namespace)
        found = self._kubernetes.list(k.INFERENCE_SERVICES, self._namespace, labels=labels)
        if any(k.ASKS in (listed["metadata"].get("annotations") or {}) for listed in found):
            self._kubernetes.delete(k.SECRETS, endpoint_key.secret_name(deployment), self._namespace)
        for listed in found:
            if not listed["metadata"].get("deletionTimestamp"):
                self.stop(deployment, Digest(listed["metadata"]["labels"][k.REVISION]))

    @property
    def _kinds(self) -> tuple[Kind, ...]:
        return (k.SERVICES, k.ROUTES) if self._options.has_gateways else (k.SERVICES,)

    def _apply(self, kind: Kind, manifest: Manifest) -> Manifest:
        metadata: Mapping[str, object] = manifest["metadata"]
        return self._kubernetes.apply(kind, {**manifest, "metadata": {**metadata, "namespace": self._namespace}})
