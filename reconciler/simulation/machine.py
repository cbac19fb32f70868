"""A machine: the daemon of one environment on engines in memory. It can die; the engines, which it shares, live on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reconciler.compose import Composer
from reconciler.containment import Failure, contain
from reconciler.controllers import CONTROLLERS
from reconciler.loop.apply import Applier
from reconciler.loop.cycle import Cycle, Pass
from reconciler.loop.environment import Converging
from reconciler.loop.observe import Results
from reconciler.model.ids import Address, CommitId, Digest
from reconciler.model.resource import Desired
from reconciler.plan.guard import allowed
from reconciler.ports.engines import Engines
from reconciler.ports.forge import Forge
from reconciler.ports.pool import JobOrder
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.memory import MemoryData, MemoryPool, MemoryServing, World
from reconciler.providers.memory.faults import Died, Faults
from reconciler.providers.memory.serving import Load, Start, usual_load, usual_start
from reconciler.providers.memory.workers import Outcome, Read, Worker
from reconciler.simulation.audit import SOUND, Audit
from reconciler.simulation.backend import Place
from reconciler.simulation.ending import scheduled
from reconciler.simulation.workers import steady
from runners.contract.exits import UNAVAILABLE


@dataclass(frozen=True, slots=True)
class Habits:
    """How the engines of a life behave when nothing goes wrong: what jobs leave, how revisions start and answer."""

    work: Worker = steady
    start: Callable[[RevisionOrder], Start] = usual_start
    load: Callable[[Address, Mapping[Digest, int], float], Load] = usual_load


Behave = Callable[[World], Habits]
"""Says how the engines of a world behave."""


def usual(_world: World) -> Habits:
    """Let engines behave as they usually do."""
    return Habits()


class Machine:
    """One environment of a repository, on the engines of a world.

    Args:
        world: the engines, which other environments may share.
        place: the repository, which they share too.
        environment: its name.
        faults: what goes wrong, if anything does.
        habits: how the engines behave when nothing does.
    """

    def __init__(self, world: World, place: Place, environment: str, faults: Faults, habits: Habits) -> None:
        self.world = world
        self._place = place
        self.environment = environment
        self.faults = faults
        self.audit = Audit(world, environment, faults)
        self.status = place.status(environment)
        self.forge = place.forge(environment)
        self.scheduled: set[Address] = set()
        self.has_news = False
        self._recorded: Mapping[str, str] = {}
        self._habits = habits
        self._composer = Composer(place.tree, environment)
        self.start()

    def start(self) -> None:
        """Start a daemon, which knows nothing."""
        place, environment = self._place, self.environment
        source, status = place.source(), place.status(environment)
        composer = Composer(source.tree, environment)
        engines = self._engines(place.forge(environment))

        def cycle(chosen: Engines) -> Cycle:
            applier = Applier(chosen, lambda tree: f"memory://{tree}", lambda: True, threads=1)
            return Cycle(
                composer,
                chosen,
                status,
                controllers=CONTROLLERS,
                applier=applier,
                tell=lambda address, failure: self._hear(failure, address),
                results=Results(threads=1),
            )

        self._converging = Converging(source, status, composer, build=lambda _: engines, make_cycle=cycle)
        self.faults.revive()

    def _engines(self, forge: Forge) -> Engines:
        world, habits, data = self.world, self._habits, MemoryData(self.world, self.environment)
        serving = MemoryServing(world, self.environment, start=habits.start, load=habits.load)
        return Engines(data, data, MemoryPool(world, worker=self._work), serving, forge, world.clock)

    def _work(self, order: JobOrder, read: Read) -> Outcome:
        """Do a job's work, unless it crashes: as it may be tried again, that is no reason to end elsewhere."""
        if self.faults.crashes(order.run):
            self.audit.tell(f"! a job crashes: {order.run}, attempt {order.attempt}")
            return Outcome(UNAVAILABLE, reason="it crashed")
        return self._habits.work(order, read)

    def step(self) -> Pass | None:
        """Make one pass and let the engines live, as a daemon does; None when it failed or died."""
        self.audit.step += 1
        self._recorded = self.status.read().files
        with self.audit.watching():
            try:
                done = contain(self._pass)
                settled = contain(self._converging.settle)
            except Died:
                self.kill()
                return None
        self.has_news = not isinstance(settled, Failure) and settled.value
        if isinstance(settled, Failure):
            self._hear(settled)
        if isinstance(done, Failure):
            self._hear(done)
            return None
        for outcome in done.value.outcomes:
            self._hear(Failure(outcome.error), outcome.change.address)
        return done.value

    def kill(self) -> None:
        """End the daemon, and start another one."""
        self.audit.tell("a new daemon is started")
        self.start()

    def _pass(self) -> Pass:
        commit = self._converging.head()
        assert commit is not None
        desired = self.desired(commit)
        self.scheduled.update(scheduled(desired))
        self.audit.begin(desired, allowed(desired.environment.deletion, self._inventory()))
        return self._converging.run(commit)

    def desired(self, commit: CommitId) -> Desired:
        """Return what a commit asks for, read beside the daemon."""
        return self._composer(commit)

    def _inventory(self) -> int:
        """Count what the last status commit tells of, as it was before this pass."""
        return sum(path.startswith("status/") for path in self._recorded)

    def _hear(self, failure: Failure, address: Address | None = None) -> None:
        if "a defect of Setpoint" in failure.message or failure.trace:
            self.audit.broken(SOUND, f"{address or 'the pass'}: {failure.message}\n{failure.trace}".rstrip())
