"""A daemon for the bench whose endpoints are KServe's: `python -m tests.bench.endpoints PLACE KUBECONFIG NAMESPACE`."""

import json
import sys
from pathlib import Path

from reconciler.model.ids import RunName
from reconciler.ports.serving import Serving
from reconciler.providers.memory import MemoryData, World
from reconciler.providers.memory.data import DataRoom
from reconciler.providers.serving.kserve import KServeServing
from tests.bench import daemon
from tests.bench.ground import ENVIRONMENT

TRIAL = RunName("experiments/loans/0123456789ab")
MODEL = "sha256:" + "a" * 64
PLAIN = {
    "environments/dev/environment.yaml": "deletion: {number: 100000, share: 1.0}\n",
    "specs/pools/shared.yaml": "capacity: {cpus: 100000, memory: 1Pi}\n",
}


def endpoint(number: int, maximum: int = 1) -> dict[str, str]:
    """Return the spec of one endpoint, of a model that is in the data store."""
    text = f"model: {{trial: {TRIAL}, digest: '{MODEL}'}}\nreplicas: {{maximum: {maximum}}}\n"
    return {f"specs/deployments/n{number:05d}.yaml": text}


def trial() -> bytes:
    """Return the result of the trial that made the model."""
    result = {"format": 1, "accepted": True, "violations": [], "metrics": {}, "files": {}}
    return json.dumps({**result, "facts": {"model": {"digest": MODEL}}}).encode()


def furnish(world: World) -> None:
    """Put the model into the data store."""
    data = MemoryData(world, ENVIRONMENT)
    data.open(TRIAL)
    world.room(DataRoom).write(TRIAL, {"result.json": trial()})
    data.commit(TRIAL, {})
    data.merge(TRIAL)


def kserve(kubeconfig: str, namespace: str) -> Serving:
    """Return the provider."""
    return KServeServing(kubeconfig=kubeconfig, namespace=namespace, image="registry.example.org/runners:1")


if __name__ == "__main__":
    daemon.main(Path(sys.argv[1]), kserve(sys.argv[2], sys.argv[3]), furnish)
