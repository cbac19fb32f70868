"""What `environment.yaml` may say of the pods of jobs and endpoints, beside what a provider writes of them itself."""

from collections.abc import Mapping
from typing import Any

FIELDS = (
    *("affinity", "hostAliases", "imagePullSecrets", "initContainers", "nodeSelector", "priorityClassName"),
    *("runtimeClassName", "schedulerName", "securityContext", "serviceAccountName", "tolerations"),
    *("topologySpreadConstraints", "volumes"),
)
"""The fields of a pod's spec that the option `pod` may set."""


def not_settable(pod: Mapping[str, Any]) -> str:
    """Say which fields the option `pod` can't set; empty where it can set all that it does."""
    unknown = sorted(pod.keys() - set(FIELDS))
    return f"pod can't set {', '.join(unknown)}, only {', '.join(FIELDS)}" if unknown else ""
