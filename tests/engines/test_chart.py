"""The Helm chart: what the real Helm makes of it, and a daemon that really runs in the pod that it asks for."""

import shutil
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.cli.init import write_sample
from reconciler.git.init import begin
from tests.servers.building import cache, home_of
from tests.servers.kubernetes import Cluster
from tests.servers.recipes import HELM

ROOT = Path(__file__).parents[2]
CHART, ENGINES = ROOT / "deploy/helm/setpoint", ROOT / "docs/engines"
WORDS = ("--set", "image=example.com/setpoint/daemon:0.1.0", "--set", "environments={dev}")
REPOSITORY = ("--set", "repository=https://git.example.com/team/ml.git")
pytestmark = [pytest.mark.slow, pytest.mark.servers("helm")]


def helm(*words: str) -> "subprocess.CompletedProcess[str]":
    line = [home_of(HELM) / "helm", *words]
    return subprocess.run(line, capture_output=True, text=True, check=False, timeout=240)


def rendered(*words: str) -> list[dict[str, Any]]:
    done = helm("template", "ml", str(CHART), "--namespace", "setpoint", *WORDS, *REPOSITORY, *words)
    assert done.returncode == 0, done.stderr
    return [one for one in yaml.safe_load_all(done.stdout) if one]


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


@pytest.fixture
def repository() -> Iterator[Path]:
    """Make a repository with the sample, outside of what stands for the pod's own paths."""
    folder = cache() / "chart-tests" / uuid.uuid4().hex
    folder.mkdir(parents=True)
    subprocess.run(["git", "-C", str(folder), "init", "-q", "-b", "main"], check=True)
    for key, value in (("user.name", "Ada"), ("user.email", "ada@example.org")):
        subprocess.run(["git", "-C", str(folder), "config", key, value], check=True)
    begin(folder, "Begin", write_sample(folder, empty=True))
    yield folder
    shutil.rmtree(folder)


def test_it_installs_a_daemon_that_runs_in_its_pod(cluster: Cluster, namespace: str, repository: Path) -> None:
    reach = ["--kube-apiserver", cluster.url, "--kube-token", cluster.place.tokens["admin"]]
    reach += ["--kube-ca-file", str(cluster.authority), "--namespace", namespace]
    values = {
        "replicas": 1,
        "repository": str(repository),
        "lease": "git",  # the stand-in for a kubelet gives pods no token
        "podLabels": {"app.kubernetes.io/managed-by": "setpoint"},  # by which it runs them
    }
    told = repository.with_suffix(".yaml")
    told.write_text(yaml.safe_dump(values))
    try:
        done = helm("install", "ml", str(CHART), *WORDS, "--values", str(told), "--wait", "--timeout", "3m", *reach)
        assert done.returncode == 0, done.stderr + done.stdout
        deadline = time.monotonic() + 60
        while not has_status(repository):
            assert time.monotonic() < deadline, "the daemon recorded no status"
            threading.Event().wait(0.1)
        done = helm("uninstall", "ml", "--wait", *reach)
        assert done.returncode == 0, done.stderr
    finally:
        told.unlink()


def has_status(repository: Path) -> bool:
    line = ["git", "-C", str(repository), "rev-parse", "--verify", "--quiet", "refs/heads/setpoint/dev"]
    return subprocess.run(line, capture_output=True, check=False).returncode == 0
