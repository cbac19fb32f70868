"""Tending: a keeper looks while it holds the lease, and drives nothing while it doesn't."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from reconciler.loop.health import Pulse
from reconciler.loop.wake_up import WakeUp
from reconciler.model.errors import Unavailable
from reconciler.previews import tending
from reconciler.previews.tending import Tending

NOW = datetime(2026, 1, 5, tzinfo=UTC)


class Keeper:
    """A keeper that does as a test says, and the loop's end once it has looked often enough."""

    def __init__(self, wake_up: WakeUp) -> None:
        self.wake_up = wake_up
        self.did: list[str] = []
        self.fails = False

    def look(self) -> None:
        self.did.append("look")
        if self.fails:
            raise Unavailable("the forge is out of reach")

    def refresh(self) -> None:
        self.did.append("refresh")

    def ask(self) -> None:
        self.did.append("ask")

    def stop(self) -> bool:
        self.did.append("stop")
        return True


class Lease:
    """A lease that is held or not, as a test says."""

    def __init__(self, mine: bool) -> None:
        self.mine, self.released = mine, False

    def acquire(self) -> bool:
        return self.mine

    def held(self) -> bool:
        return self.mine

    def had_last(self) -> bool:
        return self.mine

    def holder(self) -> str:
        return "another"

    def release(self) -> None:
        self.released = True


def tended(mine: bool, *, fails: bool = False, told: bool = False) -> tuple[Keeper, Lease, Pulse]:
    """Tend for a moment."""
    wake_up, pulse = WakeUp(), Pulse(NOW)
    keeper, lease = Keeper(wake_up), Lease(mine)
    keeper.fails = fails
    if told:
        wake_up.tell()
    threading.Timer(0.3, wake_up.stop).start()
    Tending(
        keeper, lease, wake_up, pulse=pulse, renewal=timedelta(seconds=10), now=lambda: NOW,
        log=structlog.get_logger(),
    ).run()  # fmt: skip
    return keeper, lease, pulse


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tending, "LOOK", 0.02)


def test_it_looks_while_it_holds_the_lease_and_lets_go_at_the_end() -> None:
    keeper, lease, pulse = tended(mine=True)
    assert set(keeper.did[:-2]) == {"look"}
    assert keeper.did[-2:] == ["ask", "stop"]
    assert lease.released
    assert pulse.health.last_pass == NOW


def test_without_the_lease_nothing_is_looked_at_and_nothing_driven() -> None:
    keeper, _, pulse = tended(mine=False)
    assert set(keeper.did) == {"ask", "stop"}
    assert pulse.health.waits_for == "another"


def test_what_fails_is_told_and_looked_at_again() -> None:
    keeper, _, pulse = tended(mine=True, fails=True)
    assert keeper.did.count("look") > 1
    assert "the forge is out of reach" in pulse.health.problem


def test_what_the_forge_tells_of_is_heard() -> None:
    keeper, _, _ = tended(mine=True, told=True)
    assert "refresh" in keeper.did
