"""The kinds of things that are read and written, and how ours are named and labelled."""

import hashlib

from reconciler.kubernetes.kinds import Kind
from reconciler.model.ids import Address, Digest, address, name_of

CONTROLLER = "KServe's controller"
INFERENCE_SERVICES = Kind(
    "serving.kserve.io", "v1beta1", "InferenceService", "inferenceservices", controller=CONTROLLER
)
SERVICES = Kind("", "v1", "Service", "services")
ROUTES = Kind("gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes")
SECRETS = Kind("", "v1", "Secret", "secrets")
ACCOUNTS = Kind("", "v1", "ServiceAccount", "serviceaccounts")

MANAGED, OURS = "app.kubernetes.io/managed-by", "setpoint"
DEPLOYMENT, REVISION, VISIBILITY = "setpoint.io/deployment", "setpoint.io/revision", "setpoint.io/visibility"
TRIAL, SEAL, SINCE = "setpoint.io/trial", "setpoint.io/seal", "setpoint.io/since"
ASKS = "setpoint.io/asks-for"

REVISIONS = f"{MANAGED}={OURS},{REVISION}"
"""Selects our InferenceServices, and their pods, which bear the same labels."""
WAYS = f"{MANAGED}={OURS},{DEPLOYMENT},!{REVISION}"
"""Selects our stable Services and HTTPRoutes: KServe's own Services bear the labels of their revision."""

LONGEST = 48
"""Characters of an InferenceService's name: KServe makes `isvc.<name>-predictor` of it, a label of at most 63."""
PREDICTOR = "-predictor"
"""What KServe adds to the name of a revision for its Service."""


def revision_name(deployment: Address, revision: Digest) -> str:
    """Name a revision's InferenceService: a DNS label that begins with a letter, the same each time."""
    name = name_of(deployment)
    name = name if name[0].isalpha() else f"d-{name}"
    room = LONGEST - len(revision) - 1
    if len(name) > room:
        short = hashlib.sha256(name.encode()).hexdigest()[:8]
        name = f"{name[: room - 9].rstrip('-')}-{short}"
    return f"{name}-{revision}"


def deployment_labels(deployment: Address) -> dict[str, str]:
    """Return the labels of all that belongs to a deployment."""
    return {MANAGED: OURS, DEPLOYMENT: name_of(deployment)}


def revision_labels(deployment: Address, revision: Digest) -> dict[str, str]:
    """Return the labels of all that belongs to a revision."""
    return {**deployment_labels(deployment), REVISION: revision}


def deployment_of(labels: dict[str, str]) -> Address:
    """Return the deployment that a thing belongs to, by its labels."""
    return address("deployments", labels[DEPLOYMENT])
