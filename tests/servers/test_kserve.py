"""KServe makes an endpoint of an InferenceService, and its predictor is a process that answers."""

import httpx
import pytest

from tests.servers.jobs import LABELS, PYTHON, pods
from tests.servers.kubernetes import Cluster, Where
from tests.servers.kubernetes.api import Manifest, has_condition
from tests.servers.lakefs import LakeFS
from tests.servers.ports import free_port
from tests.servers.process import until

PORT = free_port()
VERSION = "serving.kserve.io/v1beta1"
SERVES = """
import os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ["GREETING"].encode())
HTTPServer(("", int(sys.argv[1])), Answer).serve_forever()
"""


def endpoint(name: str, namespace: str, greeting: str) -> Manifest:
    container = {
        "name": "kserve-container",
        "image": "setpoint",
        "command": [*PYTHON, SERVES, str(PORT)],
        "env": [{"name": "GREETING", "value": greeting}],
        "ports": [{"containerPort": PORT}],
    }
    return {
        "apiVersion": VERSION,
        "kind": "InferenceService",
        "metadata": {"name": name, "namespace": namespace, "labels": LABELS},
        "spec": {"predictor": {"minReplicas": 1, "containers": [container]}},
    }


@pytest.mark.servers("mlserver")
def test_a_predictor_reads_its_model_from_lakefs(cluster: Cluster, namespace: str, lakefs: LakeFS) -> None:
    lakefs.create_repository(namespace)
    with lakefs.client() as client:
        content = {"content": b"learned"}
        where = f"/repositories/{namespace}/branches/main/objects"
        client.post(where, params={"path": "models/loans/greeting"}, files=content).raise_for_status()
    create_account(cluster, namespace, lakefs)
    wanted = endpoint("loans", namespace, "unused")
    (container,) = wanted["spec"]["predictor"]["containers"]
    container["command"] = [
        *PYTHON,
        "import os; os.environ['GREETING'] = open('/mnt/models/greeting').read()\n" + SERVES,
    ]
    container["args"] = [str(PORT)]
    container["env"].append({"name": "STORAGE_URI", "value": f"s3://{namespace}/main/models/loans"})
    wanted["spec"]["predictor"]["serviceAccountName"] = "predictor"
    cluster.admin.apply(wanted)
    cluster.admin.wait(Where.of(wanted), is_ready, "ready")
    assert answers(cluster, namespace) == {"learned"}


def create_account(cluster: Cluster, namespace: str, lakefs: LakeFS) -> None:
    """Give predictors of a namespace the key to lakeFS's S3 gateway, as KServe wants it."""
    notes = {"serving.kserve.io/s3-endpoint": lakefs.url.removeprefix("http://"), "serving.kserve.io/s3-usehttps": "0"}
    metadata = {"name": "lakefs", "namespace": namespace}
    key = {"AWS_ACCESS_KEY_ID": lakefs.admin.key, "AWS_SECRET_ACCESS_KEY": lakefs.admin.secret}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata | {"annotations": notes}, "stringData": key}
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata | {"name": "predictor"}}
    cluster.admin.create(secret)
    cluster.admin.create(account | {"secrets": [{"name": "lakefs"}]})


def is_ready(service: Manifest) -> bool:
    return (
        has_condition(service, "Ready") and service["status"]["observedGeneration"] == service["metadata"]["generation"]
    )


def answers(cluster: Cluster, namespace: str) -> set[str]:
    """Ask every predictor that is ready; one that has just gone says nothing."""
    ready = [pod for pod in pods(cluster, namespace) if has_condition(pod, "Ready")]
    return {answer for pod in ready if (answer := ask(pod["status"]["podIP"]))}


def ask(address: str) -> str:
    """Return what a predictor answers."""
    try:
        return httpx.get(f"http://{address}:{PORT}", trust_env=False).text
    except httpx.TransportError:
        return ""


def test_an_endpoint_gets_ready_and_answers(cluster: Cluster, namespace: str) -> None:
    wanted = endpoint("loans", namespace, "hello")
    cluster.admin.apply(wanted)
    service = cluster.admin.wait(Where.of(wanted), is_ready, "ready")
    assert service["spec"]["predictor"]["containers"][0]["resources"]  # KServe's webhook has filled it in
    assert answers(cluster, namespace) == {"hello"}


def test_a_changed_endpoint_rolls_over(cluster: Cluster, namespace: str) -> None:
    wanted = endpoint("loans", namespace, "old")
    cluster.admin.apply(wanted)
    cluster.admin.wait(Where.of(wanted), is_ready, "ready")
    cluster.admin.apply(endpoint("loans", namespace, "new"))
    until(lambda: answers(cluster, namespace) == {"new"}, "the new predictor alone to answer")


def test_a_deleted_endpoint_leaves_no_process(cluster: Cluster, namespace: str) -> None:
    wanted = endpoint("loans", namespace, "hello")
    cluster.admin.apply(wanted)
    cluster.admin.wait(Where.of(wanted), is_ready, "ready")
    cluster.admin.delete(Where.of(wanted))
    cluster.admin.wait_gone(Where.of(wanted))
    until(lambda: not pods(cluster, namespace), "its pods to go")
