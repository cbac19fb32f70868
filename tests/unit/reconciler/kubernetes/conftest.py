"""A small API server of the test's own, and the client on it."""

from collections.abc import Iterator

import pytest

from reconciler.kubernetes import Access, Kubernetes
from reconciler.kubernetes.access import Token
from tests.unit.reconciler.kubernetes.apiserver import TOKEN, ApiServer, serving


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with serving(ApiServer()) as server:
        yield server


@pytest.fixture
def kubernetes(server: ApiServer) -> Iterator[Kubernetes]:
    client = Kubernetes(Access(server.url, token=Token(TOKEN)), timeout=5)
    yield client
    client.close()
