"""Hints to the daemon: a look at the refs, and a pass only where something has moved."""

from datetime import timedelta

from reconciler.loop.daemon import Rhythm
from tests.unit.reconciler.loop.test_daemon import House, rests, until


def test_a_hint_asks_for_a_pass_only_when_something_moved() -> None:
    """Status commits never trigger the loop."""
    with House().running() as house:
        until(lambda: house.count == 1)
        house.wake_up.hint()
        until(lambda: house.environment.looks == 1)
        assert rests(house)
        house.environment.has_moved = True
        house.wake_up.hint()
        until(lambda: house.count == 2)


def test_what_the_forge_says_was_pushed_to_is_passed_on_and_what_only_moved_here_is_not() -> None:
    with House().running() as house:
        until(lambda: house.count == 1)
        house.wake_up.hint()
        until(lambda: house.environment.looks == 1)
        assert house.environment.pushed == []
        house.wake_up.tell("refs/heads/main")
        until(lambda: house.environment.looks == 2)
        assert house.environment.pushed == [{"refs/heads/main"}]


def test_a_remote_repository_is_polled_by_a_look_at_its_refs() -> None:
    rhythm = Rhythm(resync=timedelta(hours=1), lease=timedelta(hours=1), poll=timedelta(milliseconds=20))
    with House(rhythm=rhythm).running() as house:
        until(lambda: house.environment.looks > 3)
        assert house.count == 1
