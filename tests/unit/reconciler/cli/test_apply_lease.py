"""`setpoint apply` as wired: it converges under the lease, waits for nobody who lives, and gives the lease back."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.cli import apply
from reconciler.cli.exits import Exit
from reconciler.cli.status_reader import open_status, read_status
from reconciler.lease.claim import Claim, format_claim
from reconciler.lease.lease import Lease
from reconciler.lease.monotonic import boot_id
from reconciler.model.errors import Unavailable
from reconciler.settings import Settings
from reconciler.wiring import SystemClock, Wired, wire
from reconciler.yaml.dump import dump
from tests.unit.reconciler.cli.conftest import Say
from tests.unit.reconciler.cli.ground import small_repository
from tests.unit.reconciler.git.people import git

REF = "refs/setpoint/dev/lease"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return small_repository(tmp_path)


@pytest.fixture
def place(settings: Settings) -> tuple[str, ...]:
    return ("-C", settings.repository, "-e", "dev", "--home", str(settings.home))


def held(settings: Settings, claim: Claim) -> None:
    """Have somebody else hold the lease."""
    folder = Path(settings.repository)
    blob = git(folder, "hash-object", "-w", "--stdin", stdin=format_claim(claim).decode())
    git(folder, "update-ref", REF, blob)


def claim(**changes: object) -> Claim:
    mine = Claim("host-9:1", 4, datetime.now(UTC) + timedelta(seconds=10), timedelta(seconds=15))
    return replace(mine, **changes)  # type: ignore[arg-type]


def test_it_converges_and_gives_the_lease_back(say: Say, place: tuple[str, ...], settings: Settings) -> None:
    told = say("apply", *place)
    assert (told.code, told.err) == (Exit.OK, "")
    assert "configure pools/shared" in told.out
    assert list(read_status(settings).statuses) == ["pools/shared"]
    lease = json.loads(git(Path(settings.repository), "cat-file", "blob", REF))
    assert (lease["holder"], lease["token"]) == ("", 1)
    again = say("apply", "--json", *place)
    assert (again.code, again.json["changes"]) == (Exit.OK, [])


def test_while_a_daemon_lives_it_stays_away(say: Say, place: tuple[str, ...], settings: Settings) -> None:
    held(settings, claim())
    told = say("apply", "--wait", "0s", *place)
    assert told.code == Exit.UNAVAILABLE
    assert "host-9:1 holds the lease" in told.err
    assert read_status(settings).statuses == {}


def test_a_daemon_that_died_is_watched_for_its_span_and_followed(
    say: Say, place: tuple[str, ...], settings: Settings
) -> None:
    held(settings, claim(expires=datetime.now(UTC) - timedelta(days=3), span=timedelta(seconds=0.6)))
    told = say("apply", *place)
    assert told.code == Exit.OK
    assert "host-9:1 holds the lease; waiting until it is renewed or has run out, 0.6 s at most" in told.err
    assert json.loads(git(Path(settings.repository), "cat-file", "blob", REF))["token"] == 5


def test_one_that_ran_out_on_this_machine_is_followed_at_once(
    say: Say, place: tuple[str, ...], settings: Settings
) -> None:
    held(settings, claim(boot=boot_id(), until=1.0))
    assert say("apply", *place).code == (Exit.OK if boot_id() else Exit.UNAVAILABLE)


def test_it_gives_up_after_its_timeout(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    wired = wire(settings)
    assert apply.take(wired)
    _, is_converged = apply.converge(wired, 0.0, quiet=True)
    assert not is_converged
    wired.lease.release()


def test_it_stops_when_another_has_taken_the_lease_over(settings: Settings) -> None:
    wired = wire(settings)
    assert apply.take(wired)
    held(settings, claim())
    with pytest.raises(Unavailable, match="host-9:1 has taken the lease over"):
        _without_lease(wired, lambda: apply.converge(wired, 5.0, quiet=True))
    assert read_status(settings).statuses == {}


def _without_lease(wired: Wired, act: Callable[[], object]) -> None:
    wired.lease.acquire()
    act()


def test_it_writes_nothing_after_its_lease_ran_out(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wired cycle asks the lease itself, by its own clock, whatever whoever wired it says."""
    wired = wire(settings, lambda: True)
    commit = wired.converging.head()
    assert commit
    may_write = wired.converging.cycle(commit)._applier.may_write
    assert not may_write()
    assert wired.lease.acquire()
    assert may_write()
    monkeypatch.setattr(wired.lease._lease, "_ticks", lambda: float("inf"))
    assert not may_write()
    assert not wired.converging.run(commit).status_commit
    assert open_status(settings).read().files == {}
    monkeypatch.undo()
    assert may_write()
    assert not wire(settings, lambda: False).lease.held()


def test_what_the_caller_says_counts_beside_the_lease(settings: Settings) -> None:
    goes_on = True
    wired = wire(settings, lambda: goes_on)
    commit = wired.converging.head()
    assert commit
    may_write = wired.converging.cycle(commit)._applier.may_write
    wired.lease.acquire()
    assert may_write()
    goes_on = False
    assert not may_write()


def test_the_lease_is_renewed_while_a_pass_takes_long(
    say: Say, place: tuple[str, ...], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    acquire = Lease.acquire

    def counted(lease: Lease) -> Claim:
        asked.append(SystemClock().now().timestamp())
        return acquire(lease)

    def slow(*_: object, **__: object) -> None:
        import threading

        threading.Event().wait(0.5)
        raise Unavailable("it took long")

    monkeypatch.setattr(Lease, "acquire", counted)
    monkeypatch.setattr("reconciler.wiring.lease_span", lambda _: timedelta(seconds=0.3))
    monkeypatch.setattr(apply, "converge", slow)
    assert say("apply", *place).code == Exit.UNAVAILABLE
    assert len(asked) > 2


def test_after_a_newer_version_it_takes_no_lease_and_leaves_the_status_as_it_is(
    say: Say, place: tuple[str, ...], settings: Settings
) -> None:
    """As when an upgrade is rolled back: the older one can't read what the newer one remembers."""
    assert say("apply", *place).code == Exit.OK
    status, folder = open_status(settings), Path(settings.repository)
    newer = status.write({"pass.yaml": dump({"format": 2, "passes": [{"of": "dev"}]})}, "dev: a newer version")
    lease = git(folder, "rev-parse", REF)
    told = say("apply", *place)
    assert told.code == Exit.REFUSED
    assert "a newer version of Setpoint wrote the status of this environment: pass.yaml: it is of format 2" in told.err
    assert "upgrade this one" in told.err
    assert (status.read().commit, git(folder, "rev-parse", REF)) == (newer, lease)
