"""What memory serving does beyond the port's suite: virtual starts, failures, load."""

from datetime import timedelta

import pytest

from reconciler.model.errors import Refused
from reconciler.model.ids import Address, Digest, RunName
from reconciler.model.kinds.deployments import Replicas
from reconciler.model.kinds.spec import Resources
from reconciler.model.observed import Figures, RevisionState
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.memory import MemoryServing, World
from reconciler.providers.memory.clock import START
from reconciler.providers.memory.serving import START_SECONDS, Start

API = Address("deployments/api")
REVISION = Digest("0123456789ab")


def order(minimum: int = 1) -> RevisionOrder:
    trial = RunName("experiments/e/0123456789ab")
    bounds = Replicas(minimum=minimum, maximum=minimum)
    return RevisionOrder(API, REVISION, trial, f"memory://{trial}", "sha256:aa", bounds, Resources())


def test_a_revision_is_ready_when_its_time_has_come() -> None:
    world = World()
    serving = MemoryServing(world)
    serving.start(order(minimum=2))
    assert world.next_event() == START + timedelta(seconds=START_SECONDS)
    starting = serving.list()[API].revisions[REVISION]
    assert (starting.state, starting.ready, starting.wanted) == (RevisionState.STARTING, 0, 2)
    world.clock.advance(START_SECONDS)
    ready = serving.list()[API].revisions[REVISION]
    assert (ready.state, ready.ready) == (RevisionState.READY, 2)
    assert world.next_event() is None
    assert serving.settle()
    assert not serving.settle()


def test_each_environment_has_its_own_endpoints() -> None:
    world = World()
    dev, prod = MemoryServing(world), MemoryServing(world, "prod")
    dev.start(order())
    assert prod.list() == {}
    prod.start(order(minimum=2))
    dev.delete(API)
    assert (dict(dev.list()), prod.list()[API].revisions[REVISION].wanted) == ({}, 2)


def test_a_revision_may_fail() -> None:
    world = World()
    serving = MemoryServing(world, start=lambda _: Start(3.0, "out of memory"))
    serving.start(order())
    world.clock.advance(3.0)
    failed = serving.list()[API].revisions[REVISION]
    assert (failed.state, failed.reason, failed.ready) == (RevisionState.FAILED, "out of memory", 0)


def test_replicas_say_what_they_do() -> None:
    world = World()
    serving = MemoryServing(
        world, start=lambda asked: Start(5.0, "out of memory" if asked.replicas.minimum == 1 else "")
    )
    serving.start(order(minimum=2))
    assert serving.logs(API, REVISION) == {f"{REVISION}-0": "", f"{REVISION}-1": ""}
    world.clock.advance(5.0)
    assert set(serving.logs(API, REVISION).values()) == {"serves experiments/e/0123456789ab\n"}
    serving.delete(API)
    serving.start(order())
    world.clock.advance(5.0)
    assert serving.logs(API, REVISION) == {f"{REVISION}-0": "out of memory\n"}


def test_more_replicas_are_ready_at_once() -> None:
    world = World()
    serving = MemoryServing(world)
    serving.start(order())
    world.clock.advance(START_SECONDS)
    serving.start(order(minimum=3))
    assert serving.list()[API].revisions[REVISION].ready == 3


def test_a_revision_with_traffic_isn_t_stopped() -> None:
    world = World()
    serving = MemoryServing(world)
    serving.start(order())
    world.clock.advance(START_SECONDS)
    serving.route(API, {REVISION: 100})
    with pytest.raises(Refused, match="has traffic"):
        serving.stop(API, REVISION)


def test_figures_follow_the_traffic() -> None:
    world = World()
    serving = MemoryServing(world)
    serving.start(order())
    world.clock.advance(START_SECONDS)
    assert serving.list()[API].figures == Figures()
    serving.route(API, {REVISION: 100})
    world.clock.advance(60)
    figures = serving.list()[API].figures
    assert (figures.requests, figures.errors) == (600, 0)


def test_a_load_can_be_told() -> None:
    world = World()
    serving = MemoryServing(world, load=lambda *_: {REVISION: Figures(requests=10, errors=5)})
    serving.start(order())
    assert serving.list()[API].figures.error_rate == 0.5
    assert serving.list()[API].counted[REVISION].errors == 5


def test_a_failed_revision_is_started_anew() -> None:
    world = World()
    MemoryServing(world, start=lambda _: Start(3.0, "out of memory")).start(order())
    world.clock.advance(3.0)
    serving = MemoryServing(world)
    serving.start(order())
    world.clock.advance(START_SECONDS)
    assert serving.list()[API].revisions[REVISION].state is RevisionState.READY
