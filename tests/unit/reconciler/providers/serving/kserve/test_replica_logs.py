"""What pods have printed: whose words are read, and how much of them."""

from typing import Any

import pytest

from reconciler.kubernetes import Kubernetes
from reconciler.kubernetes.kinds import PODS, Manifest
from reconciler.model.errors import Refused, Unavailable
from reconciler.ports.serving import LOG_LIMIT
from reconciler.providers.serving.kserve.replica_logs import container_of, read_logs, restarted
from tests.unit.reconciler.kubernetes.apiserver import Fault
from tests.unit.reconciler.providers.serving.kserve.conftest import Stage
from tests.unit.reconciler.providers.serving.kserve.told import DEPLOYMENT, NAMESPACE, NEW, OLD, order, pod

RUNS: Manifest = {"state": {"running": {}}}
INITIALIZING: Manifest = {"state": {"waiting": {"reason": "PodInitializing"}}}
DONE: Manifest = {"state": {"terminated": {"exitCode": 0}}}
BROKEN: Manifest = {"state": {"terminated": {"exitCode": 1}}}


def fetching(server: Manifest, fetcher: Manifest, *, beside: bool = False) -> Manifest:
    """Return a pod whose model is fetched by a container of its own, and maybe one that starts before it and stays."""
    found = pod(container=server)
    names = ["proxy", "storage-initializer"] if beside else ["storage-initializer"]
    found["spec"] = {"initContainers": [{"name": name} for name in names]}
    if beside:
        found["spec"]["initContainers"][0]["restartPolicy"] = "Always"
    states = {"proxy": RUNS, "storage-initializer": fetcher}
    found["status"]["initContainerStatuses"] = [{"name": name, **states[name]} for name in names]
    return found


@pytest.mark.parametrize(
    ("told", "talks"),
    [
        (fetching(INITIALIZING, RUNS), "storage-initializer"),
        (fetching(INITIALIZING, BROKEN), "storage-initializer"),
        (fetching(INITIALIZING, RUNS, beside=True), "storage-initializer"),
        (fetching({"state": {"waiting": {"reason": "CrashLoopBackOff"}}}, DONE, beside=True), "kserve-container"),
        (fetching(RUNS, DONE), "kserve-container"),
        ({**pod(container=INITIALIZING), "spec": {}}, "kserve-container"),
        ({**pod(), "status": {}}, "kserve-container"),
    ],
)
def test_the_container_that_is_at_work_is_heard(told: Manifest, talks: str) -> None:
    assert container_of(told) == talks


@pytest.mark.parametrize(
    ("state", "is_another"),
    [(RUNS, False), ({**RUNS, "restartCount": 2}, True), ({**BROKEN, "restartCount": 2}, False), ({}, False)],
)
def test_a_process_that_took_another_s_place_is_told_from_the_first(state: Manifest, is_another: bool) -> None:
    assert restarted(pod(container=state), "kserve-container") is is_another


@pytest.fixture
def logs(stage: Stage) -> dict[str, bytes]:
    """Return what the pods of the server have printed, by their names; it may be filled."""
    return stage.server.logs


def add_pod(stage: Stage, name: str, revision: Any = OLD, state: Manifest = RUNS) -> None:
    stage.server.things[PODS.path(NAMESPACE, name)] = pod(revision, container=state, name=name)


def test_each_pod_of_the_revision_is_read(kubernetes: Kubernetes, stage: Stage, logs: dict[str, bytes]) -> None:
    add_pod(stage, "b", state={**RUNS, "restartCount": 1})
    add_pod(stage, "a")
    add_pod(stage, "starting")
    add_pod(stage, "other", NEW)
    add_pod(stage, "gone")
    logs |= {"a": b"serves\n", "b": b"again\n", "b before": b"out of memory\n", "other": b"no\n"}
    assert read_logs(kubernetes, NAMESPACE, DEPLOYMENT, OLD) == {
        "a": "serves\n",
        "b": "out of memory\nagain\n",
        "starting": "",
    }


def test_pods_share_the_room(kubernetes: Kubernetes, stage: Stage, logs: dict[str, bytes]) -> None:
    for name in "abcd":
        add_pod(stage, name, state={**RUNS, "restartCount": 1})
        logs |= {name: b"line\n" * LOG_LIMIT, f"{name} before": b"former\n" * LOG_LIMIT}
    found = read_logs(kubernetes, NAMESPACE, DEPLOYMENT, OLD)
    assert [LOG_LIMIT // 4 - 20 < len(text) <= LOG_LIMIT // 4 for text in found.values()] == [True] * 4


def test_a_missing_right_is_named_and_no_answer_is_no_log(kubernetes: Kubernetes, stage: Stage) -> None:
    add_pod(stage, "a")
    stage.server.faults = [None, Fault(502)]
    with pytest.raises(Unavailable):
        read_logs(kubernetes, NAMESPACE, DEPLOYMENT, OLD)
    stage.server.forbidden.add(("GET", "pods/log"))
    with pytest.raises(Refused) as refused:
        read_logs(kubernetes, NAMESPACE, DEPLOYMENT, OLD)
    assert '"resources": ["pods/log"], "verbs": ["get"]' in refused.value.hint


def test_a_revision_without_pods_has_no_log_and_none_is_told_apart(stage: Stage) -> None:
    serving = stage.open()
    with pytest.raises(FileNotFoundError):
        serving.logs(DEPLOYMENT, OLD)
    serving.start(order())
    assert serving.logs(DEPLOYMENT, OLD) == {}
