"""What every runner pool promises, on every provider of this distribution."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.conformance.pools import PoolBench
from reconciler.conformance.test_pool import *
from tests.conformance.kubernetes_pools import KubernetesPoolBench
from tests.conformance.pools import EMBEDDED, RayPoolBench
from tests.servers.fixtures import group


def engine(name: str, server: str) -> Any:
    """Return an engine as a parameter: its tests share a server that one worker has."""
    alone = pytest.mark.xdist_group(group(server, Path(__file__)))
    return pytest.param(name, marks=(pytest.mark.servers, pytest.mark.slow, alone))


KUBERNETES, RAY = engine("kubernetes", "cluster"), engine("ray", "ray")


def _real(request: pytest.FixtureRequest, folder: Path) -> PoolBench:
    if request.param == "ray":
        return RayPoolBench(folder, request.getfixturevalue("ray_cluster").address)
    return KubernetesPoolBench(request.getfixturevalue("cluster"), request.getfixturevalue("namespace"))


@pytest.fixture(params=(*EMBEDDED, KUBERNETES, RAY))
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PoolBench]:
    bench = EMBEDDED[request.param](tmp_path) if request.param in EMBEDDED else _real(request, tmp_path)
    yield bench
    bench.close()
