"""The key by which the pods of an endpoint know its tokens, where its spec says `access.internal: token`.

It lies in a Secret of the endpoint, which all its revisions mount, so that it can change while they go on: it is
written before the first of them, by each daemon anew, and goes with the endpoint. Pure functions.
"""

from reconciler.kubernetes.kinds import Manifest
from reconciler.model.ids import Address, name_of
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.serving.kserve.kinds import ASKS, deployment_labels

VOLUME, FOLDER, FILE = "setpoint-endpoint-key", "/var/run/secrets/setpoint-endpoint", "key"
PATH = f"{FOLDER}/{FILE}"
"""Where a pod finds it."""
TOKEN = "token"
"""What an InferenceService's annotation says where it asks for one."""


def is_asked(order: RevisionOrder) -> bool:
    """Tell whether a revision asks for tokens."""
    return bool(order.access and order.access.asks_inside)


def secret_name(deployment: Address) -> str:
    """Name an endpoint's Secret."""
    return f"setpoint-endpoint-{name_of(deployment)}"


def secret(deployment: Address, key: str) -> Manifest:
    """Return the Secret of an endpoint."""
    metadata = {"name": secret_name(deployment), "labels": deployment_labels(deployment)}
    return {"metadata": metadata, "type": "Opaque", "stringData": {FILE: key}}


def annotations(order: RevisionOrder) -> Manifest:
    """Return what a revision's InferenceService says of it."""
    return {ASKS: TOKEN} if is_asked(order) else {}


def volumes(order: RevisionOrder) -> list[Manifest]:
    """Return the volume of a revision's pods."""
    return [{"name": VOLUME, "secret": {"secretName": secret_name(order.deployment)}}] if is_asked(order) else []


def mounts(order: RevisionOrder) -> list[Manifest]:
    """Return where its container sees that."""
    return [{"name": VOLUME, "mountPath": FOLDER, "readOnly": True}] if is_asked(order) else []
