"""The base of Kustomize: what the real Kustomize makes of it is what the chart installs, and its daemon runs."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.engines.charts import SELECTOR, began, ready_pods, rendered, tokens
from tests.servers.building import home_of
from tests.servers.jobs import pods
from tests.servers.kubelet.account import obstacle
from tests.servers.kubernetes import Cluster, Where
from tests.servers.kubernetes.api import Manifest
from tests.servers.process import until
from tests.servers.recipes import KUSTOMIZE

FOLDER = Path(__file__).parents[2] / "deploy/kustomize"
SAME_AS_EXAMPLE = {
    "repository": "https://git.example.com/team/ml.git",
    "image": "registry.example.com/setpoint/daemon:0.1.0",
    "environments": "{prod}",
    "secrets": "setpoint-secrets",
}
pytestmark = [pytest.mark.slow, pytest.mark.servers("helm", "kustomize")]


def built(folder: Path) -> list[Manifest]:
    line = [home_of(KUSTOMIZE) / "kustomize", "build", str(folder)]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return list(yaml.safe_load_all(done.stdout))


def by_name(manifests: list[Manifest], namespace: str) -> dict[tuple[str, str], Manifest]:
    """Return manifests without what only says who has written them, and which have an order that nobody reads."""
    return {(one["kind"], one["metadata"]["name"].removeprefix(f"{namespace}-")): plain(one) for one in manifests}


def plain(thing: Any) -> Any:
    if isinstance(thing, list):
        return sorted((plain(one) for one in thing), key=str) if all(isinstance(one, dict) for one in thing) else thing
    if not isinstance(thing, dict):
        return thing
    told = {key: plain(one) for key, one in thing.items()}
    if "metadata" in told:
        labels = told["metadata"].get("labels", {})
        kept = {key: labels[key] for key in ("app.kubernetes.io/name", "app.kubernetes.io/instance") if key in labels}
        told["metadata"] = {key: told["metadata"][key] for key in ("name",) if key in told["metadata"]} | kept
    return told


def test_the_example_is_what_the_chart_installs() -> None:
    words = [word for key, value in SAME_AS_EXAMPLE.items() for word in ("--set", f"{key}={value}")]
    chart = rendered(*words, namespace="team")
    ours, theirs = by_name(built(FOLDER / "example"), "team"), by_name(chart, "team")
    assert ours.keys() == theirs.keys()
    for key, one in ours.items():
        if key[0] in ("ClusterRole", "ClusterRoleBinding"):  # the chart's begin with the namespace
            assert (one.get("rules"), one.get("subjects")) == (theirs[key].get("rules"), theirs[key].get("subjects"))
        else:
            assert one == theirs[key], key


@pytest.mark.parametrize("folder", ["base", "example"])
def test_everything_is_in_one_namespace_and_refers_to_what_is_there(folder: str) -> None:
    told = built(FOLDER / folder)
    there = {(one["kind"], one["metadata"]["name"]) for one in told}
    (namespace,) = {one["metadata"]["namespace"] for one in told if not one["kind"].startswith("Cluster")}
    for one in told:
        for subject in one.get("subjects", ()):
            assert subject["namespace"] == namespace
            assert ("ServiceAccount", subject["name"]) in there
        if "roleRef" in one:
            assert (one["roleRef"]["kind"], one["roleRef"]["name"]) in there


@contextmanager
def applied(cluster: Cluster, namespace: str, manifests: list[Manifest]) -> Iterator[None]:
    """Apply manifests as `kubectl apply -k` does; take them away again, and wait until their daemons have ended."""
    for one in manifests:
        query = {"fieldManager": "test", "fieldValidation": "Strict"}
        content, headers = yaml.safe_dump(one).encode(), {"content-type": "application/apply-patch+yaml"}
        answer = cluster.admin.http.patch(Where.of(one).path, params=query, content=content, headers=headers)
        assert answer.is_success, answer.text
    try:
        yield
    finally:
        for one in reversed(manifests):
            cluster.admin.delete(Where.of(one))
        until(lambda: not pods(cluster, namespace, SELECTOR), "the daemons to end")


def test_a_daemon_of_it_runs_with_its_lease(cluster: Cluster, namespace: str) -> None:
    if why := obstacle():
        pytest.skip(why)
    with began() as repository:
        told = overlay(repository, namespace)
        with applied(cluster, namespace, built(told)):
            until(lambda: tokens(repository), "a daemon to record a status")
            until(lambda: len(ready_pods(cluster, namespace)) == 1, "one of two to be ready")
            assert len(pods(cluster, namespace, SELECTOR)) == 2
            (lease,) = cluster.admin.list(Where("coordination.k8s.io/v1", "leases", "", namespace))
            assert lease["metadata"]["name"].startswith("setpoint-dev-")


def overlay(repository: Path, namespace: str) -> Path:
    """Write the example for another repository, with the label by which the stand-in for a kubelet runs its pods."""
    folder = repository / "deploy"
    folder.mkdir()
    example = yaml.safe_load((FOLDER / "example/kustomization.yaml").read_text())
    patch = yaml.safe_load(example["patches"][0]["patch"])
    (daemon,) = patch["spec"]["template"]["spec"]["containers"]
    daemon["env"] = [
        {"name": "SETPOINT_REPOSITORY", "value": str(repository)},
        {"name": "SETPOINT_ENVIRONMENT", "value": "dev"},
    ]
    del daemon["envFrom"]
    patch["spec"]["template"]["metadata"] = {"labels": {"app.kubernetes.io/managed-by": "setpoint"}}
    more = {
        "namespace": namespace,
        "namePrefix": f"{namespace}-",
        "resources": [os.path.relpath(FOLDER / "base", folder)],
        "patches": [{"patch": yaml.safe_dump(patch)}],
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(example | more))
    return folder
