"""A machine: the engines of one environment in memory, which live on, and a daemon on them, which can die."""

from datetime import datetime, timedelta

from reconciler.compose import Cache, compose
from reconciler.controllers import CONTROLLERS
from reconciler.loop.apply import Applier
from reconciler.loop.boundary import Failure, contain
from reconciler.loop.cycle import Cycle, Pass
from reconciler.loop.dumping import dump
from reconciler.loop.environment import Converging
from reconciler.loop.observe import Results
from reconciler.loop.recorded import approval_path
from reconciler.model.decision import Decision, Standing
from reconciler.model.ids import Address, CommitId
from reconciler.model.resource import Desired
from reconciler.plan.guard import allowed, approval
from reconciler.ports.engines import Engines
from reconciler.providers.memory import (
    MemoryData,
    MemoryForge,
    MemoryPool,
    MemoryServing,
    MemorySource,
    MemoryStatus,
    World,
)
from reconciler.providers.memory.faults import Died, Faults
from reconciler.providers.memory.source import MemoryTree, SourceRoom
from reconciler.simulation.audit import SOUND, Audit
from reconciler.simulation.ending import scheduled
from reconciler.simulation.steady import steady

QUIET = timedelta(minutes=30)
"""When nothing has happened for so long, nothing will but by schedule."""
MOMENT = 0.001


class Machine:
    """One environment of a repository, with everything that it runs on.

    Args:
        environment: its name.
        faults: what goes wrong, if anything does.
    """

    def __init__(self, environment: str, faults: Faults) -> None:
        self.environment = environment
        self.faults = faults
        self.world = World()
        self.audit = Audit(self.world, environment, faults)
        self.source = MemorySource(self.world)
        self.status = MemoryStatus(self.world, environment)
        self._cache = Cache()
        self.scheduled: set[Address] = set()
        self._settled = False
        self.start()

    def start(self) -> None:
        """Start a daemon, which knows nothing."""
        world, environment = self.world, self.environment
        source, cache, data = MemorySource(world), Cache(), MemoryData(world, environment)
        status = MemoryStatus(world, environment)
        forge = MemoryForge(world, source, environment)
        engines = Engines(data, data, MemoryPool(world, worker=steady), MemoryServing(world), forge, world.clock)

        def compose_at(commit: CommitId) -> Desired:
            return compose(source.tree(commit), environment, cache)

        def cycle(chosen: Engines) -> Cycle:
            applier = Applier(chosen, lambda tree: f"memory://{tree}", lambda: True, threads=1)
            return Cycle(
                compose_at,
                chosen,
                status,
                controllers=CONTROLLERS,
                applier=applier,
                tell=lambda address, failure: self._hear(failure, address),
                results=Results(threads=1),
            )

        self._converging = Converging(source, status, compose_at, build=lambda _: engines, make_cycle=cycle)
        self.faults.revive()

    def step(self) -> Pass | None:
        """Make one pass and let the engines live, as a daemon does; None when it failed or died."""
        self.audit.step += 1
        try:
            done = contain(self._pass)
            settled = contain(self._converging.settle)
        except Died:
            self.audit.tell("a new daemon is started")
            self.start()
            return None
        self._settled = not isinstance(settled, Failure) and settled.value
        if isinstance(done, Failure):
            self._hear(done)
            return None
        for outcome in done.value.outcomes:
            self._hear(Failure(outcome.error), outcome.change.address)
        return done.value

    def _pass(self) -> Pass:
        commit = self._converging.head()
        assert commit is not None
        desired = self.desired(commit)
        self.scheduled.update(scheduled(desired))
        self.audit.begin(desired, allowed(desired.environment.deletion, len(self._inventory())))
        return self._converging.run(commit)

    def desired(self, commit: CommitId) -> Desired:
        """Return what a commit asks for, read beside the daemon."""
        return compose(MemoryTree(self.world.room(SourceRoom), commit), self.environment, self._cache)

    def _inventory(self) -> list[str]:
        room = self.world.room(SourceRoom)
        head = room.branches.get(f"setpoint/{self.environment}")
        return [path for path in room.commits[head].files if path.startswith("status/")] if head else []

    def _hear(self, failure: Failure, address: Address | None = None) -> None:
        if "a defect of Setpoint" in failure.message or failure.trace:
            self.audit.broken(SOUND, f"{address or 'the pass'}: {failure.message}\n{failure.trace}".rstrip())

    def pass_time(self, seconds: float) -> None:
        """Let time pass, or as much of it as is needed until something happens."""
        now, event = self.world.clock.now(), self.world.next_event()
        until = now + timedelta(seconds=seconds)
        self.world.clock.advance_to(min(until, event) + timedelta(seconds=MOMENT) if event else until)

    def rest(self, passes: int = 400) -> Pass | None:
        """Make passes until only schedules and people would change anything; None when it doesn't come to rest.

        A person stands by, and approves of the removals that are above the budget.
        """
        quiet = self.world.clock.now()
        for _ in range(passes):
            done = self.step()
            now = self.world.clock.now()
            if done is None or done.outcomes or self._settled or self._approve(done):
                quiet = now
                if done is None:
                    self.world.clock.advance(1)
                continue
            event, wake = self.world.next_event(), _wake(done)
            if event is None and (wake is None or now - quiet > QUIET):
                return done
            moment = min(moment for moment in (event, wake) if moment)
            self.world.clock.advance_to(max(moment, now) + timedelta(seconds=MOMENT))
        return None

    def _approve(self, done: Pass) -> bool:
        held = {a: d for a, d in done.plan.decisions.items() if d.reason == "DeletionBudget"}
        if not held:
            return False
        self.audit.approve(held)
        self.audit.tell(f"a person approves of {len(held)} removals")
        return (
            self.status.write({approval_path(approval(held)): dump({"approved": sorted(held)})}, "Approve") is not None
        )


def _wake(done: Pass) -> datetime | None:
    """Return when something that is underway goes on by time alone. What is ready wakes by its schedule only."""
    return min((d.wake for d in done.plan.decisions.values() if _is_underway(d) and d.wake), default=None)


def _is_underway(decision: Decision) -> bool:
    return decision.standing in (Standing.RECONCILING, Standing.WAITING)
