"""The chart as the real Helm makes it, and its daemons in the pods that it asks for."""

import shutil
import subprocess
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import psutil
import yaml

from reconciler.cli.init import write_sample
from reconciler.git.init import begin
from tests.servers.building import cache, home_of
from tests.servers.jobs import pods
from tests.servers.kubernetes import Cluster
from tests.servers.kubernetes.api import Manifest, has_condition
from tests.servers.recipes import HELM
from tests.unit.reconciler.git.people import git

ROOT = Path(__file__).parents[2]
CHART, ENGINES = ROOT / "deploy/helm/setpoint", ROOT / "docs/engines"
WORDS = ("--set", "image=example.com/setpoint/daemon:0.1.0", "--set", "environments={dev}")
REPOSITORY = ("--set", "repository=https://git.example.com/team/ml.git")
SELECTOR = "app.kubernetes.io/name=setpoint"


def helm(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run Helm."""
    line = [home_of(HELM) / "helm", *words]
    return subprocess.run(line, capture_output=True, text=True, check=False, timeout=240)


def rendered(*words: str, namespace: str = "setpoint") -> list[dict[str, Any]]:
    """Return the objects of the chart."""
    done = helm("template", "ml", str(CHART), "--namespace", namespace, *WORDS, *REPOSITORY, *words)
    assert done.returncode == 0, done.stderr
    return [one for one in yaml.safe_load_all(done.stdout) if one]


def reach(cluster: Cluster, namespace: str) -> list[str]:
    """Return the words by which Helm reaches a cluster."""
    told = ["--kube-apiserver", cluster.url, "--kube-token", cluster.place.tokens["admin"]]
    return [*told, "--kube-ca-file", str(cluster.authority), "--namespace", namespace]


def ready_pods(cluster: Cluster, namespace: str) -> list[str]:
    """Return the names of the daemon's pods that are ready: the one that writes."""
    found = pods(cluster, namespace, SELECTOR)
    return sorted(str(one["metadata"]["name"]) for one in found if has_condition(one, "Ready"))


def daemon_of(cluster: Cluster, pod: Manifest) -> psutil.Process:
    """Return the process that is a pod's daemon."""
    address = pod["status"]["podIP"]
    children: Sequence[psutil.Process] = psutil.Process(cluster.kubelet.pid).children(recursive=True)
    (found,) = (one for one in children if _is_daemon(one) and one.environ().get("POD_IP") == address)
    return found


def _is_daemon(process: psutil.Process) -> bool:
    return "reconciler run" in " ".join(chain.from_iterable(word.split() for word in process.cmdline()))


@contextmanager
def began() -> Iterator[Path]:
    """Make a repository with the sample, outside of what stands for a pod's own paths; remove it."""
    folder = cache() / "chart-tests" / uuid.uuid4().hex
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "-b", "main")
    for key, value in (("user.name", "Ada"), ("user.email", "ada@example.org")):
        git(folder, "config", key, value)
    begin(folder, "Begin", write_sample(folder, empty=True))
    yield folder
    shutil.rmtree(folder)


def tokens(folder: Path) -> list[int]:
    """Return the lease's token of each status commit, the oldest first."""
    if not git(folder, "for-each-ref", "refs/heads/setpoint/dev"):
        return []
    form = "--format=%(trailers:key=Lease-Token,valueonly,separator=)"
    return [int(line) for line in git(folder, "log", "--reverse", form, "setpoint/dev").splitlines() if line]
