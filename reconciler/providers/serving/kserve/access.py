"""The credentials of a revision, for its pods alone: a Secret, and an account for KServe's storage initializer.

They are named as their InferenceService and owned by it, so that they go when it goes. Pure functions.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from reconciler.kubernetes.kinds import Manifest
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.serving.kserve.kinds import INFERENCE_SERVICES, revision_labels, revision_name
from reconciler.providers.serving.kserve.options import Options, Runtime

_S3 = "serving.kserve.io/s3-"


S3_KEY = "AWS_ACCESS_KEY_ID"


def has_use(order: RevisionOrder, options: Options) -> bool:
    """Tell whether a revision uses the credentials of its order.

    Those that the environment names take their place, and KServe's storage initializer knows S3's alone.
    """
    if options.runtime:
        return S3_KEY in order.secrets
    return bool(order.secrets) and not options.secrets


def secret(order: RevisionOrder, options: Options, owner: str) -> Manifest:
    """Return the Secret with an order's credentials; `owner` is the uid of the InferenceService."""
    metadata = _metadata(order, owner)
    if options.runtime:
        metadata["annotations"] = s3_annotations(options.runtime)
    return {"metadata": metadata, "type": "Opaque", "stringData": dict(sorted(order.secrets.items()))}


def account(order: RevisionOrder, owner: str) -> Manifest:
    """Return the account by which KServe's storage initializer finds the Secret."""
    return {
        "metadata": _metadata(order, owner),
        "secrets": [{"name": revision_name(order.deployment, order.revision)}],
        "automountServiceAccountToken": False,
    }


def s3_annotations(runtime: Runtime) -> Mapping[str, str]:
    """Return how KServe's storage initializer is told where `s3://` is."""
    if not runtime.s3_endpoint:
        return {}
    endpoint = urlsplit(runtime.s3_endpoint).netloc or runtime.s3_endpoint
    return {
        f"{_S3}endpoint": endpoint,
        f"{_S3}usehttps": "1" if runtime.s3_https else "0",
        f"{_S3}region": runtime.s3_region,
        f"{_S3}usevirtualbucket": "false",
    }


def _metadata(order: RevisionOrder, owner: str) -> Manifest:
    name = revision_name(order.deployment, order.revision)
    kind = {"apiVersion": INFERENCE_SERVICES.api_version, "kind": INFERENCE_SERVICES.name}
    return {
        "name": name,
        "labels": revision_labels(order.deployment, order.revision),
        "ownerReferences": [{**kind, "name": name, "uid": owner, "blockOwnerDeletion": False}],
    }
