"""A Gitea whose queues are on the disk, as they are where nobody says otherwise: it comes to some things later."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.conformance.test_forge import EDITS, NAME, begin, order
from reconciler.model.observed import ProposalState
from tests.conformance.gitea_forges import GiteaBench
from tests.servers.gitea import Gitea

pytestmark = [pytest.mark.servers("gitea"), pytest.mark.slow]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[GiteaBench]:
    server = Gitea(tmp_path / "gitea", queues="level").start()
    try:
        bench = GiteaBench(tmp_path, server)
        begin(bench)
        yield bench
        bench.close()
    finally:
        server.stop()


def test_a_proposal_that_was_closed_and_one_that_was_merged_make_way_and_stay_open(bench: GiteaBench) -> None:
    forge = bench.open()
    forge.propose(order(bench))
    forge.close(NAME)
    forge.propose(order(bench))
    assert forge.list()[NAME].state is ProposalState.OPEN
    forge.merge(NAME)
    forge.propose(order(bench, edits={**EDITS, "replicas.minimum": 1}))
    assert forge.list()[NAME].state is ProposalState.OPEN
