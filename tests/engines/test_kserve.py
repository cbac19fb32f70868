"""What KServe alone must do: requests arrive through every change, what was changed by hand is seen, nothing leaks."""

import json
import secrets
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.conformance.servings import wait_for
from reconciler.model.errors import Refused
from reconciler.model.ids import Address, Digest
from reconciler.model.kinds.access import Access
from reconciler.model.kinds.deployments import Replicas
from reconciler.model.observed import Endpoint, Revision, RevisionState
from reconciler.providers.serving.kserve import KServeServing
from reconciler.providers.serving.kserve.kinds import revision_name
from runners.monitor.parameters import Window
from runners.monitor.payloads import read_log
from tests.conformance.kserve import INFERENCE_SERVICES, SERVICES, KServeBench
from tests.servers.kubernetes import Cluster, Where
from tests.unit.runners.serve.tiny import TRIAL, make

pytestmark = pytest.mark.slow
DEPLOYMENT = Address("deployments/employment")
OLD, NEW = Digest("0123456789ab"), Digest("ba9876543210")
ONE = Replicas()
ASKED = {"instances": [{"AGEP": 30, "SEX": "1"}]}


@pytest.fixture
def bench(cluster: Cluster, tmp_path: Path) -> Iterator[KServeBench]:
    bench = KServeBench(tmp_path, cluster, payloads="file:///mnt/payloads", patience="1s")
    yield bench
    bench.close()


@pytest.fixture
def serving(bench: KServeBench) -> KServeServing:
    return bench.open()


def endpoint(serving: KServeServing) -> Endpoint:
    return serving.list()[DEPLOYMENT]


def wait(bench: KServeBench, serving: KServeServing, truth: Callable[[Revision], object], what: str) -> Revision:
    """Wait until something is true of the old revision."""
    told = wait_for(bench, serving, lambda told: truth(told[DEPLOYMENT].revisions[OLD]), what)
    return told[DEPLOYMENT].revisions[OLD]


def is_ready(revision: Revision) -> bool:
    return revision.state is RevisionState.READY


def start(bench: KServeBench, serving: KServeServing, *revisions: Digest, **more: Any) -> None:
    for revision in revisions:
        serving.start(bench.order(DEPLOYMENT, revision, ONE, **more))
    for revision in revisions:
        wait_for(bench, serving, lambda told, r=revision: is_ready(told[DEPLOYMENT].revisions[r]), f"{revision} ready")  # type: ignore[misc]


def of_revision(bench: KServeBench, revision: Digest = OLD) -> Where:
    return bench.place(INFERENCE_SERVICES, revision_name(DEPLOYMENT, revision))


def patch(bench: KServeBench, where: Where, change: dict[str, Any]) -> None:
    """Change a thing by hand, as `kubectl edit` would."""
    kind = {"content-type": "application/merge-patch+json"}
    bench.cluster.admin.http.patch(where.path, content=json.dumps(change), headers=kind).raise_for_status()


def ask(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}/v2/health/ready", timeout=5) as answer:
        found: dict[str, Any] = json.loads(answer.read())
    return found


def answering(bench: KServeBench, service: str = "employment") -> set[str]:
    """Return the revisions that answer behind a Service."""
    return {str(ask(url)["revision"]) for url in bench.addresses(service)}


def until(truth: Callable[[], object], what: str, patience: float = 30.0) -> None:
    deadline = time.monotonic() + patience
    while not truth():
        assert time.monotonic() < deadline, f"still not: {what}"
        time.sleep(0.05)


def test_no_request_fails_while_traffic_moves(bench: KServeBench, serving: KServeServing) -> None:
    start(bench, serving, OLD, NEW)
    serving.route(DEPLOYMENT, {OLD: 100})
    until(lambda: answering(bench) == {OLD}, "the old one answers")
    seen: list[str] = []
    over = threading.Event()

    def client() -> None:
        while not over.is_set():
            seen.extend(str(ask(url)["revision"]) for url in bench.addresses("employment"))

    thread = threading.Thread(target=client)
    thread.start()
    try:
        serving.route(DEPLOYMENT, {NEW: 100})
        until(lambda: answering(bench) == {NEW}, "the new one answers")
        serving.stop(DEPLOYMENT, OLD)
        wait_for(bench, serving, lambda told: set(told[DEPLOYMENT].revisions) == {NEW}, "stopped")
    finally:
        over.set()
        thread.join()
    assert seen
    assert seen[-1] == NEW
    assert answering(bench, f"{revision_name(DEPLOYMENT, NEW)}-predictor") == {NEW}


def test_a_service_can_t_divide_and_says_what_to_do(bench: KServeBench, serving: KServeServing) -> None:
    start(bench, serving, OLD, NEW)
    serving.route(DEPLOYMENT, {OLD: 100})
    with pytest.raises(Refused, match="divided"):
        serving.route(DEPLOYMENT, {OLD: 90, NEW: 10})
    assert dict(endpoint(serving).traffic) == {OLD: 100}


def test_a_public_endpoint_is_reached_from_outside(bench: KServeBench, serving: KServeServing) -> None:
    start(bench, serving, OLD, visibility="public")
    serving.route(DEPLOYMENT, {OLD: 100})
    assert bench.cluster.admin.get(bench.place(SERVICES, "employment"))["spec"]["type"] == "LoadBalancer"


def test_what_kserve_and_others_write_is_no_change_by_hand(bench: KServeBench, serving: KServeServing) -> None:
    start(bench, serving, OLD)
    patch(bench, of_revision(bench), {"metadata": {"labels": {"team": "risk"}}})
    serving.start(bench.order(DEPLOYMENT, OLD, Replicas(minimum=1, maximum=3, target_rps=12.3456)))
    found = wait(bench, serving, lambda revision: revision.scale == (1, 3, 12.3456), "rescaled")
    assert found.changed == ""
    assert bench.cluster.admin.get(of_revision(bench))["metadata"]["labels"]["team"] == "risk"
    assert bench.cluster.admin.get(of_revision(bench))["metadata"]["generation"] == 2
    serving.start(bench.order(DEPLOYMENT, OLD, Replicas(minimum=1, maximum=3, target_rps=12.3456)))
    assert bench.cluster.admin.get(of_revision(bench))["metadata"]["generation"] == 2


def test_a_revision_edited_by_hand_is_seen_and_corrected(bench: KServeBench, serving: KServeServing) -> None:
    start(bench, serving, OLD)
    patch(bench, of_revision(bench), {"metadata": {"annotations": {"serving.kserve.io/stop": "true"}}})
    wait(bench, serving, lambda revision: revision.changed, "seen")
    wait(bench, serving, lambda revision: "serving.kserve.io/stop" in revision.reason, "told apart from failed")
    assert endpoint(serving).revisions[OLD].state is RevisionState.STARTING
    serving.start(bench.order(DEPLOYMENT, OLD, ONE))
    found = wait(bench, serving, is_ready, "ready again")
    assert found.changed == ""


def test_a_revision_deleted_by_hand_is_gone_from_the_listing(bench: KServeBench, serving: KServeServing) -> None:
    start(bench, serving, OLD)
    serving.route(DEPLOYMENT, {OLD: 100})
    bench.cluster.admin.delete(of_revision(bench))
    told = wait_for(bench, serving, lambda told: not told[DEPLOYMENT].revisions, "gone")
    assert dict(told[DEPLOYMENT].traffic) == {OLD: 100}
    start(bench, serving, OLD)


def test_a_service_edited_by_hand_shows_other_traffic(bench: KServeBench, serving: KServeServing) -> None:
    start(bench, serving, OLD, NEW)
    serving.route(DEPLOYMENT, {OLD: 100})
    serving.list()
    patch(bench, bench.place(SERVICES, "employment"), {"spec": {"selector": {"setpoint.io/revision": NEW}}})
    wait_for(bench, serving, lambda told: dict(told[DEPLOYMENT].traffic) == {NEW: 100}, "seen")
    assert endpoint(serving).since is None
    bench.cluster.admin.delete(bench.place(SERVICES, "employment"))
    wait_for(bench, serving, lambda told: dict(told[DEPLOYMENT].traffic) == {}, "seen")
    serving.route(DEPLOYMENT, {OLD: 100})
    assert dict(endpoint(serving).traffic) == {OLD: 100}


def test_a_service_of_somebody_else_is_left_alone(bench: KServeBench, serving: KServeServing) -> None:
    start(bench, serving, OLD)
    theirs = {"name": "employment", "namespace": bench.namespace}
    bench.cluster.admin.apply(
        {"apiVersion": "v1", "kind": "Service", "metadata": theirs, "spec": {"ports": [{"port": 80}]}}
    )
    with pytest.raises(Refused, match="isn't Setpoint's"):
        serving.route(DEPLOYMENT, {OLD: 100})


def test_credentials_reach_the_process_and_nobody_else(bench: KServeBench, serving: KServeServing) -> None:
    word = secrets.token_hex(16)
    start(bench, serving, OLD, secrets={"LAKECTL_TOKEN": word})
    service = f"{revision_name(DEPLOYMENT, OLD)}-predictor"
    until(lambda: bench.addresses(service), "an address")
    (url,) = bench.addresses(service)
    told = ask(url)
    assert told["secret"] == word
    assert told["logs"].startswith(f"file:///mnt/payloads/employment/{OLD}/{revision_name(DEPLOYMENT, OLD)}-predictor-")
    assert word not in json.dumps(bench.cluster.admin.get(of_revision(bench)))
    assert word not in repr(serving.list())
    where = bench.place(("v1", "secrets"), revision_name(DEPLOYMENT, OLD))
    assert bench.cluster.admin.get(where)["metadata"]["ownerReferences"][0]["kind"] == "InferenceService"
    serving.stop(DEPLOYMENT, OLD)
    bench.cluster.admin.wait_gone(where)


def test_the_real_runner_answers_logs_and_refuses_another_model(cluster: Cluster, tmp_path: Path) -> None:
    command = ("python", "-m", "runners.serve")
    bench = KServeBench(tmp_path, cluster, payloads=(tmp_path / "payloads").as_uri(), command=command)
    try:
        serving, digest = bench.open(), make(tmp_path / "model")
        order = replace(
            bench.order(DEPLOYMENT, OLD, ONE, url=(tmp_path / "model").as_uri()), model_digest=digest, trial=TRIAL
        )
        serving.start(order)
        serving.start(replace(order, revision=NEW, model_digest="sha256:" + "0" * 64))
        wait(bench, serving, is_ready, "ready")
        told = wait_for(bench, serving, lambda t: t[DEPLOYMENT].revisions[NEW].state is RevisionState.FAILED, "refused")
        assert "the model's digest is" in told[DEPLOYMENT].revisions[NEW].reason
        serving.route(DEPLOYMENT, {OLD: 100})
        until(lambda: bench.addresses("employment"), "an address")
        url = f"{bench.addresses('employment')[0]}/v1/models/employment:predict"
        asked = urllib.request.Request(url, json.dumps(ASKED).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=30) as answer:
            assert json.loads(answer.read())["predictions"]
        window = Window(start=None, end=None)
        until(lambda: read_log(endpoint(serving).logs_url, window, TRIAL).counts["events"] == 1, "logged")
    finally:
        bench.close()


def test_pods_ask_for_a_token_and_are_ready_without_one(cluster: Cluster, tmp_path: Path) -> None:
    bench = KServeBench(tmp_path, cluster, command=("python", "-m", "runners.serve"))
    try:
        serving, digest = bench.open(folder=tmp_path / "home"), make(tmp_path / "model")
        order = bench.order(DEPLOYMENT, OLD, ONE, url=(tmp_path / "model").as_uri(), access=Access(internal="token"))
        serving.start(replace(order, model_digest=digest, trial=TRIAL))
        wait(bench, serving, is_ready, "ready")
        serving.route(DEPLOYMENT, {OLD: 100})
        until(lambda: bench.addresses("employment"), "an address")
        url = f"{bench.addresses('employment')[0]}/v1/models/employment:predict"
        token = serving.token(DEPLOYMENT)
        assert [predicted(url, one) for one in ("", "setpoint_wrong", token)] == [401, 401, 200]
        assert predicted(url, bench.open(folder=tmp_path / "home").token(DEPLOYMENT)) == 401, (
            "it has listed nothing yet"
        )
        again = bench.open(folder=tmp_path / "home")
        again.list()
        assert predicted(url, again.token(DEPLOYMENT)) == 200
        assert token not in json.dumps(bench.cluster.admin.get(of_revision(bench)))
        again.delete(DEPLOYMENT)
        bench.cluster.admin.wait_gone(bench.place(("v1", "secrets"), "setpoint-endpoint-employment"))
    finally:
        bench.close()


def predicted(url: str, token: str) -> int:
    """Return the status of a prediction that is asked for with a token."""
    head = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, json.dumps(ASKED).encode(), head), timeout=30
        ) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def test_a_crash_loop_says_the_process_s_words(bench: KServeBench, serving: KServeServing) -> None:
    serving.start(bench.order(DEPLOYMENT, OLD, ONE, url="fake://?crash=no+such+column"))
    found = wait(bench, serving, lambda revision: revision.state is RevisionState.FAILED, "failed")
    assert found.reason == "its process ends again and again, exit code 1: no such column"


@pytest.mark.timing
def test_a_finaliser_that_hangs_is_told_and_others_go_on(bench: KServeBench, serving: KServeServing) -> None:
    start(bench, serving, OLD, NEW)
    serving.route(DEPLOYMENT, {NEW: 100})
    patch(bench, of_revision(bench), {"metadata": {"finalizers": ["example.org/held", "inferenceservice.finalizers"]}})
    serving.stop(DEPLOYMENT, OLD)
    wait(bench, serving, lambda revision: revision.state is RevisionState.STOPPING, "stopping")
    time.sleep(1.1)
    deadline = time.monotonic() + 20
    while not (reason := endpoint(serving).revisions[OLD].reason):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert f"kubectl get inferenceservice {revision_name(DEPLOYMENT, OLD)}" in reason
    assert endpoint(serving).revisions[NEW].state is RevisionState.READY
    patch(bench, of_revision(bench), {"metadata": {"finalizers": None}})
    wait_for(bench, serving, lambda told: set(told[DEPLOYMENT].revisions) == {NEW}, "stopped")
