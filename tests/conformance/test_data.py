"""What every data store promises, on every provider of this distribution."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.conformance.stores import StoreBench
from reconciler.conformance.test_data import *
from tests.conformance.stores import BENCHES, SERVERS

STORES = [pytest.param(name, marks=[pytest.mark.servers(name)] if name in SERVERS else []) for name in BENCHES]


@pytest.fixture(params=STORES)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreBench]:
    server = request.getfixturevalue(SERVERS[request.param]) if request.param in SERVERS else None
    bench = BENCHES[request.param](tmp_path, server)
    yield bench
    bench.close()
