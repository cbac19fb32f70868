"""What every runner pool promises, on every provider of this distribution."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.conformance.pools import PoolBench
from reconciler.conformance.test_pool import *
from tests.conformance.kubernetes_pools import KubernetesPoolBench
from tests.conformance.pools import EMBEDDED, RayPoolBench

KUBERNETES = pytest.param(
    "kubernetes", marks=(pytest.mark.servers, pytest.mark.slow, pytest.mark.xdist_group("cluster"))
)
RAY = pytest.param("ray", marks=(pytest.mark.servers, pytest.mark.slow, pytest.mark.xdist_group("ray")))


def _real(request: pytest.FixtureRequest, folder: Path) -> PoolBench:
    if request.param == "ray":
        return RayPoolBench(folder, request.getfixturevalue("ray_cluster").address)
    return KubernetesPoolBench(request.getfixturevalue("cluster"), request.getfixturevalue("namespace"))


@pytest.fixture(params=(*EMBEDDED, KUBERNETES, RAY))
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PoolBench]:
    bench = EMBEDDED[request.param](tmp_path) if request.param in EMBEDDED else _real(request, tmp_path)
    yield bench
    bench.close()
