"""kwok as the tests start it: the stages of its module, narrowed to what the stand-in for the kubelet leaves to it."""

import json
from pathlib import Path
from typing import Any

import yaml

from tests.servers.building import home_of
from tests.servers.kubernetes.place import Place
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import Process, answers
from tests.servers.recipes import KWOK

MANAGED_BY = "app.kubernetes.io/managed-by"
OURS = "setpoint"
STAGES = (
    "node/fast/node-initialize",
    "node/heartbeat-with-lease/node-heartbeat-with-lease",
    "pod/fast/pod-ready",
    "pod/fast/pod-complete",
    "pod/fast/pod-delete",
)
_NOT_OURS = {"key": f'.metadata.labels["{MANAGED_BY}"]', "operator": "NotIn", "values": [OURS]}


def kwok(place: Place) -> Process:
    """Return kwok, which renews the leases of all nodes and plays the life of all pods but those labelled ours."""
    address = f"{LOOPBACK}:{free_port()}"
    config = place.folder / "stages.yaml"
    config.write_text("\n---\n".join(json.dumps(_stage(name)) for name in STAGES), "utf-8")
    command = [
        home_of(KWOK) / "kwok",
        f"--kubeconfig={place.kubeconfig('kwok')}",
        f"--config={config}",
        f"--server-address={address}",
        f"--node-ip={LOOPBACK}",
        "--manage-all-nodes=true",
        "--node-lease-duration-seconds=40",
    ]
    return Process("kwok", command, place.log("kwok"), lambda: answers(f"http://{address}/healthz"))


def _stage(name: str) -> dict[str, Any]:
    text = Path(home_of(KWOK), "stage", f"{name}.yaml").read_text("utf-8")
    stage: dict[str, Any] = yaml.safe_load(text)
    if name.startswith("pod/"):
        stage["spec"]["selector"]["matchExpressions"].append(_NOT_OURS)
    return stage
