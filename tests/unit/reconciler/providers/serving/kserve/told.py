"""Orders, and InferenceServices as the API server lists them: written by us, filled in by KServe."""

import copy
from dataclasses import replace
from typing import Any

from reconciler.kubernetes.kinds import Manifest
from reconciler.model.ids import Address, Digest, RunName
from reconciler.model.kinds.deployments import Replicas
from reconciler.model.kinds.spec import Resources
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.serving.kserve.manifest import inference_service
from reconciler.providers.serving.kserve.options import Options

DEPLOYMENT = Address("deployments/employment")
OLD, NEW = Digest("0123456789ab"), Digest("ba9876543210")
TRIAL = RunName("experiments/employment/00000000000a")
NAMESPACE = "models"
ONE = Replicas()
OPTIONS = Options(image="registry.example.org/runners:1", payloads="file:///mnt/payloads")
RUNTIME = Options.read(
    {"runtime": {"format": "lightgbm", "name": "kserve-lgbserver", "s3_endpoint": "http://lake:8000"}}
)
BEHIND = Options.read(
    {
        "image": "registry.example.org/runners:1",
        "gateways": {"internal": "gates/inside"},
        "host": "https://{name}.models.example.org",
    }
)


def order(revision: Digest = OLD, *, replicas: Replicas = ONE, **more: Any) -> RevisionOrder:
    """Return an order."""
    first = RevisionOrder(
        deployment=DEPLOYMENT,
        revision=revision,
        trial=TRIAL,
        model_url="lakefs://models/main/experiments/employment/00000000000a",
        model_digest="sha256:" + "a" * 64,
        replicas=replicas,
        resources=Resources(cpus=1.5, memory=2**30),
    )
    return replace(first, **more)


def listed(revision: Digest = OLD, *, options: Options = OPTIONS, status: Any = None, **more: Any) -> Manifest:
    """Return an InferenceService as it is listed: with what the API server and KServe's webhook add."""
    manifest = copy.deepcopy(inference_service(order(revision, **more), options))
    manifest["metadata"] |= {
        "namespace": NAMESPACE,
        "uid": f"uid-of-{revision}",
        "resourceVersion": "7",
        "generation": 1,
        "creationTimestamp": "2026-01-05T10:00:00Z",
        "finalizers": ["inferenceservice.finalizers"],
        "managedFields": [{"manager": "setpoint"}],
    }
    for container in manifest["spec"]["predictor"].get("containers", ()):
        container["imagePullPolicy"] = "IfNotPresent"
    return manifest | ({"status": status} if status is not None else {})


def status(*, ready: str = "True", copies: int = 1, generation: int = 1, **more: Any) -> Manifest:
    """Return a status as KServe writes it."""
    condition = {"type": "PredictorReady", "status": ready, **more.pop("condition", {})}
    model = {"copies": {"failedCopies": 0, "totalCopies": copies}, **more.pop("model", {})}
    return {
        "observedGeneration": generation,
        "conditions": [condition, {"type": "Stopped", "status": more.pop("stopped", "False")}],
        "modelStatus": model,
        **more,
    }


def pod(revision: Digest = OLD, *, ready: bool = False, container: Any = None, **more: Any) -> Manifest:
    """Return a pod of a revision; `container` is its container's status."""
    told: Manifest = {
        "metadata": {
            "name": "pod",
            "labels": {
                "app.kubernetes.io/managed-by": "setpoint",
                "setpoint.io/deployment": "employment",
                "setpoint.io/revision": revision,
            },
        },
        "status": {
            "conditions": [{"type": "Ready", "status": str(ready)}],
            "containerStatuses": [{"name": "kserve-container", "image": "runners:1", **(container or {})}],
        },
    }
    told["metadata"] |= more
    return told
