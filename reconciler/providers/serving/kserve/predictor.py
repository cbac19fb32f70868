"""What answers: this project's container, or one of KServe's own runtimes by the model's format. Pure functions."""

import json
import math

from reconciler.kubernetes.kinds import Manifest
from reconciler.model.errors import Refused
from reconciler.model.ids import name_of
from reconciler.model.kinds.spec import Resources
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.serving.kserve import endpoint_key
from reconciler.providers.serving.kserve.options import Options, Runtime
from runners.contract.formats import GUARDED
from runners.contract.variables import SERVE

CONTAINER = "kserve-container"
"""The name that KServe looks for."""
PORT, GRPC_PORT, AGENT_PORT = 8080, 8081, 9081
LAST_WORDS = "/dev/termination-log"
LOADING = 600
"""Seconds that a model may take to load before its process counts as hung."""
_NO_ARGUMENTS = ("kserve-mlserver", "kserve-tritonserver", "kserve-torchserve", "kserve-tensorflow-serving")
"""Runtimes that end at an argument they don't know, as KServe's own servers don't. MLServer is named by a variable."""
DRAIN = 5
"""Seconds between a pod's leaving the rotation and its SIGTERM."""


def container(order: RevisionOrder, options: Options, secret: str) -> Manifest:
    """Return the container that runs `runners.serve` for an order; `secret` is where its credentials are, if any."""
    told: Manifest = {
        "name": CONTAINER,
        "image": options.image,
        "command": list(options.command),
        "env": _environ(order, options),
        "ports": _ports(options),
        "resources": resources(order.resources),
        "startupProbe": _probe("health/ready", period=5, failures=LOADING // 5),
        "readinessProbe": _probe("health/ready", period=5, failures=3),
        "livenessProbe": _probe("health/live", period=10, failures=6),
        "lifecycle": {"preStop": {"sleep": {"seconds": DRAIN}}},
        "terminationMessagePath": LAST_WORDS,
        "terminationMessagePolicy": "FallbackToLogsOnError",
    }
    told |= {"envFrom": [{"secretRef": {"name": secret}}]} if secret else {}
    mounts = [*(dict(mount) for mount in options.mounts), *endpoint_key.mounts(order)]
    return told | ({"volumeMounts": mounts} if mounts else {})


def _ports(options: Options) -> list[Manifest]:
    """Return where the container listens; of several, KServe tells HTTP and gRPC apart by their names."""
    if not options.grpc:
        return [{"containerPort": PORT, "protocol": "TCP"}]
    named = (("http1", PORT), ("h2c", GRPC_PORT))
    return [{"name": name, "containerPort": port, "protocol": "TCP"} for name, port in named]


def _probe(path: str, period: int, failures: int) -> Manifest:
    """Return a probe at a path of the Open Inference Protocol."""
    asked = {"path": f"/v2/{path}", "port": PORT}
    return {"httpGet": asked, "periodSeconds": period, "timeoutSeconds": 3, "failureThreshold": failures}


def _environ(order: RevisionOrder, options: Options) -> list[Manifest]:
    """Return the environment; `POD_NAME` comes first, as the settings name it."""
    return [
        {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": SERVE, "value": json.dumps(settings(order, options), separators=(",", ":"))},
        *({"name": name, "value": value} for name, value in sorted(options.environ.items())),
    ]


def settings(order: RevisionOrder, options: Options) -> Manifest:
    """Return what `runners.serve` is told."""
    logs = f"{logs_of(name_of(order.deployment), options)}/{order.revision}/$(POD_NAME)"
    return {
        **order.as_settings(),
        **({"format": GUARDED, "key_file": endpoint_key.PATH} if endpoint_key.is_asked(order) else {}),
        "name": name_of(order.deployment),
        "deployment": order.deployment,
        "revision": order.revision,
        "trial": order.trial,
        "model_url": order.model_url,
        "model_digest": order.model_digest,
        "host": "0.0.0.0",
        "port": PORT,
        **({"grpc_port": GRPC_PORT} if options.grpc else {}),
        "words": LAST_WORDS,
        "logs": logs if order.log_payloads and options.payloads else None,
        "threads": max(1, math.floor(order.resources.cpus)),
    }


def logs_of(name: str, options: Options) -> str:
    """Return the folder of an endpoint's payload logs; empty where there is none."""
    return f"{options.payloads.rstrip('/')}/{name}" if options.payloads else ""


def model(order: RevisionOrder, runtime: Runtime) -> Manifest:
    """Return the part of a predictor that has a runtime of KServe's own serve a model.

    Raises:
        Refused: the model lies where KServe's storage initializer can't reach, or there are several.
    """
    if order.members:
        raise Refused("KServe's runtimes serve one model, and this is a graph of several", "use Setpoint's own image")
    told: Manifest = {
        "modelFormat": {"name": runtime.format},
        "storageUri": storage_uri(order.model_url),
        "env": [{"name": "MLSERVER_MODEL_NAME", "value": name_of(order.deployment)}],
        "resources": resources(order.resources),
        "readinessProbe": _probe(f"models/{name_of(order.deployment)}/ready", period=5, failures=3),
    }
    if runtime.name not in _NO_ARGUMENTS:
        told["args"] = [f"--model_name={name_of(order.deployment)}"]
    return told | ({"runtime": runtime.name} if runtime.name else {})


def storage_uri(url: str) -> str:
    """Return a model's URL as KServe's storage initializer knows it: lakeFS is reached by its S3 gateway.

    Raises:
        Refused: it can't be reached by it.
    """
    scheme, _, rest = url.partition("://")
    if scheme == "lakefs":
        return f"s3://{rest}"
    if scheme in ("s3", "gs", "pvc", "https", "http", "hf", "oci"):
        return url
    raise Refused(f"KServe's runtimes can't read a model at {scheme}://", "keep data in lakeFS or S3, or name an image")


def resources(asked: Resources) -> Manifest:
    """Return requests and limits: all that was asked, and no more of what can't be shared."""
    told = {"cpu": cores(asked.cpus), "memory": size(asked.memory)}
    told |= {"nvidia.com/gpu": str(asked.gpus)} if asked.gpus else {}
    return {"requests": dict(told), "limits": dict(told)}


def cores(number: float) -> str:
    """Write cores as Kubernetes does."""
    return f"{number:.0f}" if number == int(number) else f"{math.ceil(number * 1000)}m"


def size(number: float) -> str:
    """Write bytes as Kubernetes does."""
    whole = math.ceil(number)
    for unit, power in (("Gi", 30), ("Mi", 20), ("Ki", 10)):
        if whole % 2**power == 0:
            return f"{whole >> power}{unit}"
    return str(whole)
