"""The heartbeat: alive, late, stopped or never there, by the lease alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.lease.heartbeat import LATE, Heartbeat, Life, read_heartbeat
from reconciler.lease.lease import Lease
from tests.unit.reconciler.lease.test_lease import Watch
from tests.unit.reconciler.origins import Open

SPAN = timedelta(seconds=15)


@pytest.fixture
def clock() -> Watch:
    return Watch()


def test_a_daemon_lives_as_long_as_it_renews_its_lease(opened: Open, clock: Watch) -> None:
    lease = Lease(opened(), "dev", "host-1:10", clock, span=SPAN, ticks=clock.ticks)

    def seen() -> Heartbeat:
        return read_heartbeat(opened(), "dev")

    assert (seen().life(clock.now()), seen().seen) == (Life.NEVER, None)
    assert "no daemon has run here yet" in seen().words(clock.now())
    lease.acquire()
    clock.passes(12)
    assert seen().words(clock.now()) == "the daemon was seen 12 s ago: host-1:10"
    lease.acquire()
    assert seen().words(clock.now()) == "the daemon was seen 0 s ago: host-1:10"
    clock.passes((SPAN + LATE).total_seconds())
    assert seen().life(clock.now()) is Life.ALIVE
    clock.passes(1)
    assert seen().life(clock.now()) is Life.DEAD
    assert "no daemon lives: host-1:10 was last seen 2 min ago" in seen().words(clock.now())
    lease.acquire()
    lease.release()
    clock.passes(3 * 3600)
    assert seen().life(clock.now()) is Life.STOPPED
    assert "the last one stopped 3 h ago" in seen().words(clock.now())
    assert seen().as_json(clock.now()) == {
        "state": "stopped", "holder": "", "seen": (clock.now() - timedelta(hours=3)).isoformat(),
    }  # fmt: skip


def test_a_clock_that_is_behind_sees_things_now(clock: Watch) -> None:
    ahead = Heartbeat("host-1:10", clock.now() + timedelta(minutes=5), SPAN)
    assert ahead.words(clock.now()) == "the daemon was seen 0 s ago: host-1:10"
    assert replace(ahead, seen=None).as_json(clock.now())["seen"] is None


@pytest.mark.parametrize(("seconds", "words"), [(119, "119 s"), (120, "2 min"), (7200, "2 h"), (3 * 86400, "3 d")])
def test_ages_are_short(clock: Watch, seconds: int, words: str) -> None:
    seen = Heartbeat("", clock.now() - timedelta(seconds=seconds))
    assert f"stopped {words} ago" in seen.words(clock.now())


def test_a_lease_of_a_newer_version_is_told_as_held(clock: Watch) -> None:
    beat = Heartbeat("a newer version of Setpoint")
    assert beat.life(clock.now()) is Life.ALIVE
    assert beat.words(clock.now()).startswith("a newer version of Setpoint holds the lease")
