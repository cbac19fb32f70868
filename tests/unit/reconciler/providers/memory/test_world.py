"""The world: its rooms, the calls that go through it, and the seams for latency and faults."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.conformance.pools import order
from reconciler.model.errors import Unavailable
from reconciler.model.ids import RunName
from reconciler.providers.memory import Call, MemoryData, MemoryPool, World
from reconciler.providers.memory.clock import START
from reconciler.providers.memory.data import DataRoom
from reconciler.providers.memory.world import Room

RUN = RunName("experiments/e/0123456789ab")


class Bell(Room):
    """A room that rings once, a minute after the beginning."""

    def __init__(self) -> None:
        self.rung: list[datetime] = []

    def pass_time(self, world: World) -> None:
        if not self.rung and world.clock.now() >= START + timedelta(minutes=1):
            self.rung.append(world.clock.now())

    def next_event(self) -> datetime | None:
        return None if self.rung else START + timedelta(minutes=1)


def test_a_room_is_made_once() -> None:
    world = World()
    assert world.room(DataRoom) is world.room(DataRoom)


def test_calls_are_counted_by_verb() -> None:
    world = World()
    data = MemoryData(world)
    data.open(RUN)
    data.open(RUN)
    data.list()
    assert world.calls == {"data.open": 2, "data.list": 1}


def test_a_call_says_what_it_is_about() -> None:
    seen: list[str] = []
    world = World(before=lambda call: seen.append(str(call)))
    MemoryData(world).open(RUN)
    MemoryPool(world).submit(order(RUN))
    MemoryPool(world).settle()
    assert seen == [f"data.open {RUN}", f"pool.submit {RUN}", "pool.settle"]


def test_calls_are_numbered_in_their_order() -> None:
    numbers: list[int] = []
    world = World(before=lambda call: numbers.append(call.number))
    data, pool = MemoryData(world), MemoryPool(world)
    data.list()
    pool.list()
    data.list()
    assert numbers == [1, 2, 3]


def test_what_happens_before_a_call_keeps_it_from_happening() -> None:
    def down(call: Call) -> None:
        if call.verb == "open":
            raise Unavailable("the data store is down")

    world = World(before=down)
    with pytest.raises(Unavailable):
        MemoryData(world).open(RUN)
    assert not MemoryData(world).list().branches


def test_what_happens_after_a_call_changes_its_answer_only() -> None:
    def lost(call: Call, answer: Any) -> Any:
        if call.verb == "open":
            raise Unavailable("the connection was lost")
        return answer

    world = World(after=lost)
    with pytest.raises(Unavailable):
        MemoryData(world).open(RUN)
    assert RUN in MemoryData(world).list().branches


def test_a_lie_can_be_told() -> None:
    world = World()
    MemoryData(world).open(RUN)
    old = MemoryData(world).list()
    world.after = lambda call, answer: old if call.verb == "list" else answer
    MemoryData(world).drop(RUN)
    assert RUN in MemoryData(world).list().branches


def test_calls_take_virtual_time() -> None:
    world = World(latency=0.005)
    for _ in range(10):
        MemoryData(world).list()
    assert world.clock.now() - START == timedelta(seconds=0.05)


def test_calls_may_take_real_time() -> None:
    slept: list[float] = []
    world = World(latency=0.005, sleep=slept.append)
    MemoryData(world).list()
    assert slept == [0.005]
    assert world.clock.now() == START


def test_time_passes_before_a_call_is_made() -> None:
    world = World()
    bell = world.room(Bell)
    assert world.next_event() == START + timedelta(minutes=1)
    world.clock.advance(90)
    assert bell.rung == []
    MemoryData(world).list()
    assert bell.rung == [START + timedelta(seconds=90)]
    assert world.next_event() is None


def test_threads_may_call_at_once() -> None:
    world = World()
    data = MemoryData(world)
    runs = [RunName(f"experiments/e/{number:012x}") for number in range(200)]

    def work(part: list[RunName]) -> None:
        for run in part:
            data.open(run)
            data.commit(run, {})
            data.merge(run)

    threads = [threading.Thread(target=work, args=(runs[start::8],)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(data.list().versions) == set(runs)
    assert world.calls["data.merge"] == 200
