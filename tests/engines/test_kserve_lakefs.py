"""A replica that starts late loads its model from lakeFS: by a key for endpoints, when every token has ended."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from reconciler.conformance.servings import wait_for
from reconciler.model.ids import Address, Digest, RunName
from reconciler.model.kinds.deployments import Replicas
from reconciler.model.observed import Endpoint, RevisionState
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.data.lakefs import LakeFSData
from tests.conformance.kserve import KServeBench
from tests.servers.kubernetes import Cluster
from tests.servers.lakefs import LakeFS
from tests.servers.lakefs.tenant import Tenant
from tests.servers.process import until
from tests.unit.runners.serve.tiny import TRIAL, make

pytestmark = pytest.mark.slow
DEPLOYMENT = Address("deployments/employment")
BY_KEY, BY_TOKEN = Digest("0123456789ab"), Digest("ba9876543210")
RUN = RunName(TRIAL)
SERVE = ("python", "-m", "runners.serve")


@pytest.fixture
def tenant(tmp_path: Path) -> Iterator[Tenant]:
    """Return a repository of a lakeFS whose tokens end before a pod can use one."""
    server = LakeFS(tmp_path / "lakefs", login="1s").start()
    yield Tenant(server)
    server.stop()


@pytest.fixture
def bench(cluster: Cluster, tmp_path: Path) -> Iterator[KServeBench]:
    bench = KServeBench(tmp_path, cluster, autoscaler="none", command=SERVE)
    yield bench
    bench.close()


def train(tenant: Tenant, data: LakeFSData, folder: Path) -> str:
    """Leave a model as a trial does; return its digest."""
    digest = make(folder)
    branch = data.open(RUN).split("/")[3]
    tenant.put(branch, {f"{RUN}/{path.name}": path.read_bytes() for path in folder.iterdir()})
    data.commit(RUN, {"run": RUN})
    data.merge(RUN)
    return digest


def has_ended(tenant: Tenant, token: str) -> bool:
    """Tell whether lakeFS takes a token no longer."""
    told = {"Authorization": f"Bearer {token}"}
    where = f"{tenant.server.api}/repositories/{tenant.repository}"
    return httpx.get(where, headers=told, trust_env=False).status_code == httpx.codes.UNAUTHORIZED


def order_of(bench: KServeBench, data: LakeFSData, digest: str, *, lasting: bool) -> RevisionOrder:
    revision, access = BY_KEY if lasting else BY_TOKEN, data.access(RUN, lasting=lasting)
    order = bench.order(DEPLOYMENT, revision, Replicas(), url=data.url(RUN), secrets=access)
    return replace(order, model_digest=digest, trial=RUN)


def replicas(endpoint: Endpoint, revision: Digest) -> int:
    return endpoint.revisions[revision].ready


def test_a_late_replica_loads_its_model_by_the_key_and_not_by_a_token(
    bench: KServeBench, tenant: Tenant, tmp_path: Path
) -> None:
    data, serving = tenant.open(), bench.open()
    digest = train(tenant, data, tmp_path / "model")
    by_key, by_token = (order_of(bench, data, digest, lasting=lasting) for lasting in (True, False))
    until(lambda: has_ended(tenant, by_token.secrets["FSSPEC_LAKEFS_ACCESS_TOKEN"]), "the token to end")
    serving.start(by_key)
    serving.start(by_token)
    wait_for(bench, serving, lambda told: replicas(told[DEPLOYMENT], BY_KEY) == 1, "ready by the key")
    serving.start(replace(by_key, replicas=Replicas(minimum=2, maximum=2)))
    wait_for(bench, serving, lambda told: replicas(told[DEPLOYMENT], BY_KEY) == 2, "two replicas by the key")
    told = wait_for(bench, serving, lambda told: told[DEPLOYMENT].revisions[BY_TOKEN].reason, "told why not")
    late = told[DEPLOYMENT].revisions[BY_TOKEN]
    assert late.state is not RevisionState.READY
    assert "serve_access_key_id" in late.reason
