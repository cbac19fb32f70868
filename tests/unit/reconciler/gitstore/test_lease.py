"""One daemon holds the lease; tokens only rise."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.gitstore.lease import Claim, Lease, LeaseHeld, format_claim, parse_claim
from reconciler.gitstore.status import StatusBranch
from reconciler.model.errors import Refused, Unsafe
from tests.unit.reconciler.git.people import git
from tests.unit.reconciler.gitstore.conftest import Open

REF = "refs/setpoint/dev/lease"


@dataclass
class Watch:
    """A clock that is set by hand."""

    moment: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def passes(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Watch:
    return Watch()


@pytest.fixture
def one(opened: Open, clock: Watch) -> Lease:
    return Lease(opened(), "dev", "host-1:10", clock)


@pytest.fixture
def two(opened: Open, clock: Watch) -> Lease:
    return Lease(opened(), "dev", "host-2:20", clock)


def test_the_first_one_gets_it(one: Lease, two: Lease, clock: Watch) -> None:
    assert one.read().is_free(clock.now())
    assert not one.held()
    claim = one.acquire()
    assert claim == Claim("host-1:10", 1, clock.now() + timedelta(seconds=60))
    assert one.held()
    with pytest.raises(LeaseHeld, match="host-1:10 holds the lease") as told:
        two.acquire()
    assert told.value.claim == claim
    assert not two.held()


def test_it_is_renewed_and_runs_out(one: Lease, two: Lease, clock: Watch) -> None:
    one.acquire()
    clock.passes(50)
    assert one.renew().token == 1
    clock.passes(50)
    with pytest.raises(LeaseHeld):
        two.acquire()
    assert one.held()
    clock.passes(11)
    assert not one.held()
    with pytest.raises(Unsafe):
        one.fence()
    assert two.acquire().token == 2
    with pytest.raises(Unsafe, match="lost its lease"):
        one.renew()
    with pytest.raises(LeaseHeld):
        one.acquire()


def test_one_that_ran_out_unnoticed_is_kept(one: Lease, clock: Watch) -> None:
    one.acquire()
    clock.passes(3600)
    assert one.acquire().token == 1
    assert one.held()


def test_a_restarted_daemon_takes_its_own_lease_over(one: Lease, opened: Open, clock: Watch) -> None:
    one.acquire()
    again = Lease(opened(), "dev", "host-1:10", clock)
    assert again.acquire().token == 2
    with pytest.raises(Unsafe):
        one.renew()


def test_given_back_it_is_free_and_its_token_stays(one: Lease, two: Lease) -> None:
    one.release()
    one.acquire()
    one.release()
    one.release()
    assert not one.held()
    assert two.acquire().token == 2
    with pytest.raises(Unsafe):
        one.renew()


def test_of_two_at_once_one_gets_it(one: Lease, two: Lease, monkeypatch: pytest.MonkeyPatch) -> None:
    look = two._look

    def slowly() -> tuple[str | None, Claim]:
        found = look()
        monkeypatch.undo()
        one.acquire()
        return found

    monkeypatch.setattr(two, "_look", slowly)
    with pytest.raises(LeaseHeld, match="host-1:10"):
        two.acquire()


def test_a_writer_that_lost_it_without_noticing_cannot_write(
    one: Lease, two: Lease, opened: Open, clock: Watch, origin: Path
) -> None:
    status = StatusBranch(opened(), "dev", one.fence)
    one.acquire()
    status.write({"a": b"1"}, "m")
    one.renew()
    status.write({"a": b"2"}, "m")
    clock.passes(61)
    two.acquire()
    clock.passes(-61)  # the first daemon's clock is behind, and it was asleep
    assert one.held()
    with pytest.raises(Unsafe):
        status.write({"a": b"3"}, "m")
    assert git(origin, "show", "refs/heads/setpoint/dev:a") == "2"


def test_what_is_no_claim_is_free(one: Lease, origin: Path) -> None:
    git(origin, "update-ref", REF, git(origin, "hash-object", "-w", "--stdin", stdin="nonsense"))
    assert one.acquire().token == 1
    assert git(origin, "cat-file", "blob", REF).startswith('{"expires"')


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"holder": 1, "token": "x", "expires": "y"}', b"\xff"])
def test_odd_claims_are_read(content: bytes) -> None:
    assert parse_claim(content).holder == ""


def test_claims_are_read_as_written() -> None:
    claim = Claim("h", 3, datetime(2026, 5, 1, tzinfo=UTC))
    assert parse_claim(format_claim(claim)) == claim


def test_an_odd_environment_is_refused(opened: Open, clock: Watch) -> None:
    with pytest.raises(Refused):
        Lease(opened(), "..", "me", clock)
