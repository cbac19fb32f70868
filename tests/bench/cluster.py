"""cluster_rss_mib: the daemon as `setpoint run` starts it, on lakeFS, Kubernetes with Kueue and KServe.

The controllers are off, and the bench plays KServe's where a revision must be ready: what is measured is ours. Every
revision then waits for its smoke test, a job that nobody lets in, so that the daemon has as much to look at as ever.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from reconciler.providers.pools.kubernetes.kinds import JOBS
from tests.bench.daemon import rss_mib
from tests.bench.endpoints import PLAIN, TRIAL, endpoint, trial
from tests.bench.figure import Figure
from tests.bench.kserve import INFERENCE_SERVICES, Ground, until
from tests.servers.engines import NAMESPACE, engines_of
from tests.servers.kubernetes import Cluster
from tests.servers.lakefs import LakeFS
from tests.servers.lakefs.tenant import Tenant

ENVIRONMENT = "cluster"
PASSES = 50


def measure(quick: bool) -> Iterator[Figure]:
    """Serve many endpoints, change one after another, and look at the daemon's memory."""
    count, changes = (100, 5) if quick else (1000, PASSES)
    with tempfile.TemporaryDirectory(prefix="setpoint-bench-") as place, _servers(Path(place)) as (cluster, tenant):
        engines = engines_of(cluster, tenant, Path(place))
        _put_model(tenant)
        told = yaml.safe_load(next(iter(PLAIN.values())))
        told |= {port: {**options, "provider": _PROVIDERS[port]} for port, options in engines.options.items()}
        pool = {path: text for path, text in PLAIN.items() if path.startswith("specs/")}
        files = {f"environments/{ENVIRONMENT}/environment.yaml": yaml.safe_dump(told), **pool}
        ground = Ground(Path(place) / "repository", cluster.admin.http, count - 1, files, NAMESPACE)
        with _daemon(ground.place, Path(place), {**os.environ, **engines.secrets}) as process:
            yield from _lived(ground, process, changes)


_PROVIDERS = {"data": "lakefs", "pool": "kubernetes", "serving": "kserve"}


@contextmanager
def _servers(place: Path) -> Iterator[tuple[Cluster, Tenant]]:
    lakefs, cluster = LakeFS(place / "lakefs").start(), Cluster(place / "cluster", with_controllers=False)
    try:
        cluster.start().create_namespace(NAMESPACE)
        yield cluster, Tenant(lakefs)
    finally:
        cluster.stop()
        lakefs.stop()


def _put_model(tenant: Tenant) -> None:
    data = tenant.open(ENVIRONMENT)
    branch = data.open(TRIAL).removeprefix("lakefs://").split("/")[1]
    tenant.put(branch, {f"{TRIAL}/result.json": trial()})
    data.commit(TRIAL, {})
    data.merge(TRIAL)


@contextmanager
def _daemon(repository: Path, place: Path, environ: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    line = [sys.executable, "-m", "reconciler", "run", "-C", repository, "-e", ENVIRONMENT, "--home", place / "home"]
    with (
        (place / "daemon.log").open("wb") as log,
        subprocess.Popen(line, stdout=log, stderr=log, env=environ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def _lived(ground: Ground, process: "subprocess.Popen[bytes]", changes: int) -> Iterator[Figure]:
    ground.push({path: text for number in range(ground.count) for path, text in endpoint(number).items()})
    until(lambda: ground.present(INFERENCE_SERVICES) >= ground.count, 0.2, "the push of all")
    ground.become_ready()
    until(lambda: ground.present(JOBS) >= ground.count, 0.2, "the smoke tests of all")
    told = []
    for number in range(changes):
        ground.push(endpoint(number % ground.count, maximum=number + 2))
        until(lambda n=number: ground.maximum(n % ground.count) == n + 2, 0.01, "a change")  # type: ignore[misc]
        told.append(rss_mib(process.pid))
    beside = f"{ground.count + 1} resources, after {changes} changes; {told[0]:.1f} after the first"
    yield Figure("cluster_rss_mib", told[-1], "MiB", "<= 150", beside)
