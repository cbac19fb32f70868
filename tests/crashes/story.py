"""The story that is broken off: the sample repository on the shipped fake, with two environments and a reviewer.

`dev` promotes by itself, `prod` by a reviewed proposal, and both make reports until a fixed moment. All that the story
needs to know stands in the world, so it goes on from wherever it was broken off.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from reconciler.compose import Composer
from reconciler.containment import Failure
from reconciler.controllers import CONTROLLERS
from reconciler.loop.apply import Applier
from reconciler.loop.cycle import Cycle, Pass, StatusStore
from reconciler.loop.environment import Converging
from reconciler.model.observed import ProposalState
from reconciler.ports.engines import Engines
from reconciler.ports.forge import Forge
from reconciler.ports.pool import JobOrder
from reconciler.ports.serving import RevisionOrder
from reconciler.ports.source import SourceRepository
from reconciler.providers.memory import (
    MemoryData,
    MemoryForge,
    MemoryPool,
    MemoryServing,
    MemorySource,
    MemoryStatus,
    World,
)
from reconciler.providers.memory.clock import START
from reconciler.providers.memory.serving import Start, usual_start
from reconciler.providers.memory.workers import Outcome, Read
from reconciler.providers.memory.world import Room
from tests.e2e.test_life import calm, sample

ENVIRONMENTS = ("dev", "prod")
END = START + timedelta(minutes=22)
"""When the story ends: both environments serve then, and each has made reports."""
_ROUNDS = 2000


class Tally(Room):
    """What can't be told from how things stand at the end: how often each job and each revision was started."""

    def __init__(self) -> None:
        self.started: Counter[str] = Counter()


class Place(Protocol):
    """The repository of the story: in memory, or a real one."""

    @property
    def source(self) -> SourceRepository:
        """Return the watched branch."""

    def status(self, environment: str) -> StatusStore:
        """Return an environment's status branch."""

    def forge(self, environment: str) -> Forge:
        """Return an environment's proposals."""

    def hold(self, environment: str) -> bool:
        """Take or renew the right to write; tell whether it is held."""


@dataclass
class InMemory:
    """The repository as a room of the world."""

    world: World
    source: MemorySource = field(init=False)

    def __post_init__(self) -> None:
        self.source = MemorySource(self.world)

    def status(self, environment: str) -> MemoryStatus:
        return MemoryStatus(self.world, environment)

    def forge(self, environment: str) -> MemoryForge:
        return MemoryForge(self.world, self.source, environment)

    def hold(self, environment: str) -> bool:
        return True


class Daemon:
    """A daemon that has just been started: it knows nothing but the world and the repository."""

    def __init__(self, world: World, place: Place, environment: str) -> None:
        self.world = world
        self.forge = place.forge(environment)
        self.hold = partial(place.hold, environment)
        self.defects: list[Failure] = []
        source, status = place.source, place.status(environment)
        composer = Composer(source.tree, environment)

        def make_cycle(engines: Engines) -> Cycle:
            applier = Applier(engines, lambda tree: f"memory://{tree}", self.hold)
            tell = lambda _, failure: self.defects.append(failure)  # noqa: E731
            return Cycle(composer, engines, status, controllers=CONTROLLERS, applier=applier, tell=tell)

        engines = engines_of(world, environment, self.forge)
        self.converging = Converging(source, status, composer, build=lambda _: engines, make_cycle=make_cycle)

    def once(self) -> Pass:
        """Make one pass."""
        assert self.hold(), "the lease is held by another"
        commit = self.converging.head()
        assert commit is not None
        return self.converging.run(commit)

    def review(self) -> bool:
        """Merge what was proposed, as a reviewer does; tell whether there was anything."""
        waiting = [name for name, held in self.forge.list().items() if held.state is ProposalState.OPEN]
        for name in waiting:
            self.forge.merge(name)
        return bool(waiting)


def engines_of(world: World, environment: str, forge: Forge) -> Engines:
    """Return the engines of an environment, which count what they start."""
    tally = world.room(Tally)

    def work(order: JobOrder, read: Read) -> Outcome:
        tally.started[f"job {order.run} attempt {order.attempt}"] += 1
        return calm(order, read)

    def start(order: RevisionOrder) -> Start:
        tally.started[f"revision {order.deployment}/{order.revision} in {environment}"] += 1
        return usual_start(order)

    data = MemoryData(world, environment)
    pool, serving = MemoryPool(world, worker=work), MemoryServing(world, environment, start=start)
    return Engines(data, data, pool, serving, forge, world.clock)


def begun() -> World:
    """Return a world in which nothing has happened but the first commit."""
    world = World()
    MemorySource(world).commit(sample(), message="Begin")
    return world


def live(world: World, place: Place, met: Callable[[], bool] = lambda: False) -> None:
    """Let new daemons live from how things stand to the end of the story, or until something is met between passes.

    Raises:
        AssertionError: they don't come to rest, or a defect was contained.
    """
    daemons = [Daemon(world, place, environment) for environment in ENVIRONMENTS]
    for _ in range(_ROUNDS):
        if world.clock.now() >= END or met():
            break
        passes = [daemon.once() for daemon in daemons]
        settled = [daemon.converging.settle() for daemon in daemons]
        if not any(settled) and not any(done.outcomes for done in passes) and not daemons[-1].review():
            world.clock.advance_to(_next(world, passes))
    else:
        raise AssertionError(f"after {_ROUNDS} rounds it has only come to {world.clock.now()}")
    assert not any(daemon.defects for daemon in daemons), [daemon.defects for daemon in daemons]


def _next(world: World, passes: Sequence[Pass]) -> datetime:
    """Return when time alone changes something next."""
    moments = [world.next_event(), *(done.wake for done in passes)]
    return min((moment for moment in moments if moment), default=END) + timedelta(milliseconds=1)
