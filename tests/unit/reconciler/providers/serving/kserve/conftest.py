"""A small API server, KServe's part played by the test, and the provider on it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.kubernetes import Access, Kubernetes
from reconciler.kubernetes.access import Token
from reconciler.model.ids import Digest
from reconciler.providers.serving.kserve import KServeServing
from reconciler.providers.serving.kserve.kinds import INFERENCE_SERVICES, SERVICES, revision_name
from tests.unit.reconciler.kubernetes.apiserver import TOKEN, ApiServer, serving
from tests.unit.reconciler.providers.serving.kserve.told import DEPLOYMENT, NAMESPACE, OLD, status

IMAGE = {"image": "registry.example.org/runners:1"}


@dataclass
class Stage:
    """The server, what is there, and a clock that stands still."""

    server: ApiServer
    now: datetime = datetime(2026, 1, 5, 10, tzinfo=UTC)
    opened: list[KServeServing] = field(default_factory=list)

    def open(self, **options: Any) -> KServeServing:
        """Return a provider, as a daemon that has just started makes it."""
        access = Access(self.server.url, NAMESPACE, token=Token(TOKEN))
        return KServeServing(now=lambda: self.now, access=access, **(IMAGE | options))

    def inference_service(self, revision: Digest = OLD) -> Any:
        """Return what is there of a revision; it may be edited."""
        return self.server.things[INFERENCE_SERVICES.path(NAMESPACE, revision_name(DEPLOYMENT, revision))]

    def service(self) -> Any:
        """Return the Service that leads to the endpoint."""
        return self.server.things[SERVICES.path(NAMESPACE, "employment")]

    def become_ready(self, revision: Digest = OLD, **more: Any) -> None:
        """Play KServe: the pods of a revision answer."""
        with self.server.guard:
            thing = self.inference_service(revision)
            thing["status"] = status(**more)
            self.touched(thing)

    def touched(self, thing: Any) -> None:
        """Give a thing that was edited its next version, and tell those who watch."""
        with self.server.guard:
            self.server.version += 1
            thing["metadata"]["resourceVersion"] = str(self.server.version)
            self.server.guard.notify_all()

    def asked(self, act: Callable[[], object]) -> list[str]:
        """Return the methods and kinds of the calls that an act makes."""
        before = len(self.server.asked)
        act()
        return [f"{one.method} {one.path.split('/')[-1]}" for one in self.server.asked[before:]]


@pytest.fixture
def stage() -> Iterator[Stage]:
    with serving(ApiServer()) as server:
        yield Stage(server)


@pytest.fixture
def kubernetes(stage: Stage) -> Iterator[Kubernetes]:
    client = Kubernetes(Access(stage.server.url, NAMESPACE, token=Token(TOKEN)), timeout=5)
    yield client
    client.close()
