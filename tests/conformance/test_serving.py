"""What every engine of serving promises, on every provider of this distribution."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.conformance.servings import ServingBench
from reconciler.conformance.test_serving import *
from tests.conformance.servings import BENCHES, SERVERS
from tests.servers.fixtures import provider


@pytest.fixture(params=[provider(name, SERVERS.get(name, ""), __file__) for name in BENCHES])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServingBench]:
    server = request.getfixturevalue(SERVERS[request.param]) if request.param in SERVERS else None
    bench = BENCHES[request.param](tmp_path, server)
    yield bench
    bench.close()
