"""What the stand-in makes of a manifest, as far as it is a function of texts."""

from pathlib import Path
from typing import Any

import pytest

from tests.servers.kubelet.addresses import address_of, resolver
from tests.servers.kubelet.scene import expand
from tests.servers.kubelet.status import State, phase, running, terminated, waiting
from tests.servers.kubelet.volumes import relocate

POD: dict[str, Any] = {"metadata": {"name": "train-1-x", "namespace": "team"}, "spec": {"subdomain": "train"}}


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("{}:29500", "train-0.train"),
        ("tcp://{}:29500", "train-0.train.team"),
        ("{}", "train-0.train.team.svc"),
        ("a={},b", "train-0.train.team.svc.cluster.local"),
    ],
)
def test_the_name_of_a_pod_becomes_its_address(text: str, host: str) -> None:
    assert resolver("salt", POD)(text.format(host)) == text.format(address_of("salt", "team", "train-0"))


@pytest.mark.parametrize("text", ["runners.train", "train-0.train.py.old", "/x/train-0.train.json", "train", "a.b.svc"])
def test_other_names_stay(text: str) -> None:
    lonely = {"metadata": POD["metadata"], "spec": {}}
    assert resolver("salt", lonely)(text) == text


def test_pods_of_other_namespaces_have_other_addresses() -> None:
    assert address_of("salt", "a", "x-0") != address_of("salt", "b", "x-0")
    assert resolver("salt", POD)("x-0.x.b.svc") == address_of("salt", "b", "x-0")


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("$(A)", "1"),
        ("x$(A)y$(A)", "x1y1"),
        ("$(B)", "$(B)"),
        ("$$(A)", "$(A)"),
        ("$A", "$A"),
        ("$(echo x)", "$(echo x)"),
    ],
)
def test_variables_areexpanded_as_kubernetes_does(text: str, expanded: str) -> None:
    assert expand(text, {"A": "1"}) == expanded


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("/mnt/models", "/tmp/m"),
        ("--dir=/mnt/models/a", "--dir=/tmp/m/a"),
        ("file:///mnt/models/a", "file:///tmp/m/a"),
        ("/mnt/models-old", "/mnt/models-old"),
        ("/a/mnt/models", "/a/mnt/models"),
        ("/mnt/models/sub/b", "/tmp/s/b"),
    ],
)
def test_paths_of_volumes_become_folders(text: str, local: str) -> None:
    mounts = [{"name": "m", "mountPath": "/mnt/models"}, {"name": "s", "mountPath": "/mnt/models/sub/"}]
    folders = {"m": Path("/tmp/m"), "s": Path("/tmp/s")}
    assert relocate({"volumeMounts": mounts}, folders, {})(text) == local


@pytest.mark.parametrize(
    ("policy", "initial", "main", "told"),
    [
        ("Never", [], [waiting("ContainerCreating")], "Pending"),
        ("Never", [], [running("")], "Running"),
        ("Never", [], [running(""), terminated(0, "")], "Running"),
        ("Never", [], [terminated(0, ""), terminated(0, "")], "Succeeded"),
        ("Never", [], [terminated(0, ""), terminated(1, "")], "Failed"),
        ("Never", [terminated(1, "")], [waiting("ContainerCreating")], "Failed"),
        ("Always", [], [terminated(65, "")], "Running"),
        ("Always", [], [terminated(0, "")], "Running"),
        ("Always", [terminated(1, "")], [waiting("ContainerCreating")], "Pending"),
        ("OnFailure", [], [terminated(1, "")], "Running"),
        ("OnFailure", [], [terminated(0, "")], "Succeeded"),
    ],
)
def test_a_phase_follows_from_the_containers_and_the_policy(
    policy: str, initial: list[dict[str, Any]], main: list[dict[str, Any]], told: str
) -> None:
    first, second = (
        [State(str(number), "image", one) for number, one in enumerate(group)] for group in (initial, main)
    )
    assert phase(first, second, policy) == told
