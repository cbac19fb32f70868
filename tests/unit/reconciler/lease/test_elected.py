"""A lease under an election: no claim in Git is taken from anybody but one who was elected before."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.git.refs import RefUpdate
from reconciler.kubernetes import Access, Kubernetes
from reconciler.kubernetes.access import Token
from reconciler.lease import elected
from reconciler.lease.elected import ElectedLease
from reconciler.lease.election import LEASES, SPAN
from reconciler.lease.lease import LeaseHeld
from reconciler.model.errors import Refused, Unavailable
from tests.conformance.leases import LeaseBench
from tests.unit.reconciler.git.people import git
from tests.unit.reconciler.kubernetes.apiserver import TOKEN, ApiServer, Fault, serving

PATIENCE = 30.0


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with serving(ApiServer()) as server:
        yield server


@pytest.fixture
def bench(server: ApiServer, origin: Path, tmp_path: Path) -> Iterator[LeaseBench]:
    bench = LeaseBench(origin, tmp_path / "state", True, lambda: Kubernetes(Access(server.url, token=Token(TOKEN))))
    yield bench
    bench.close()


def made(bench: LeaseBench, holder: str) -> ElectedLease:
    lease = bench.make(holder)
    assert isinstance(lease, ElectedLease)
    return lease


def test_the_claim_of_a_former_term_is_taken_without_waiting_for_its_span(bench: LeaseBench) -> None:
    one, two = made(bench, "one:1"), made(bench, "two:2")
    one.acquire()
    with pytest.raises(LeaseHeld):
        two.acquire()
    bench.clocks.passes(SPAN.total_seconds())
    two.acquire()
    assert (two.held(), two.token()) == (True, 2)


def test_a_daemon_without_elections_is_waited_for_and_waits(bench: LeaseBench) -> None:
    plain, one = bench.fence("plain:1"), made(bench, "one:1")
    plain.acquire()
    with pytest.raises(LeaseHeld, match="plain:1"):
        one.acquire()
    assert not one.held(), "elected it is, and writes nothing"
    plain.release()
    one.acquire()
    assert one.held()
    with pytest.raises(LeaseHeld, match="one:1"):
        plain.acquire()


def test_one_of_another_election_is_waited_for(bench: LeaseBench, server: ApiServer) -> None:
    """Such as one of another cluster, or of the same repository by another URL."""
    one, two = made(bench, "one:1"), made(bench, "two:2")
    one.acquire()
    Kubernetes(Access(server.url, token=Token(TOKEN))).delete(LEASES, "setpoint-dev", bench.namespace)
    with pytest.raises(LeaseHeld, match="one:1"):
        two.acquire()
    assert not two.held()


def test_the_claim_is_renewed_when_it_is_due_and_the_election_at_each_call(
    bench: LeaseBench, server: ApiServer
) -> None:
    one = made(bench, "one:1")
    seen = []
    for seconds in (0, 5, 14, 1):
        bench.clocks.passes(seconds)
        one.acquire()
        seen.append(git(bench.origin, "rev-parse", "refs/setpoint/dev/lease"))
    assert seen[0] == seen[1] == seen[2] != seen[3]
    assert [asked.method for asked in server.asked] == ["GET", "POST", "PATCH", "PATCH", "PATCH"]


def test_a_repository_that_hangs_keeps_the_election_from_nothing(
    bench: LeaseBench, monkeypatch: pytest.MonkeyPatch, server: ApiServer
) -> None:
    monkeypatch.setattr(elected, "PATIENCE", elected.PATIENCE / 100)
    one, go_on = made(bench, "one:1"), threading.Event()
    repository, swap = bench.made[0], bench.made[0].swap

    def hang(updates: list[RefUpdate], *, patience: float | None = None) -> None:
        go_on.wait(PATIENCE)
        swap(updates, patience=patience)

    monkeypatch.setattr(repository, "swap", hang)
    for number in range(3):
        with pytest.raises(Unavailable, match="hasn't said yet"):
            one.acquire()
        assert len(server.asked) == 2 + number
    go_on.set()
    monkeypatch.undo()
    one.acquire()
    assert one.held()


def test_what_the_repository_declines_is_told(bench: LeaseBench, monkeypatch: pytest.MonkeyPatch) -> None:
    one = made(bench, "one:1")

    def declines(updates: list[RefUpdate], *, patience: float | None = None) -> None:
        raise Refused("it declines to move the lease", "check its rules")

    monkeypatch.setattr(bench.made[0], "swap", declines)
    with pytest.raises(Refused, match="declines to move the lease"):
        one.acquire()
    assert not one.held()


def test_it_is_given_back_in_git_though_the_api_server_is_down(bench: LeaseBench, server: ApiServer) -> None:
    one = made(bench, "one:1")
    one.acquire()
    server.faults = [Fault(500)] * 20
    one.release()
    assert not one.held()
    assert bench.fence("other:1").read().holder == ""
