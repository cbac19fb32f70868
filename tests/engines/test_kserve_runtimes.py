"""A revision is served by a runtime of KServe's own: MLServer, which KServe's storage initializer brings its model."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import lightgbm
import numpy as np
import pytest

from reconciler.conformance.servings import wait_for
from reconciler.kubernetes import Access
from reconciler.kubernetes.access import Token
from reconciler.model.ids import Address, Digest, RunName
from reconciler.model.kinds.deployments import Replicas
from reconciler.model.observed import Revision, RevisionState
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.serving.kserve import KServeServing
from reconciler.providers.serving.kserve.kinds import revision_name
from runners.contract import Request, Result
from runners.smoke import run
from tests.conformance.kserve import INFERENCE_SERVICES, PODS, KServeBench
from tests.servers.kubernetes import Cluster
from tests.servers.kubernetes.api import Manifest
from tests.servers.lakefs import LakeFS
from tests.servers.lakefs.tenant import Tenant
from tests.servers.process import until

pytestmark = [pytest.mark.slow, pytest.mark.servers("mlserver")]
DEPLOYMENT, REVISION = Address("deployments/employment"), Digest("0123456789ab")
RUN = RunName("experiments/employment/aaaaaaaaaaaa")
RUNTIME = {"format": "lightgbm", "name": "kserve-mlserver"}
SECRETS, ACCOUNTS = ("v1", "secrets"), ("v1", "serviceaccounts")
REPLICASETS = ("apps/v1", "replicasets")
ROWS = np.array([[0.0, 1.0], [3.0, 0.0], [9.0, 1.0]])
SERVER = Path(__file__).with_name("lightgbm_server.py")
FILE = "model.bst"
"""What MLServer looks for in the folder of a LightGBM model."""


@pytest.fixture(scope="module")
def booster() -> lightgbm.Booster:
    """Return a small model of two columns."""
    rows = np.random.default_rng(7).uniform(0, 10, (200, 2))
    parameters = {"objective": "binary", "verbose": -1, "num_threads": 1, "deterministic": True, "min_data_in_leaf": 5}
    return lightgbm.train(parameters, lightgbm.Dataset(rows, rows[:, 0] > 5), num_boost_round=5)


@pytest.fixture(scope="module")
def tenant(lakefs: LakeFS) -> Tenant:
    return Tenant(lakefs)


@pytest.fixture
def bench(cluster: Cluster, tmp_path: Path) -> Iterator[KServeBench]:
    bench = KServeBench(tmp_path, cluster, image="", runtime=RUNTIME, autoscaler="none")
    yield bench
    bench.close()


@pytest.fixture
def serving(bench: KServeBench) -> KServeServing:
    return opened(bench)


def opened(bench: KServeBench, *, access: Access | None = None, **runtime: str) -> KServeServing:
    return bench.open(access=access or bench.access, runtime=RUNTIME | runtime)


@pytest.fixture
def read_only(bench: KServeBench) -> Access:
    """Return the access of who may see all that is in the namespace, and change nothing."""
    rules = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}]
    return replace(bench.access, token=Token(bench.cluster.create_user(bench.namespace, "reader", rules)))


@pytest.fixture(scope="module")
def trained(tenant: Tenant, booster: lightgbm.Booster) -> dict[str, Any]:
    """Leave a model as a trial does; return what an order says of it: where it is, and the key that opens it."""
    data = tenant.open()
    branch = data.open(RUN).split("/")[3]
    tenant.put(branch, {f"{RUN}/{FILE}": booster.model_to_string().encode()})
    data.commit(RUN, {"run": RUN})
    data.merge(RUN)
    return {"url": data.url(RUN), "secrets": data.access(RUN, lasting=True)}


@pytest.fixture
def order(bench: KServeBench, trained: dict[str, Any]) -> RevisionOrder:
    return bench.order(DEPLOYMENT, REVISION, Replicas(), **trained)


def wait(bench: KServeBench, serving: KServeServing, truth: Callable[[Revision], object], what: str) -> Revision:
    """Wait until something is true of the revision."""
    told = wait_for(bench, serving, lambda told: truth(told[DEPLOYMENT].revisions[REVISION]), what)
    return told[DEPLOYMENT].revisions[REVISION]


def is_ready(revision: Revision) -> bool:
    return revision.state is RevisionState.READY


def asked(rows: Any) -> dict[str, Any]:
    """Return a request of version 2 of the protocol."""
    return {"inputs": [{"name": "rows", "shape": list(rows.shape), "datatype": "FP64", "data": rows.ravel().tolist()}]}


def infer(url: str) -> Any:
    """Ask MLServer by version 2 of the protocol; return its answer."""
    where = f"{url}/v2/models/employment/infer"
    return httpx.post(where, json=asked(ROWS), trust_env=False).raise_for_status().json()


def smoke(url: str, booster: lightgbm.Booster, folder: Path) -> Result:
    """Run the smoke test of a deployment, with examples as a trainer for MLServer leaves them."""
    answers = [{"outputs": [{"name": "predict", "data": booster.predict(row[None]).tolist()}]} for row in ROWS]
    told = [{"request": asked(row[None]), "response": answer} for row, answer in zip(ROWS, answers, strict=True)]
    (folder / "examples.json").write_text(json.dumps(told))
    inputs = {"model": folder.as_uri(), "endpoint": url}
    return run(
        Request(run="r", runner="smoke", params={"name": "employment"}, inputs=inputs, output="memory://"), folder
    )


def service(bench: KServeBench) -> Manifest:
    return bench.cluster.admin.get(bench.place(INFERENCE_SERVICES, revision_name(DEPLOYMENT, REVISION)))


def credentials(bench: KServeBench) -> list[str]:
    """Return which kinds of things that hold or name credentials are there for the revision."""
    name, admin = revision_name(DEPLOYMENT, REVISION), bench.cluster.admin
    return [kind[1] for kind in (SECRETS, ACCOUNTS) if admin.find(bench.place(kind, name))]


def uids(bench: KServeBench) -> set[str]:
    return {one["metadata"]["uid"] for one in bench.cluster.admin.list(bench.place(PODS))}


def test_a_model_in_lakefs_is_served_by_mlserver_and_leaves_nothing(
    bench: KServeBench, serving: KServeServing, order: RevisionOrder, booster: lightgbm.Booster, tmp_path: Path
) -> None:
    serving.start(order)
    ready = wait(bench, serving, is_ready, "ready")
    assert (ready.ready, ready.changed, ready.reason) == (1, "", "")
    serving.route(DEPLOYMENT, {REVISION: 100})
    until(lambda: bench.addresses("employment"), "the endpoint to lead to it")
    (output,) = infer(bench.addresses("employment")[0])["outputs"]
    assert output["data"] == pytest.approx(booster.predict(ROWS).tolist(), abs=1e-12)
    assert smoke(bench.addresses("employment")[0], booster, tmp_path).accepted
    assert credentials(bench) == ["secrets", "serviceaccounts"]
    serving.delete(DEPLOYMENT)
    wait_for(bench, serving, lambda told: DEPLOYMENT not in told, "gone")
    until(lambda: not credentials(bench), "its Secret and its account to go")


def test_what_kserve_adds_is_no_drift_new_bounds_restart_nothing_and_its_end_leaves_nothing(
    bench: KServeBench, serving: KServeServing, order: RevisionOrder, read_only: Access
) -> None:
    serving.start(order)
    wait(bench, serving, is_ready, "ready")
    made, pods = service(bench), uids(bench)
    assert len(made["spec"]["predictor"]["model"]) > 6  # KServe's webhook has filled it in
    for _ in range(3):
        reader = opened(bench, access=read_only)  # a daemon that has just started, and may write nothing
        assert not reader.list()[DEPLOYMENT].revisions[REVISION].changed
        reader.start(order)
    assert service(bench)["metadata"]["generation"] == made["metadata"]["generation"]
    serving.start(replace(order, replicas=Replicas(minimum=2, maximum=2)))
    wait(bench, serving, lambda told: told.ready == 2, "two replicas")
    assert pods < uids(bench)
    serving.start(order)
    told = wait(bench, serving, lambda told: told.scale[0] == 1 and told.wanted == 1, "one replica")
    assert (told.state, told.changed) == (RevisionState.READY, "")
    assert len(bench.cluster.admin.list(bench.place(REPLICASETS))) == 1
    assert credentials(bench)
    serving.stop(DEPLOYMENT, REVISION)
    wait_for(bench, serving, lambda told: DEPLOYMENT not in told, "stopped")
    until(lambda: not credentials(bench), "its Secret and its account to go")


def test_kserve_picks_a_runtime_by_the_format(
    bench: KServeBench, order: RevisionOrder, booster: lightgbm.Booster
) -> None:
    bench.cluster.admin.create(own_runtime(bench.namespace))
    serving = opened(bench, name="")
    serving.start(order)
    wait(bench, serving, is_ready, "ready")
    serving.route(DEPLOYMENT, {REVISION: 100})
    until(lambda: bench.addresses("employment"), "the endpoint to lead to it")
    (output,) = infer(bench.addresses("employment")[0])["outputs"]
    assert output["data"] == pytest.approx(booster.predict(ROWS).tolist(), abs=1e-12)


def own_runtime(namespace: str) -> Manifest:
    """Return a runtime that is made as KServe's own ones with a server of KServe's are."""
    arguments = ["--model_name={{.Name}}", "--model_dir=/mnt/models", "--http_port=8080"]
    container = {"name": "kserve-container", "image": "lightgbm", "command": ["python", str(SERVER)], "args": arguments}
    return {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": "ServingRuntime",
        "metadata": {"name": "lightgbm", "namespace": namespace},
        "spec": {
            "supportedModelFormats": [{"name": "lightgbm", "version": "4", "autoSelect": True, "priority": 1}],
            "protocolVersions": ["v1", "v2"],
            "containers": [container],
        },
    }


@pytest.mark.parametrize(
    ("runtime", "words"),
    [
        ({}, "Specified runtime does not support specified framework/version"),
        ({"name": ""}, "No runtime found to support specified framework/version"),
        # MLServer knows it, but not version 1 of the protocol.
        ({"name": "", "format": "lightgbm"}, "No runtime found to support specified framework/version"),
        ({"name": "none"}, "Waiting for runtime to become available"),
    ],
)
def test_what_no_runtime_takes_has_failed_in_kserve_s_words(
    bench: KServeBench, order: RevisionOrder, runtime: dict[str, str], words: str
) -> None:
    serving = opened(bench, **({"format": "abacus"} | runtime))
    serving.start(order)
    told = wait(bench, serving, lambda told: told.state is RevisionState.FAILED, "failed")
    assert words in told.reason


def test_a_model_that_is_not_there_is_named(bench: KServeBench, serving: KServeServing, order: RevisionOrder) -> None:
    serving.start(replace(order, model_url=f"{order.model_url}-nowhere"))
    told = wait(bench, serving, lambda told: told.state is RevisionState.FAILED, "failed")
    commit, path = order.model_url.split("/", 4)[3:]
    assert told.reason.endswith(f"Failed to fetch model. No model found in {commit}/{path}-nowhere.")
