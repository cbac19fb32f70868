"""What of an InferenceService is ours, and whether it is still what was ordered. Pure functions.

The seal is a digest of all that makes a revision answer as it does, written beside it. KServe's webhook adds fields of
its own and nothing here sees them; whoever edits ours breaks the seal.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.kubernetes.kinds import Manifest
from reconciler.kubernetes.pods import FIELDS as POD
from reconciler.model.ids import digest
from reconciler.providers.serving.kserve.kinds import SEAL
from reconciler.providers.serving.kserve.scale import FIELDS, number

_LABELS = ("app.kubernetes.io/managed-by", "networking.kserve.io/visibility")
_ANNOTATIONS = ("serving.kserve.io/deploymentMode", "serving.kserve.io/autoscalerClass", "serving.kserve.io/stop")
_SCRAPED = ("prometheus.io/scrape", "prometheus.io/port")
_OURS = "setpoint.io/"
_POD = (*POD, "logger")
_CONTAINER = ("name", "image", "command", "args", "env", "envFrom", "volumeMounts", "resources")
_RUNS = (
    *("ports", "startupProbe", "readinessProbe", "livenessProbe", "lifecycle"),
    *("terminationMessagePath", "terminationMessagePolicy"),
)
# Not sealed: the variables and the probe of a model, to which KServe's webhook adds its own.
_MODEL = ("modelFormat", "storageUri", "runtime", "args", "resources")


def of(manifest: Manifest) -> str:
    """Return the seal of an InferenceService as it is."""
    metadata, predictor = manifest["metadata"], manifest["spec"]["predictor"]
    return digest(
        {
            "labels": _chosen(metadata.get("labels") or {}, _LABELS, _OURS),
            "annotations": _annotations(metadata, without=SEAL),
            "pod": _chosen(predictor, _POD),
            "containers": [_plain(_chosen(item, _CONTAINER)) for item in predictor.get("containers") or ()],
            "model": _plain(_chosen(predictor.get("model") or {}, _MODEL)),
        }
    )


def is_whole(listed: Manifest) -> bool:
    """Tell whether an InferenceService is still what was ordered, but for its bounds of scale."""
    annotations = listed["metadata"].get("annotations") or {}
    return bool(annotations.get(SEAL) == of(listed))


def ours(listed: Manifest) -> Manifest:
    """Return all that is ours of an InferenceService that is there, as it is applied again."""
    metadata, predictor = listed["metadata"], listed["spec"]["predictor"]
    kept = _chosen(predictor, (*_POD, *FIELDS))
    if predictor.get("containers"):
        kept["containers"] = [_chosen(item, (*_CONTAINER, *_RUNS)) for item in predictor["containers"]]
    if predictor.get("model"):
        kept["model"] = _chosen(predictor["model"], (*_MODEL, "env", "readinessProbe"))
    return {
        "metadata": {
            "name": metadata["name"],
            "labels": _chosen(metadata.get("labels") or {}, _LABELS, _OURS),
            "annotations": _annotations(metadata),
        },
        "spec": {"predictor": kept},
    }


def _annotations(metadata: Manifest, without: str = "") -> Manifest:
    told = _chosen(metadata.get("annotations") or {}, (*_ANNOTATIONS, *_SCRAPED), _OURS)
    return {name: value for name, value in told.items() if name != without}


def _chosen(told: Mapping[str, Any], names: Iterable[str], prefix: str = "\0") -> Manifest:
    known = set(names)
    return {name: value for name, value in told.items() if name in known or name.startswith(prefix)}


def _plain(container: Manifest) -> Manifest:
    """Write amounts one way: the API server and the webhook write the same amount in their own."""
    resources = container.get("resources") or {}
    amounts = {
        part: {name: number(str(amount)) for name, amount in (resources.get(part) or {}).items()}
        for part in ("requests", "limits")
    }
    return {**container, "resources": amounts}
