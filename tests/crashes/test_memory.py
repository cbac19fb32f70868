"""Killed anywhere, it converges: at every call of every port of a whole life on the shipped fake.

A killed daemon leaves the world as it stood at that instant, and nothing else: no `finally` of its own runs. So a life
without a crash is watched, an image of the world is taken before and after each call, and new daemons that know nothing
go on from each image. Calls that change nothing leave one image between them.
"""

import shlex
from typing import Any

import pytest

from reconciler.providers.memory import Call, World
from tests.crashes.ending import differences, ending
from tests.crashes.images import Camera, Image, changed
from tests.crashes.story import InMemory, Tally, begun, live
from tests.shares import Hand

PARTS = 4
_SHOWN = 5


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, Any]:
    """Return how a life without a crash ends."""
    world = begun()
    live(world, InMemory(world))
    return ending(world)


@pytest.fixture(scope="module")
def images() -> list[Image]:
    """Return how the world stood at each instant of a life."""
    world = begun()
    camera = Camera(world)
    live(world, InMemory(world))
    return list(camera.images.values())


def test_the_life_that_is_broken_off_is_a_whole_one(undisturbed: dict[str, Any], images: list[Image]) -> None:
    """A sweep over a life that stops early would prove nothing."""
    facts = set(undisturbed)
    for environment in ("dev", "prod"):
        assert f"endpoint ({environment!r}, 'deployments/employment')" in facts
        assert any(fact.startswith(f"{environment}: reports/monitors/employment/") for fact in facts)
    merges = [n for message, n in undisturbed["history"].items() if message.startswith("Merge promotions/employment/")]
    assert sum(merges) == 2, "one is merged by the daemon, the other by a reviewer"
    assert set(undisturbed["started"].values()) == {1}
    calls = {point.split()[1] for image in images for point in image.points}
    assert {"pool.submit", "data.open", "data.commit", "data.merge", "forge.propose", "forge.merge"} <= calls
    assert {"forge.close", "serving.start", "serving.route", "status.write", "pool.configure"} <= calls


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_killed_at_any_call_it_ends_the_same(
    part: int, undisturbed: dict[str, Any], images: list[Image], killed_at: str | None, share: Hand
) -> None:
    swept = share.take("kill points of calls, on the fake", images, lambda image: image.points[0])
    chosen = [image for image in images if killed_at in image.points] if killed_at else swept
    assert chosen, f"no call is named so: {killed_at}"
    told = [line for image in chosen[part::PARTS] for line in aftermath(image, undisturbed)]
    assert not told, "\n".join(told)


def aftermath(image: Image, undisturbed: dict[str, Any]) -> list[str]:
    """Let new daemons go on from an image; tell what ends otherwise, and how to see that again."""
    try:
        live(image.world, InMemory(image.world))
        found = differences(undisturbed, ending(image.world))
    except AssertionError as error:
        found = [str(error)]
    if not found:
        return []
    points = [f"killed {point}" for point in image.points[:_SHOWN]]
    again = f"pytest {__name__.replace('.', '/')}.py --killed-at {shlex.quote(image.points[0])}"
    return [*points, *(f"    {line}" for line in found), f"    again: {again}"]


class Killed(BaseException):
    """The end of a daemon, which nothing in it may catch."""


class Reaper:
    """Kills a daemon after each write; what its other threads are about to do doesn't happen any more.

    A write that names its target kills once: done again, it changes nothing, and no daemon would come further.
    """

    def __init__(self, world: World) -> None:
        self.deaths = 0
        self.fatal: set[str] = set()
        self.is_out = False
        world.before, world.after = self._before, self._after

    def _before(self, call: Call) -> None:
        if self.is_out:
            raise Killed(str(call))

    def _after(self, call: Call, answer: Any) -> Any:
        if changed(call, answer) and not (call.name and str(call) in self.fatal):
            self.fatal.add(str(call))
            self.is_out = True
            raise Killed(str(call))
        return answer


@pytest.mark.slow
def test_no_daemon_outlives_its_first_write_and_it_ends_the_same(undisturbed: dict[str, Any]) -> None:
    world = begun()
    reaper = Reaper(world)
    while True:
        try:
            live(world, InMemory(world))
            break
        except Killed:
            reaper.deaths, reaper.is_out = reaper.deaths + 1, False
    assert reaper.deaths > len(world.room(Tally).started)
    assert differences(*map(without_merged_names, (undisturbed, ending(world)))) == []


def without_merged_names(found: dict[str, Any]) -> dict[str, Any]:
    """Leave out which names were proposed: killed at the merge and again at the close, the name of one that is merged
    is forgotten. It isn't proposed again all the same: `promoted` holds its trial.
    """
    path = "dev: status/promotions/employment.yaml"
    facts = {key: value for key, value in found[path]["facts"].items() if key != "proposed"}
    return {**found, path: {**found[path], "facts": facts}}
