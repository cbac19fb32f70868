"""The life of `embedded`, lived on lakeFS, Kubernetes with Kueue, and KServe; and how it ended there."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from reconciler.ports.engines import Engines as Ports
from reconciler.wiring import wire
from tests.crashes.embedded import NAME, WAREHOUSE, Life
from tests.crashes.remains import nameless, told_in
from tests.servers.engines import Engines, started
from tests.servers.lakefs.tenant import Tenant

ENVIRONMENT = "cluster"
PROVIDERS = {"data": "lakefs", "pool": "kubernetes", "serving": "kserve"}
_TIMED = ("result.json", "provenance.json", "model-card.md", "model.intoto.jsonl")


class LifeOnEngines(Life):
    """A life whose data, jobs and endpoints are on servers, each of which is its own."""

    def __init__(self, folder: Path, engines: Engines) -> None:
        told = {port: {"provider": PROVIDERS[port], **options} for port, options in engines.options.items()}
        super().__init__(folder, ENVIRONMENT, yaml.safe_dump(told))
        self.secrets |= engines.secrets
        self._engines = engines
        assert engines.tenant
        self.tenant = engines.tenant
        self._ports: Ports | None = None

    def reach(self, url: str) -> str:
        """Return where this process reaches an endpoint; empty until its address has come to be known."""
        try:
            return self._engines.reach(url)
        except KeyError:
            return ""

    @property
    def logs(self) -> Path:
        """Return where the endpoint logs what it was asked and answered."""
        return self.folder / "servers" / "payloads" / NAME

    @property
    def ports(self) -> Ports:
        """Return the engines, as another process sees them that changes nothing."""
        if self._ports is None:
            wired = wire(self.settings)
            head = wired.source.head()
            assert head
            wired.converging.cycle(head)
            self._ports = wired.converging.engines
            assert self._ports
        return self._ports


@contextmanager
def begun(folder: Path) -> Iterator[LifeOnEngines]:
    """Begin a life on servers that are started for it; when it is over, they are gone."""
    jobs = {WAREHOUSE: f"sqlite:///{folder / 'warehouse.db'}"}
    with started(ENVIRONMENT, folder / "servers", jobs) as engines:
        life = LifeOnEngines(folder, engines)
        os.environ.update(life.secrets)
        try:
            yield life
        finally:
            life.clear()
            for name in life.secrets:
                os.environ.pop(name, None)


def is_calm(life: LifeOnEngines) -> bool:
    """Tell whether everything is ready and reported, and nothing is under way."""
    return life.is_reported() and not life.ports.data.list().branches


def ending(life: LifeOnEngines) -> dict[str, Any]:
    """Return all that must be the same at the end, whatever happened on the way; one short line for each fact."""
    return {nameless(fact): told for fact, told in _facts(life)}


def _facts(life: LifeOnEngines) -> Iterator[tuple[str, Any]]:
    yield from _data(life.tenant)
    listed = life.ports.pool.list()
    for run, job in listed.jobs.items():
        yield f"job {run}", (job.state, job.attempt, job.exit_code)
    yield "pools", dict(listed.pools)
    for name, served in life.ports.serving.list().items():
        revisions = {key: (held.state, held.ready, held.trial) for key, held in served.revisions.items()}
        yield f"endpoint {name}", (revisions, dict(served.traffic))
    yield "logged requests", life.logged
    yield from told_in(life)


def _data(tenant: Tenant) -> Iterator[tuple[str, Any]]:
    """Return the branches, the versions, the files of the environment, and how often each run was merged."""
    yield "data branches", sorted(map(_run_of, tenant.branches()))
    tags = tenant.ask("GET", "/tags", params={"amount": 1000}).json()["results"]
    yield "versions", sorted(_run_of(tag["id"]) for tag in tags)
    for path, content in tenant.tree(ENVIRONMENT).items():
        is_same = not path.endswith(_TIMED) and "/monitors/" not in f"/{path}"
        yield f"data {path}", content if is_same else ""
    history = tenant.ask("GET", f"/refs/{ENVIRONMENT}/commits", params={"amount": 1000}).json()["results"]
    merges = [one["metadata"].get("run", "") for one in history if len(one["parents"]) > 1]
    yield "merges", Counter(map(nameless, merges))


def _run_of(name: str) -> str:
    """Return the name of a branch or a tag of lakeFS with that of the run in it as it is written elsewhere."""
    return nameless(name.replace("_", "/"))
