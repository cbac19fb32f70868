"""What every engine of serving promises, on every provider of this distribution."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.conformance.servings import ServingBench
from reconciler.conformance.test_serving import *
from tests.conformance.servings import BENCHES, SERVERS
from tests.servers import fixtures


def engine(name: str) -> Any:
    """Return an engine as a parameter; one on a real server is marked with what must be built for it."""
    needed = fixtures.SERVERS[SERVERS[name]] if name in SERVERS else ()
    alone = pytest.mark.xdist_group(fixtures.group(SERVERS.get(name, ""), Path(__file__)))
    marks = [pytest.mark.servers(*needed), alone] if needed else []
    return pytest.param(name, marks=marks)


@pytest.fixture(params=[engine(name) for name in BENCHES])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServingBench]:
    server = request.getfixturevalue(SERVERS[request.param]) if request.param in SERVERS else None
    bench = BENCHES[request.param](tmp_path, server)
    yield bench
    bench.close()
