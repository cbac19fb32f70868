"""Pods that are ours really run: what is told of them is what their processes did."""

import base64
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.servers.jobs import LABELS, PYTHON, ended, job, log_of, pods, run
from tests.servers.kubelet.account import obstacle
from tests.servers.kubernetes import Cluster, Where
from tests.servers.ports import free_port
from tests.servers.process import until

WAITS = """
import os, time
print(os.getpid(), flush=True)
time.sleep(60)
"""


def test_a_job_with_a_gpu_runs_and_its_log_is_read(cluster: Cluster, namespace: str) -> None:
    pod = run(cluster, job("hello", namespace, *PYTHON, "print('first'); print('second')"))
    assert pod["status"]["phase"] == "Succeeded"
    assert pod["spec"]["nodeName"] in ("node-a100", "node-t4")
    assert ended(pod)["exitCode"] == 0
    assert log_of(cluster, pod) == "first\nsecond\n"
    assert log_of(cluster, pod, tailLines="1") == "second\n"


def test_it_runs_on_the_interpreter_of_the_project(cluster: Cluster, namespace: str) -> None:
    pod = run(cluster, job("runner", namespace, *PYTHON, "import runners, sys; print(sys.prefix)"))
    assert log_of(cluster, pod).strip() == sys.prefix


def test_a_failure_tells_its_exit_code_and_its_last_words(cluster: Cluster, namespace: str) -> None:
    script = "echo gone wrong > /dev/termination-log; exit 3"
    pod = run(cluster, job("fails", namespace, "sh", "-c", script))
    assert pod["status"]["phase"] == "Failed"
    assert ended(pod)["exitCode"] == 3
    assert ended(pod)["message"] == "gone wrong\n"


def test_the_log_stands_in_for_last_words(cluster: Cluster, namespace: str) -> None:
    policy = {"terminationMessagePolicy": "FallbackToLogsOnError"}
    pod = run(cluster, job("logs", namespace, "sh", "-c", "echo so it goes; exit 1", container=policy))
    assert ended(pod)["message"] == "so it goes"


def test_a_program_that_is_missing_is_told(cluster: Cluster, namespace: str) -> None:
    pod = run(cluster, job("missing", namespace, "no-such-program"))
    assert ended(pod)["reason"] == "StartError"
    assert "no-such-program" in ended(pod)["message"]


def test_variables_come_from_secrets_and_fields(cluster: Cluster, namespace: str) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys", "namespace": namespace}}
    cluster.admin.create(secret | {"data": {"key": base64.b64encode(b"hush").decode()}})
    env = [
        {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "key"}}},
        {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        {"name": "BOTH", "value": "$(KEY)@$(NODE) $(NONE)"},
    ]
    pod = run(cluster, job("variables", namespace, "sh", "-c", 'echo "$BOTH" $(KEY)', container={"env": env}))
    assert log_of(cluster, pod) == f"hush@{pod['spec']['nodeName']} $(NONE) hush\n"


READS = """
from pathlib import Path
from reconciler.kubernetes import find_access
folder = Path("/var/run/secrets/kubernetes.io/serviceaccount")
access = find_access() if (folder / "token").exists() else None
print(access and (access.server, access.namespace, bool(access.token.headers())))
"""


def test_a_pod_that_asks_for_its_account_s_token_has_it(cluster: Cluster, namespace: str) -> None:
    if why := obstacle():
        pytest.skip(why)
    asks = {"pod": {"automountServiceAccountToken": True}}
    pod = run(cluster, job("asks", namespace, *PYTHON, READS, **asks))
    assert log_of(cluster, pod).strip() == str((cluster.url, namespace, True))
    assert log_of(cluster, run(cluster, job("others", namespace, *PYTHON, READS))) == "None\n"


def test_a_secret_that_comes_later_is_waited_for(cluster: Cluster, namespace: str) -> None:
    env = [{"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "late", "key": "key"}}}]
    cluster.admin.create(job("waits", namespace, "sh", "-c", "test $KEY = here", container={"env": env}))

    def is_waiting() -> bool:
        statuses = [one for pod in pods(cluster, namespace) for one in pod["status"].get("containerStatuses", ())]
        return any(one["state"].get("waiting", {}).get("reason") == "CreateContainerConfigError" for one in statuses)

    until(is_waiting, "the pod to tell what it waits for")
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "late", "namespace": namespace}}
    cluster.admin.create(secret | {"stringData": {"key": "here"}})
    where = Where("batch/v1", "jobs", "waits", namespace)
    cluster.admin.wait(where, lambda one: one["status"].get("succeeded"), "complete")


def test_volumes_are_shared_by_the_containers_of_a_pod(cluster: Cluster, namespace: str) -> None:
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "request", "namespace": namespace}}
    cluster.admin.create(config | {"data": {"request.json": "{}"}})
    mounts = [{"name": "work", "mountPath": "/work"}, {"name": "request", "mountPath": "/etc/request"}]
    first = {
        "name": "first",
        "image": "setpoint",
        "command": ["cp", "/etc/request/request.json", "/work/copied"],
        "volumeMounts": mounts,
    }
    volumes = [{"name": "work", "emptyDir": {}}, {"name": "request", "configMap": {"name": "request"}}]
    more = {"container": {"volumeMounts": mounts}, "pod": {"initContainers": [first], "volumes": volumes}}
    assert log_of(cluster, run(cluster, job("volumes", namespace, "cat", "/work/copied", **more))) == "{}"


def test_indexed_pods_know_their_index_and_one_another(cluster: Cluster, namespace: str) -> None:
    port = free_port()
    meets = """
import os, socket, sys, time
index, port = int(os.environ["JOB_COMPLETION_INDEX"]), int(sys.argv[1])
if index == 0:
    server = socket.create_server(("0.0.0.0", port))
    print("heard", server.accept()[0].recv(9).decode())
else:
    for _ in range(400):
        try:
            socket.create_connection((os.environ["LEADER"], port)).sendall(b"from one")
            break
        except ConnectionRefusedError:
            time.sleep(0.05)
"""
    env = [{"name": "LEADER", "value": f"pair-0.pair.{namespace}.svc"}]
    spec = {"completions": 2, "parallelism": 2, "completionMode": "Indexed"}
    pair = job(
        "pair", namespace, *PYTHON, meets, str(port), spec=spec, container={"env": env}, pod={"subdomain": "pair"}
    )
    cluster.admin.create(pair)
    cluster.admin.wait(Where.of(pair), lambda one: one["status"].get("succeeded") == 2, "complete")
    (leader,) = pods(cluster, namespace, "batch.kubernetes.io/job-completion-index=0")
    assert log_of(cluster, leader) == "heard from one\n"


def test_a_deleted_job_gets_sigterm_and_leaves_nothing(cluster: Cluster, namespace: str) -> None:
    stopped = job("stopped", namespace, *PYTHON, WAITS)
    cluster.admin.create(stopped)
    cluster.admin.wait(Where.of(stopped), lambda one: one.get("status", {}).get("ready"), "running")
    (pod,) = pods(cluster, namespace)
    until(lambda: log_of(cluster, pod), "the process to tell its id")
    pid = int(log_of(cluster, pod))
    assert Path(f"/proc/{pid}").exists()
    cluster.admin.delete(Where.of(stopped))
    cluster.admin.wait_gone(Where("v1", "pods", pod["metadata"]["name"], namespace))
    assert not Path(f"/proc/{pid}").exists()


def test_what_is_killed_is_told(cluster: Cluster, namespace: str) -> None:
    killed = job("killed", namespace, *PYTHON, "import os; os.kill(os.getpid(), 9)")
    pod = run(cluster, killed)
    assert ended(pod)["exitCode"] == 128 + signal.SIGKILL


def test_a_server_starts_again_and_two_listen_at_one_port(cluster: Cluster, namespace: str) -> None:
    port = free_port()
    serves = f"from http.server import *; HTTPServer(('', {port}), SimpleHTTPRequestHandler).serve_forever()"
    for name in ("one", "two"):
        container = {
            "name": "main",
            "image": "setpoint",
            "command": [*PYTHON, "import os; print(os.getpid(), flush=True); " + serves],
            "ports": [{"containerPort": port}],
        }
        metadata = {"name": name, "namespace": namespace, "labels": LABELS}
        spec = {"containers": [container]}
        cluster.admin.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    ready = [cluster.admin.wait(Where("v1", "pods", name, namespace), is_ready, "ready") for name in ("one", "two")]
    assert ready[0]["status"]["podIP"] != ready[1]["status"]["podIP"]
    os.kill(int(log_of(cluster, ready[0])), signal.SIGKILL)
    again = cluster.admin.wait(
        Where("v1", "pods", "one", namespace), lambda one: is_ready(one) and restarts(one) == 1, "ready again"
    )
    assert again["status"]["containerStatuses"][0]["lastState"]["terminated"]["exitCode"] == 128 + signal.SIGKILL


def is_ready(pod: dict[str, object]) -> bool:
    conditions = pod["status"].get("conditions", ())  # type: ignore[attr-defined]
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def restarts(pod: dict[str, object]) -> int:
    return int(pod["status"]["containerStatuses"][0]["restartCount"])  # type: ignore[index]


ASKS = "import urllib.request, sys; print(urllib.request.urlopen(sys.argv[1], timeout=10).status)"
SERVES = "import http.server; http.server.HTTPServer(('', 8080), http.server.SimpleHTTPRequestHandler).serve_forever()"


def test_the_name_of_a_service_leads_to_the_pods_behind_it(cluster: Cluster, namespace: str) -> None:
    behind = job("behind", namespace, *PYTHON, SERVES, container={"ports": [{"containerPort": 8080}]})
    behind["spec"]["template"]["metadata"] = {"labels": {**LABELS, "answers": "yes"}}
    cluster.admin.apply(behind)
    spec = {"selector": {"answers": "yes"}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": namespace}, "spec": spec}
    cluster.admin.apply(service)
    table = cluster.place.folder / "pods/services.json"
    until(lambda: json.loads(table.read_text()).get(f"web.{namespace}", {}).get("80"), "a pod behind the service")
    pod = run(cluster, job("asks", namespace, *PYTHON, ASKS, f"http://web.{namespace}.svc.cluster.local/"))
    assert log_of(cluster, pod) == "200\n"
