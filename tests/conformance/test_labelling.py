"""What every labelling tool promises, on every provider of this distribution."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.conformance.labellings import LabellingBench
from reconciler.conformance.test_labelling import *
from tests.conformance.labellings import BENCHES, SERVERS
from tests.servers.fixtures import provider


@pytest.fixture(params=[provider(name, SERVERS.get(name, ""), __file__) for name in BENCHES])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LabellingBench]:
    server = request.getfixturevalue(SERVERS[request.param]) if request.param in SERVERS else None
    bench = BENCHES[request.param](tmp_path, server)
    yield bench
    bench.close()
