"""The pytest plugin of the servers: any test that asks for one of these fixtures gets a real server.

A server is started once for all tests of a worker. A test that breaks its server asks for the `own_` one. Tests that
ask for a server are marked `servers`, and are skipped where it isn't built; when one fails, its report has what the
servers logged meanwhile.
"""

import secrets
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from tests.servers import turns
from tests.servers.process import Processes
from tests.servers.resting import awake, first_words

if TYPE_CHECKING:
    from tests.servers.alertmanager import Alertmanager
    from tests.servers.gateway.server import Gateway
    from tests.servers.gitea import Gitea
    from tests.servers.kafka import Kafka
    from tests.servers.kubernetes import Cluster
    from tests.servers.label_studio import LabelStudioServer
    from tests.servers.lakefs import LakeFS
    from tests.servers.mariadb import MariaDB
    from tests.servers.nats import Nats
    from tests.servers.postgres import PostgreSQL
    from tests.servers.prometheus.server import Prometheus
    from tests.servers.seaweedfs import SeaweedFS

_CLUSTER = ("etcd", "kubernetes", "kwok", "kueue", "kserve", "gateway")
SERVERS = {
    "lakefs": ("lakefs",),
    "own_lakefs": ("lakefs",),
    "lakefs_on_s3": ("lakefs",),
    "seaweedfs": (),
    "postgres": (),
    "cluster": _CLUSTER,
    "own_cluster": _CLUSTER,
    "mariadb": ("mariadb",),
    "kafka": ("kafka",),
    "own_kafka": ("kafka",),
    "nats": ("nats",),
    "own_nats": ("nats",),
    "prometheus": ("prometheus",),
    "alertmanager": ("alertmanager",),
    "gitea": ("gitea",),
    "own_gitea": ("gitea",),
    "label_studio": ("label-studio",),
    "own_label_studio": ("label-studio",),
}
"""Each fixture, and which servers must be built for it."""

ONE_WORKER = {"cluster": "cluster", "own_cluster": "cluster", "label_studio": "label studio"}
"""Fixtures too heavy for each worker to have them, and the group of the tests that ask for them: on one worker, or two.
"""

Server = TypeVar("Server", bound=Processes)

_log_sizes = pytest.StashKey[dict[Path, int]]()


def running(server: Server) -> Iterator[Server]:
    """Start a server, yield it, and stop it."""
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def lakefs(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[LakeFS]":
    """Return a running lakeFS that other tests use too: make repositories and users of your own names in it."""
    from tests.servers.lakefs import LakeFS

    yield from running(LakeFS(tmp_path_factory.mktemp("lakefs")))


@pytest.fixture
def own_lakefs(tmp_path: Path) -> "Iterator[LakeFS]":
    """Return a running lakeFS that no other test uses: stop it, pause it, delete its folder."""
    from tests.servers.lakefs import LakeFS

    yield from running(LakeFS(tmp_path / "lakefs"))


@pytest.fixture(scope="session")
def seaweedfs(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[SeaweedFS]":
    """Return a running S3 store that other tests use too: make buckets of your own names in it."""
    from tests.servers.seaweedfs import SeaweedFS

    yield from running(SeaweedFS(tmp_path_factory.mktemp("seaweedfs")))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[PostgreSQL]":
    """Return a running PostgreSQL that other tests use too: make databases of your own in it."""
    from tests.servers.postgres import PostgreSQL
    from tests.servers.postgres.server import obstacle

    if why := obstacle():
        pytest.skip(why)
    yield from running(PostgreSQL(tmp_path_factory.mktemp("postgres")))


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[MariaDB]":
    """Return a running MariaDB that other tests use too: make databases of your own in it."""
    from tests.servers.mariadb import MariaDB

    yield from running(MariaDB(tmp_path_factory.mktemp("mariadb")))


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Kafka]":
    """Return a running Kafka that other tests use too: make topics of your own in it."""
    from tests.servers.kafka import Kafka

    yield from running(Kafka(tmp_path_factory.mktemp("kafka")))


@pytest.fixture
def own_kafka(tmp_path: Path) -> "Iterator[Kafka]":
    """Return a running Kafka that no other test uses: stop it, pause it, delete its folder."""
    from tests.servers.kafka import Kafka

    yield from running(Kafka(tmp_path / "kafka"))


@pytest.fixture(scope="session")
def nats(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Nats]":
    """Return a running NATS that other tests use too: make streams of your own in it."""
    from tests.servers.nats import Nats

    yield from running(Nats(tmp_path_factory.mktemp("nats")))


@pytest.fixture
def own_nats(tmp_path: Path) -> "Iterator[Nats]":
    """Return a running NATS that no other test uses: stop it, pause it, delete its folder."""
    from tests.servers.nats import Nats

    yield from running(Nats(tmp_path / "nats"))


@pytest.fixture(scope="session")
def lakefs_on_s3(seaweedfs: "SeaweedFS", tmp_path_factory: pytest.TempPathFactory) -> "Iterator[LakeFS]":
    """Return a running lakeFS that keeps its objects in the S3 store, for what only works there: presigned URLs."""
    from tests.servers.lakefs import LakeFS

    yield from running(LakeFS(tmp_path_factory.mktemp("lakefs"), seaweedfs))


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Cluster]":
    """Return a running Kubernetes, with Kueue and KServe, that other tests use too: work in a `namespace`."""
    from tests.servers.kubernetes import Cluster

    with awake("cluster", Cluster(tmp_path_factory.mktemp("cluster"))) as server:
        yield server


@pytest.fixture
def own_cluster(tmp_path: Path) -> "Iterator[Cluster]":
    """Return a running Kubernetes without Kueue and KServe that no other test uses: stop it, delete its folder."""
    from tests.servers.kubernetes import Cluster

    yield from running(Cluster(tmp_path / "cluster", with_controllers=False))


@pytest.fixture(scope="session")
def gateway(cluster: "Cluster", tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Gateway]":
    """Return a controller of Gateways beside the cluster, that other tests use too."""
    from tests.servers.gateway.server import Gateway
    from tests.servers.ports import may_be_low

    if not may_be_low():
        pytest.skip(
            "services listen at port 80, which this user may not: sysctl net.ipv4.ip_unprivileged_port_start=80"
        )
    with awake("cluster", Gateway(cluster, tmp_path_factory.mktemp("gateway"))) as controller:
        yield controller


@pytest.fixture(scope="session")
def prometheus(cluster: "Cluster", tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Prometheus]":
    """Return a Prometheus that scrapes the annotated pods of the cluster every second."""
    from tests.servers.prometheus.server import Prometheus

    with awake("cluster", Prometheus(cluster, tmp_path_factory.mktemp("prometheus"))) as server:
        yield server


@pytest.fixture
def alertmanager(tmp_path: Path) -> "Iterator[Alertmanager]":
    """Return an Alertmanager that no other test uses."""
    from tests.servers.alertmanager import Alertmanager

    yield from running(Alertmanager(tmp_path / "alertmanager"))


@pytest.fixture(scope="session")
def gitea(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Gitea]":
    """Return a running forge that other tests use too: make people and repositories of your own names in it."""
    from tests.servers.gitea import Gitea

    yield from running(Gitea(tmp_path_factory.mktemp("gitea")))


@pytest.fixture
def own_gitea(tmp_path: Path) -> "Iterator[Gitea]":
    """Return a running forge that no other test uses: stop it, pause it, delete its folder."""
    from tests.servers.gitea import Gitea

    yield from running(Gitea(tmp_path / "gitea"))


@pytest.fixture(scope="session")
def label_studio(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[LabelStudioServer]":
    """Return a running labelling tool that other tests use too: make projects of your own names in it."""
    from tests.servers.label_studio import LabelStudioServer

    yield from running(LabelStudioServer(tmp_path_factory.mktemp("label-studio")))


@pytest.fixture
def own_label_studio(tmp_path: Path) -> "Iterator[LabelStudioServer]":
    """Return a running labelling tool that no other test uses: stop it, pause it, break its database."""
    from tests.servers.label_studio import LabelStudioServer

    yield from running(LabelStudioServer(tmp_path / "label-studio"))


@pytest.fixture
def namespace(cluster: "Cluster") -> Iterator[str]:
    """Return a namespace of the cluster for one test; afterwards it ends, and all that runs in it."""
    from tests.servers.kubernetes import Where

    name = cluster.create_namespace(f"test-{secrets.token_hex(4)}")
    yield name
    cluster.admin.delete(Where("v1", "namespaces", name))


def group(server: str, file: Path) -> str:
    """Return the group of the tests that share a heavy server: the ports' suites and the faults, or all others."""
    is_port = file.parent.name == "conformance" or file.stem.endswith("_faults")
    return f"{server} of the ports" if is_port else server


def provider(name: str, server: str, file: str) -> Any:
    """Return a provider as a parameter of its port's suite; one on a real server is marked with what it needs.

    Args:
        name: the provider.
        server: the fixture of its server; empty where it needs none.
        file: the suite's file.
    """
    alone = pytest.mark.xdist_group(group(server, Path(file)))
    return pytest.param(name, marks=[pytest.mark.servers(*SERVERS[server]), alone] if server else [])


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test that needs a server, put those on one worker that share a heavy one, and let engines take turns."""
    if set(SERVERS) & set(_fixtures(item)):
        item.add_marker(pytest.mark.servers)
    for heavy in sorted({ONE_WORKER[name] for name in set(ONE_WORKER) & set(_fixtures(item))}):
        item.add_marker(pytest.mark.xdist_group(group(heavy, item.path)))
    engine = turns.engine(set(_fixtures(item)) | first_words(item) | _marked(item), item.path.name)
    if engine and item.get_closest_marker("turns") is None:
        item.add_marker(pytest.mark.turns(turns.WHAT, engine))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what can't run here, and note how long the logs are before the test."""
    if item.get_closest_marker("servers") is None:
        return
    from tests.servers.process import RUNNING

    if missing := _missing(_needed(item)):
        pytest.skip(f"not built: {', '.join(missing)}; run `make servers`")
    item.stash[_log_sizes] = {process.log: process.log.stat().st_size for process in RUNNING.values()}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the servers logged to the report of a failed test."""
    report = yield
    if report.failed and item.get_closest_marker("servers"):
        from tests.servers.process import RUNNING

        sizes = item.stash.get(_log_sizes, {})
        for process in RUNNING.values():
            if text := process.tail(beyond=sizes.get(process.log, 0)):
                report.sections.append((f"log of {process.name}", text))
    return report


def _needed(item: pytest.Item) -> set[str]:
    """Return the servers that a test can't do without: by its fixtures, or as `pytest.mark.servers("lakefs")` says."""
    return {server for name in _fixtures(item) for server in SERVERS.get(name, ())} | _marked(item)


def _marked(item: pytest.Item) -> set[str]:
    return {str(name) for mark in item.iter_markers("servers") for name in mark.args}


def _fixtures(item: pytest.Item) -> tuple[str, ...]:
    return tuple(getattr(item, "fixturenames", ()))


def _missing(servers: set[str]) -> list[str]:
    from tests.formats import environment as formats
    from tests.servers.building import is_built
    from tests.servers.kafka import environment as kafka
    from tests.servers.label_studio import environment as label_studio
    from tests.servers.mariadb import environment as mariadb
    from tests.servers.mlserver import environment as mlserver
    from tests.servers.recipes import RECIPES

    built = {name for name, recipe in RECIPES.items() if is_built(recipe)}
    installed = {one.NAME for one in (mlserver, label_studio, formats, kafka, mariadb) if one.is_installed()}
    return sorted(servers - built - installed)
