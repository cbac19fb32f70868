"""The credentials of a revision, for its pods alone: a Secret, and an account for KServe's storage initializer.

They are named as their InferenceService and owned by it, so that they go when it goes. Pure functions.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from reconciler.kubernetes.kinds import Manifest
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.serving.kserve.kinds import INFERENCE_SERVICES, revision_labels, revision_name
from reconciler.providers.serving.kserve.options import Options, Runtime

_S3, _LAKEFS = "serving.kserve.io/s3-", "FSSPEC_LAKEFS_"
S3_KEY, S3_SECRET = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"


def has_use(order: RevisionOrder, options: Options) -> bool:
    """Tell whether a revision uses the credentials of its order.

    Those that the environment names take their place, and KServe's storage initializer knows S3's alone.
    """
    if options.runtime:
        return S3_KEY in s3_keys(order.secrets) and "serviceAccountName" not in options.pod
    return bool(order.secrets) and not options.secrets


def secret(order: RevisionOrder, options: Options, owner: str) -> Manifest:
    """Return the Secret with an order's credentials; `owner` is the uid of the InferenceService."""
    metadata, told = _metadata(order, owner), order.secrets
    if options.runtime:
        endpoint = options.runtime.s3_endpoint or told.get(f"{_LAKEFS}HOST", "")
        metadata["annotations"] = s3_annotations(options.runtime, endpoint)
        told = s3_keys(told)
    return {"metadata": metadata, "type": "Opaque", "stringData": dict(sorted(told.items()))}


def s3_keys(secrets: Mapping[str, str]) -> Mapping[str, str]:
    """Return the keys that open `s3://`: those of lakeFS are its gateway's too. A token opens nothing there."""
    theirs = {f"{_LAKEFS}USERNAME": S3_KEY, f"{_LAKEFS}PASSWORD": S3_SECRET}
    found = {name: secrets[source] for source, name in theirs.items() if source in secrets}
    return found | {name: secrets[name] for name in (S3_KEY, S3_SECRET) if name in secrets}


def account(order: RevisionOrder, owner: str) -> Manifest:
    """Return the account by which KServe's storage initializer finds the Secret."""
    return {
        "metadata": _metadata(order, owner),
        "secrets": [{"name": revision_name(order.deployment, order.revision)}],
        "automountServiceAccountToken": False,
    }


def s3_annotations(runtime: Runtime, endpoint: str) -> Mapping[str, str]:
    """Return how KServe's storage initializer is told where `s3://` is; a scheme in the address says how it speaks."""
    if not endpoint:
        return {}
    parts = urlsplit(endpoint)
    is_https = parts.scheme == "https" if parts.netloc else runtime.s3_https
    return {
        f"{_S3}endpoint": parts.netloc or endpoint,
        f"{_S3}usehttps": "1" if is_https else "0",
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
