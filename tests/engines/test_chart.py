"""The Helm chart: what the real Helm makes of it, and a daemon that really runs in the pod that it asks for."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from tests.engines.charts import (
    CHART,
    ENGINES,
    REPOSITORY,
    SELECTOR,
    WORDS,
    began,
    daemon_of,
    helm,
    reach,
    ready_pods,
    rendered,
    tokens,
)
from tests.servers.jobs import pods
from tests.servers.kubelet.account import obstacle
from tests.servers.kubernetes import Cluster, Where
from tests.servers.process import until
from tests.unit.reconciler.git.people import git

pytestmark = [pytest.mark.slow, pytest.mark.servers("helm")]


def test_lint_finds_nothing() -> None:
    done = helm("lint", "--strict", str(CHART), *WORDS, *REPOSITORY)
    assert done.returncode == 0, done.stdout
    assert "[WARNING]" not in done.stdout


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ((), "environments: name at least one"),
        (("--set", "environments={dev}"), "repository: give its URL"),
        (("--set", "environments={dev}", *REPOSITORY), "image: name the daemon's image"),
    ],
)
def test_what_is_missing_is_told_by_its_name(words: tuple[str, ...], what: str) -> None:
    assert what in helm("template", "ml", str(CHART), *words).stderr


@pytest.mark.parametrize(
    ("word", "what"),
    [
        ("replicaCount=1", "additional properties 'replicaCount' not allowed"),
        ("rights.job=false", "additional properties 'job' not allowed"),
        ("environments=prod", "at '/environments': got string, want array"),
        ("lease=kubernets", "at '/lease': 'kubernets' does not match"),
        ("env.LIMIT=1000000", "at '/env/LIMIT': got number, want string"),  # which would be written as 1e+06
    ],
)
def test_a_value_that_would_be_passed_over_is_refused(word: str, what: str) -> None:
    assert what in helm("template", "ml", str(CHART), *WORDS, *REPOSITORY, "--set", word).stderr


def test_the_schema_knows_all_values_and_no_others() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    told = json.loads((CHART / "values.schema.json").read_text())["properties"]
    assert told.keys() == values.keys() | {"global"}
    for name in ("rights", "serviceAccount", "service"):
        assert told[name]["properties"].keys() == values[name].keys()


def rules_of(manifests: list[Any], ending: str) -> list[Any]:
    found = [
        one["rules"]
        for one in manifests
        if one["kind"] in ("Role", "ClusterRole") and one["metadata"]["name"].endswith(ending)
    ]
    return sorted((rule for rules in found for rule in rules), key=str)


@pytest.mark.parametrize("path", ["kubernetes/rbac.yaml", "kubernetes/lease-rbac.yaml", "kserve/rbac.yaml"])
def test_its_rights_are_those_that_the_providers_are_tested_with(path: str) -> None:
    shipped = list(yaml.safe_load_all((ENGINES / path).read_text()))
    (ending,) = {one["metadata"]["name"].removeprefix("setpoint") for one in shipped if one["kind"] == "Role"}
    assert rules_of(rendered(), ending) == rules_of(shipped, ending)


def test_rights_that_are_not_asked_for_are_not_given() -> None:
    told = rendered("--set", "rights.jobs=false", "--set", "rights.serving=false", "--set", "lease=git")
    assert {one["kind"] for one in told} == {"ServiceAccount", "Service", "Deployment"}
    (daemon,) = (one for one in told if one["kind"] == "Deployment")
    assert daemon["spec"]["template"]["spec"]["automountServiceAccountToken"] is False


@pytest.mark.parametrize(("lease", "where"), [("kubernetes", "setpoint"), ("kubernetes:leases", "leases")])
def test_rights_to_a_lease_are_where_the_lease_is(lease: str, where: str) -> None:
    told = [one for one in rendered("--set", f"lease={lease}") if one["metadata"]["name"] == "ml-setpoint-lease"]
    assert [(one["kind"], one["metadata"]["namespace"]) for one in told] == [("Role", where), ("RoleBinding", where)]
    assert told[1]["subjects"] == [{"kind": "ServiceAccount", "name": "ml-setpoint", "namespace": "setpoint"}]


@pytest.fixture
def repository() -> Iterator[Path]:
    with began() as folder:
        yield folder


@contextmanager
def installed(cluster: Cluster, namespace: str, folder: Path, **values: Any) -> Iterator[None]:
    """Install the chart for a repository; uninstall it."""
    ours = {"app.kubernetes.io/managed-by": "setpoint"}  # by which the stand-in for a kubelet runs them
    told = folder.with_suffix(".yaml")
    told.write_text(yaml.safe_dump({"repository": str(folder), "podLabels": ours, **values}))
    words = (*WORDS, "--values", str(told), "--wait", "--timeout", "3m", *reach(cluster, namespace))
    done = helm("install", "ml", str(CHART), *words)
    told.unlink()
    assert done.returncode == 0, done.stderr + done.stdout
    yield
    done = helm("uninstall", "ml", "--wait", *reach(cluster, namespace))
    assert done.returncode == 0, done.stderr
    until(lambda: not pods(cluster, namespace, SELECTOR), "the daemons to end")


def test_it_installs_a_daemon_that_runs_in_its_pod(cluster: Cluster, namespace: str, repository: Path) -> None:
    rights = {"jobs": False, "serving": False}
    with installed(cluster, namespace, repository, replicas=1, lease="git", rights=rights):
        until(lambda: tokens(repository), "the daemon to record a status")
        (pod,) = pods(cluster, namespace, SELECTOR)
        assert not any(one["name"].startswith("kube-api-access") for one in pod["spec"]["volumes"])


def test_of_two_replicas_a_lease_elects_one_and_the_other_takes_over(
    cluster: Cluster, namespace: str, repository: Path
) -> None:
    if why := obstacle():
        pytest.skip(why)
    with installed(cluster, namespace, repository):  # as it is: two replicas, a Lease, the account's own rights
        (first,) = ready_pods(cluster, namespace)
        assert len(pods(cluster, namespace, SELECTOR)) == 2
        hung = daemon_of(cluster, cluster.admin.get(Where("v1", "pods", first, namespace)))
        assert is_elected(cluster, namespace, hung)
        until(lambda: tokens(repository), "the first to record a status")
        hung.suspend()  # not ended yet: its pod would start another one at once, and either could be elected
        until(lambda: not is_elected(cluster, namespace, hung), "the other to be elected")
        hung.kill()
        until(lambda: restarts(cluster, namespace, first), "the first's pod to start it again")
        commit(repository, "specs/pools/more.yaml", "capacity: {cpus: 2}\n")
        until(lambda: len(set(tokens(repository))) == 2, "the other to record a status")
        until(lambda: ready_pods(cluster, namespace) not in ([], [first]), "the other to be ready")
        assert lease(cluster, namespace)["leaseTransitions"] == 2
        assert tokens(repository) == sorted(tokens(repository))


def lease(cluster: Cluster, namespace: str) -> dict[str, Any]:
    (found,) = cluster.admin.list(Where("coordination.k8s.io/v1", "leases", "", namespace))
    told: dict[str, Any] = found["spec"]
    return told


def is_elected(cluster: Cluster, namespace: str, daemon: psutil.Process) -> bool:
    """Tell whether a daemon is who the Lease names: a host, a process, and what tells it from others."""
    return bool(lease(cluster, namespace)["holderIdentity"].split(":")[1] == str(daemon.pid))


def restarts(cluster: Cluster, namespace: str, pod: str) -> int:
    (status,) = cluster.admin.get(Where("v1", "pods", pod, namespace))["status"]["containerStatuses"]
    return int(status["restartCount"])


def commit(folder: Path, path: str, text: str) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)
    git(folder, "add", path)
    git(folder, "commit", "--quiet", "-m", path)
