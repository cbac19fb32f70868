"""One daemon holds the lease, by a clock that nobody sets; tokens only rise."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.git.refs import RefUpdate
from reconciler.git.repository import Repository, open_repository
from reconciler.git.trees import Draft
from reconciler.lease.claim import NOBODY, Claim
from reconciler.lease.lease import Lease, LeaseHeld
from reconciler.model.errors import Raced, Refused, Unavailable, Unsafe
from reconciler.status.branch import StatusBranch
from tests.unit.reconciler.git.people import git
from tests.unit.reconciler.origins import Open

REF = "refs/setpoint/dev/lease"
STATUS = "refs/heads/setpoint/dev"
SPAN = timedelta(seconds=60)


@dataclass
class Watch:
    """Two clocks that are set by hand: the wall's, which shows any time, and the machine's."""

    moment: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    up: float = 100.0

    def now(self) -> datetime:
        return self.moment

    def ticks(self) -> float:
        return self.up

    def passes(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        self.up += seconds


Make = Callable[[str], Lease]


@pytest.fixture
def clock() -> Watch:
    return Watch()


@pytest.fixture
def make(opened: Open, clock: Watch) -> Make:
    return lambda holder: Lease(opened(), "dev", holder, clock, span=SPAN, ticks=clock.ticks)


@pytest.fixture
def one(make: Make) -> Lease:
    return make("host-1:10")


@pytest.fixture
def two(make: Make) -> Lease:
    return make("host-2:20")


@pytest.fixture
def elsewhere(two: Lease) -> Lease:
    """Return a daemon on another machine: clocks of the first tell it nothing."""
    two._boot = "another machine"
    return two


def put(origin: Path, told: object) -> None:
    """Have the lease's ref point to a claim, as somebody else."""
    text = told if isinstance(told, str) else json.dumps(told)
    git(origin, "update-ref", REF, git(origin, "hash-object", "-w", "--stdin", stdin=text))


def test_the_first_one_gets_it(one: Lease, two: Lease, clock: Watch) -> None:
    assert one.read() == NOBODY
    assert not one.held()
    claim = one.acquire()
    assert (claim.holder, claim.token, claim.expires) == ("host-1:10", 1, clock.now() + SPAN)
    assert (one.held(), one.had_last()) == (True, True)
    with pytest.raises(LeaseHeld, match="host-1:10 holds the lease") as told:
        two.acquire()
    assert told.value.claim == claim == two.read()
    assert (two.held(), two.had_last()) == (False, False)


def test_it_is_renewed_and_runs_out(one: Lease, two: Lease, clock: Watch) -> None:
    one.acquire()
    clock.passes(50)
    assert one.acquire().token == 1
    clock.passes(50)
    with pytest.raises(LeaseHeld):
        two.acquire()
    assert one.held()
    clock.passes(10)
    assert (one.held(), one.had_last()) == (False, True)
    with pytest.raises(Unsafe):
        one.token()
    assert two.acquire().token == 2
    with pytest.raises(LeaseHeld):
        one.acquire()
    assert not one.had_last()


def test_a_holder_counts_from_before_it_asked(one: Lease, clock: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a slow answer would make its claim longer than others take it for."""
    swap = one._repository.swap

    def slow(updates: list[RefUpdate], *, patience: float | None = None) -> None:
        swap(updates, patience=patience)
        clock.passes(61)

    monkeypatch.setattr(one._repository, "swap", slow)
    one.acquire()
    assert not one.held()


@pytest.mark.parametrize("jump", [timedelta(hours=2), -timedelta(hours=2)])
def test_a_wall_clock_that_is_set_changes_nothing(one: Lease, two: Lease, clock: Watch, jump: timedelta) -> None:
    one.acquire()
    clock.moment += jump
    assert one.held()
    with pytest.raises(LeaseHeld):
        two.acquire()
    clock.passes(60)
    assert not one.held()
    assert two.acquire().token == 2


def test_elsewhere_a_claim_is_free_that_has_not_changed_for_its_span(
    one: Lease, elsewhere: Lease, clock: Watch
) -> None:
    one.acquire()
    clock.passes(1000)
    for _ in range(6):
        with pytest.raises(LeaseHeld):
            elsewhere.acquire()
        clock.passes(10)
    assert elsewhere.acquire().token == 2


def test_elsewhere_each_renewal_begins_the_wait_anew(one: Lease, elsewhere: Lease, clock: Watch) -> None:
    one.acquire()
    for _ in range(10):
        with pytest.raises(LeaseHeld):
            elsewhere.acquire()
        clock.passes(30)
        one.acquire()


@pytest.mark.parametrize("expires", ["2099-01-01T00:00:00+00:00", "2099-01-01T00:00:00", "2020-01-01T00:00:00"])
def test_a_claim_holds_for_its_span_whatever_its_date(one: Lease, clock: Watch, origin: Path, expires: str) -> None:
    put(origin, {"holder": "gone:1", "token": 5, "expires": expires, "span": 90})
    with pytest.raises(LeaseHeld):
        one.acquire()
    clock.passes(89)
    with pytest.raises(LeaseHeld):
        one.acquire()
    clock.passes(1)
    assert one.acquire().token == 6


def test_one_that_ran_out_unnoticed_is_kept(one: Lease, clock: Watch) -> None:
    one.acquire()
    clock.passes(3600)
    assert one.acquire().token == 1
    assert one.held()


def test_a_renewal_that_fails_leaves_it_held_until_it_runs_out(
    one: Lease, clock: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    one.acquire()

    def down(updates: list[RefUpdate], *, patience: float | None = None) -> None:
        raise Unavailable(f"git is down, after {patience} s")

    monkeypatch.setattr(one._repository, "swap", down)
    clock.passes(59)
    with pytest.raises(Unavailable, match=r"after 20.0 s"):
        one.acquire()
    assert one.held()
    clock.passes(1)
    assert not one.held()
    monkeypatch.undo()
    assert one.acquire().token == 1


def test_a_claim_whose_answer_was_lost_is_known_again(one: Lease, monkeypatch: pytest.MonkeyPatch) -> None:
    one.acquire()
    swap = one._repository.swap

    def unheard(updates: list[RefUpdate], *, patience: float | None = None) -> None:
        swap(updates, patience=patience)
        raise Unavailable("the line is cut")

    with monkeypatch.context() as patch:
        patch.setattr(one._repository, "swap", unheard)
        with pytest.raises(Unavailable):
            one.acquire()
    one.acquire()
    assert one.held()


def test_a_restarted_daemon_takes_its_own_lease_over(one: Lease, make: Make) -> None:
    one.acquire()
    assert make("host-1:10").acquire().token == 2


def test_given_back_it_is_free_and_its_token_stays(one: Lease, two: Lease, clock: Watch) -> None:
    one.release()
    one.acquire()
    clock.passes(1)
    one.release()
    one.release()
    assert (one.held(), one.had_last()) == (False, False)
    assert one.read().seen == clock.now()
    assert two.acquire().token == 2


def test_whoever_waits_for_it_sees_that_it_was_given_back(one: Lease, two: Lease) -> None:
    one.acquire()
    with pytest.raises(LeaseHeld):
        two.acquire()
    one.release()
    assert two.acquire().token == 2


def test_one_that_was_taken_is_not_given_back(one: Lease, two: Lease, clock: Watch) -> None:
    one.acquire()
    clock.passes(60)
    two.acquire()
    one.release()
    assert two.read().holder == "host-2:20"


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
    one: Lease, two: Lease, clock: Watch, origin: Path
) -> None:
    status = StatusBranch(one._repository, "dev", one)
    one.acquire()
    status.write({"a": b"1"}, "m")
    one.acquire()
    status.write({"a": b"2"}, "m")
    clock.passes(60)
    two.acquire()
    clock.passes(-60)  # it was asleep, by a clock that stood still
    assert one.held()
    with pytest.raises(Unsafe, match="another daemon has taken over"):
        status.write({"a": b"3"}, "m")
    assert not one.had_last()
    assert git(origin, "show", f"{STATUS}:a") == "2"


def test_each_write_under_it_renews_it(one: Lease, two: Lease, clock: Watch) -> None:
    one.acquire()
    for number in range(3):
        clock.passes(50)
        StatusBranch(one._repository, "dev", one).write({"a": b"%d" % number}, "m")
        assert one.held()
        with pytest.raises(LeaseHeld):
            two.acquire()


def test_a_write_that_lost_a_race_has_not_lost_the_lease(one: Lease, opened: Open) -> None:
    one.acquire()
    repository = one._repository
    StatusBranch(opened(), "dev").write({"a": b"1"}, "a person")
    draft = Draft(repository.objects)
    blob = draft.add("blob", b"x")
    with pytest.raises(Raced):
        one.swap(RefUpdate(STATUS, blob, blob), draft)
    assert one.held()


def test_a_write_whose_answer_was_lost_does_not_lose_the_lease(one: Lease, monkeypatch: pytest.MonkeyPatch) -> None:
    one.acquire()
    status, swap = StatusBranch(one._repository, "dev", one), one._repository.swap

    def unheard(updates: list[RefUpdate], *, patience: float | None = None) -> None:
        swap(updates, patience=patience)
        raise Unavailable("the line is cut")

    with monkeypatch.context() as patch:
        patch.setattr(one._repository, "swap", unheard)
        with pytest.raises(Unavailable):
            status.write({"a": b"1"}, "m")
    status.write({"a": b"2"}, "m")
    assert one.held()


def test_the_remote_itself_refuses_a_write_while_another_takes_the_lease(
    origin: Path, tmp_path: Path, clock: Watch
) -> None:
    """The push is under way, and before its refs move the lease is another's."""
    far: Repository = open_repository(origin.as_uri(), tmp_path / "mirror")
    one = Lease(far, "dev", "host-1:10", clock, ticks=clock.ticks)
    status = StatusBranch(far, "dev", one)
    one.acquire()
    status.write({"a": b"1"}, "first")
    theirs = git(origin, "hash-object", "-w", "--stdin", stdin='{"holder": "two", "token": 2, "expires": "2026-01-01"}')
    hook = origin / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    quarantine = " ".join(
        f"-u GIT_{name}" for name in ("QUARANTINE_PATH", "OBJECT_DIRECTORY", "ALTERNATE_OBJECT_DIRECTORIES")
    )
    hook.write_text(f"#!/bin/sh\nenv {quarantine} git -C {origin} update-ref {REF} {theirs}\n")
    hook.chmod(0o755)
    with pytest.raises(Unsafe, match="another daemon has taken over"):
        status.write({"a": b"2"}, "second")
    assert git(origin, "log", "--format=%s", STATUS) == "first"
    assert git(origin, "rev-parse", REF) == theirs
    far.close()


def test_no_two_claims_are_the_same(one: Lease, origin: Path) -> None:
    """Git doesn't send a ref that stays where it is, so that nobody would check it."""
    seen = set()
    for _ in range(3):
        one.acquire()
        seen.add(git(origin, "rev-parse", REF))
    assert len(seen) == 3


def test_what_is_no_claim_is_free(one: Lease, origin: Path, clock: Watch) -> None:
    put(origin, "nonsense")
    assert one.acquire().token == 1
    assert json.loads(git(origin, "cat-file", "blob", REF))["expires"] == (clock.now() + SPAN).isoformat()


def test_what_is_no_blob_or_too_large_is_free(one: Lease, two: Lease, origin: Path) -> None:
    put(origin, "x" * 100_000)
    assert one.read() == NOBODY
    assert one.acquire().token == 1
    one.release()
    StatusBranch(one._repository, "dev").write({"a": b"1"}, "m")
    git(origin, "update-ref", REF, STATUS)
    assert two.acquire().token == 1


def test_an_odd_environment_is_refused(opened: Open, clock: Watch) -> None:
    with pytest.raises(Refused):
        Lease(opened(), "..", "me", clock)


@pytest.mark.parametrize("holder", ["host-9:1", ""])
def test_a_lease_that_a_newer_version_wrote_is_left_alone_held_or_not(
    one: Lease, origin: Path, clock: Watch, holder: str
) -> None:
    """Its token isn't known, so no higher one can be taken; and it may hold in a way that isn't seen."""
    put(origin, newer := {"format": 2, "holder": holder, "token": 7, "ended": True})
    clock.passes(1e6)
    with pytest.raises(Refused, match="refs/setpoint/dev/lease is of format 2, and only formats up to 1") as refusal:
        one.acquire()
    assert refusal.value.hint.startswith("upgrade Setpoint here; or, to go back for good, stop the newer daemon")
    assert not one.held()
    assert json.loads(git(origin, "cat-file", "blob", REF)) == newer


def test_a_newer_version_that_takes_it_over_ends_the_older_one_s_writes(one: Lease, origin: Path, clock: Watch) -> None:
    one.acquire()
    put(origin, {"format": 2, "held": "otherwise"})
    with pytest.raises(Refused, match="is of format 2"):
        one.acquire()
    assert not one.held()


def test_the_lease_of_the_version_before_this_one_is_followed(one: Lease, origin: Path) -> None:
    put(origin, {"holder": "", "token": 6, "expires": "2026-01-01T00:00:00+00:00"})
    assert one.acquire().token == 7
    assert json.loads(git(origin, "cat-file", "blob", REF))["format"] == 1
