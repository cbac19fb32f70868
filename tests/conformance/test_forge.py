"""What every forge promises, on every provider of this distribution."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.conformance.forges import ForgeBench
from reconciler.conformance.test_forge import *
from reconciler.conformance.test_forge import begin
from tests.conformance.forges import BENCHES


@pytest.fixture(params=BENCHES)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ForgeBench]:
    bench = BENCHES[request.param](tmp_path)
    begin(bench)
    yield bench
    bench.close()
