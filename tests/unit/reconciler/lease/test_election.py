"""The election by a Lease of Kubernetes: whatever others have written there, and whatever the API server answers."""

from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.kubernetes import Access, Kubernetes
from reconciler.kubernetes.access import Token
from reconciler.lease.claim import Term
from reconciler.lease.election import LEASES, SPAN, Election, Office
from reconciler.lease.lease import LeaseHeld
from reconciler.model.errors import Refused, Unavailable
from tests.unit.reconciler.kubernetes.apiserver import TOKEN, ApiServer, Fault, serving
from tests.unit.reconciler.lease.test_lease import Watch

PATH = LEASES.path("ml", "setpoint-dev")


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with serving(ApiServer()) as server:
        yield server


@pytest.fixture
def clock() -> Watch:
    return Watch()


@pytest.fixture
def kubernetes(server: ApiServer) -> Iterator[Kubernetes]:
    client = Kubernetes(Access(server.url, token=Token(TOKEN)), timeout=5)
    yield client
    client.close()


@pytest.fixture
def one(kubernetes: Kubernetes, clock: Watch) -> Election:
    return Election(kubernetes, "ml", "setpoint-dev", "one:1", clock, ticks=clock.ticks)


@pytest.fixture
def two(kubernetes: Kubernetes, clock: Watch) -> Election:
    return Election(kubernetes, "ml", "setpoint-dev", "two:2", clock, ticks=clock.ticks)


def spec(server: ApiServer) -> Any:
    return server.things[PATH]["spec"]


def test_it_is_written_as_others_read_it(one: Election, server: ApiServer) -> None:
    """`kubectl get leases` shows it, and who knows client-go's elections knows this one."""
    term = one.acquire()
    assert spec(server) == {
        "holderIdentity": "one:1",
        "leaseDurationSeconds": 9,
        "leaseTransitions": 1,
        "renewTime": "2026-01-01T00:00:00.000000+00:00",
    }
    assert term == Term(server.things[PATH]["metadata"]["uid"], 1)
    one.release()
    assert (spec(server)["holderIdentity"], spec(server)["leaseTransitions"]) == ("", 1)


def test_each_who_is_elected_begins_a_term_and_a_renewal_none(one: Election, two: Election, clock: Watch) -> None:
    assert [one.acquire().number, one.acquire().number] == [1, 1]
    clock.passes(3600)
    assert one.acquire().number == 1, "nobody else wanted it meanwhile"
    one.release()
    assert two.acquire().number == 2
    two.release()
    assert one.acquire().number == 3


def test_a_lease_that_was_deleted_and_made_again_is_another_election(
    one: Election, two: Election, kubernetes: Kubernetes
) -> None:
    former = one.acquire()
    kubernetes.delete(LEASES, "setpoint-dev", "ml")
    later = two.acquire()
    assert not later.is_after(former)
    assert later.election != former.election
    with pytest.raises(LeaseHeld, match="two:2"):
        one.acquire()


def test_an_answer_that_was_lost_is_found_out(one: Election, server: ApiServer) -> None:
    one.acquire()
    server.things[PATH]["metadata"]["resourceVersion"] = "77"
    assert one.acquire().number == 1
    assert one.held()


@pytest.mark.parametrize(
    ("theirs", "waits"),
    [
        ({}, 0),
        ({"holderIdentity": "", "leaseDurationSeconds": 1}, 0),
        ({"holderIdentity": None}, 0),
        ({"holderIdentity": "x", "leaseDurationSeconds": 30, "renewTime": "2099-01-01T00:00:00Z"}, 30),
        ({"holderIdentity": "x", "leaseDurationSeconds": 10**9, "leaseTransitions": "many"}, 600),
        ({"holderIdentity": ["x"], "leaseDurationSeconds": "long", "renewTime": 7}, 600),
    ],
)
def test_whatever_others_wrote_is_waited_for_no_longer_than_ten_minutes(
    one: Election, server: ApiServer, clock: Watch, theirs: dict[str, Any], waits: int
) -> None:
    server.things[PATH] = {"metadata": {"uid": "u", "resourceVersion": "1"}, "spec": theirs}
    if waits:
        with pytest.raises(LeaseHeld):
            one.acquire()
        clock.passes(waits - 1)
        with pytest.raises(LeaseHeld):
            one.acquire()
        clock.passes(1)
    assert one.acquire().number == 1


def test_what_is_no_lease_at_all_is_read_all_the_same() -> None:
    office = Office.read({"metadata": [], "spec": "x"})
    assert (office.holder, office.number, office.version) == ("", 0, "")


def test_what_isn_t_allowed_is_told_with_the_rule_that_is_missing(one: Election, server: ApiServer) -> None:
    server.forbidden = {("GET", "leases")}
    with pytest.raises(Refused, match="we may not get leases") as told:
        one.acquire()
    assert '"resources": ["leases"], "verbs": ["get"]' in told.value.hint


def test_a_server_that_is_down_leaves_it_held_until_it_runs_out(one: Election, server: ApiServer, clock: Watch) -> None:
    one.acquire()
    server.faults = [Fault(500)] * 20
    clock.passes(SPAN.total_seconds() - 1)
    with pytest.raises(Unavailable):
        one.acquire()
    assert one.held()
    clock.passes(1)
    assert (one.held(), one.had_last()) == (False, True)
    server.faults = []
    assert one.acquire().number == 1
