"""What every forge promises, on every provider of this distribution."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.conformance.forges import ForgeBench
from reconciler.conformance.test_forge import *
from reconciler.conformance.test_forge import begin
from tests.conformance.forges import BENCHES, SERVERS
from tests.servers.fixtures import provider


@pytest.fixture(params=[provider(name, SERVERS.get(name, ""), __file__) for name in BENCHES])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ForgeBench]:
    server = request.getfixturevalue(SERVERS[request.param]) if request.param in SERVERS else None
    bench = BENCHES[request.param](tmp_path, server)
    begin(bench)
    yield bench
    bench.close()
