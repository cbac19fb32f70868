"""Jobs that take a virtual time, and then leave in the data store what their worker says."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reconciler.model.fairness.amounts import Amounts
from reconciler.model.fairness.queues import unplaced, use_of
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Pool
from reconciler.model.observed import Job, JobState, PoolListing
from reconciler.model.quantity import format_duration
from reconciler.ports.pool import JobOrder
from reconciler.providers.memory.data import DataRoom
from reconciler.providers.memory.workers import Outcome, Worker, plausible, usual_duration
from reconciler.providers.memory.world import Room, World, verb
from runners.contract.exits import REFUSED, UNAVAILABLE

KEEP = timedelta(days=7)


@dataclass(slots=True)
class Held:
    """A job: its order and where it is."""

    order: JobOrder
    submitted: datetime
    state: JobState = JobState.WAITING
    reason: str = ""
    outcome: Outcome = field(default_factory=Outcome)
    refused: bool = False
    started: datetime | None = None
    ends: datetime | None = None

    def shown(self) -> Job:
        """Return the job as the port shows it."""
        is_over = self.state in (JobState.SUCCEEDED, JobState.FAILED)
        return Job(
            run=self.order.run,
            pool=self.order.pool,
            team=self.order.team,
            state=self.state,
            attempt=self.order.attempt,
            reason=self.reason,
            exit_code=self.outcome.exit_code if is_over else None,
            submitted=self.submitted,
            started=self.started,
            ended=self.ends if is_over else None,
            inputs=self.order.inputs,
            needs=Amounts.of(self.order.resources).times(self.order.resources.nodes).told_by_name(),
            timeout=self.order.timeout,
        )


@dataclass(order=True, slots=True)
class _End:
    """The moment at which a job ends."""

    at: datetime
    run: RunName
    held: Held = field(compare=False)


class PoolRoom(Room):
    """All jobs and pools."""

    def __init__(self) -> None:
        self.jobs: dict[RunName, Held] = {}
        self.pools: dict[Address, Pool] = {}
        self.leaving: set[Address] = set()
        self.changed = False
        self._ends: list[_End] = []

    def run(self, held: Held, seconds: float, now: datetime) -> None:
        """Start a job that will take so many seconds, unless its timeout ends it before."""
        held.state, held.reason, held.started = JobState.RUNNING, "", now
        held.ends = now + timedelta(seconds=min(seconds, held.order.timeout))
        heapq.heappush(self._ends, _End(held.ends, held.order.run, held))

    def pass_time(self, world: World) -> None:
        """End the jobs that are due, in the order of their ends."""
        while self._ends and (self._is_stale(self._ends[0]) or self._ends[0].at <= world.clock.now()):
            end = heapq.heappop(self._ends)
            if not self._is_stale(end):
                self._finish(end.held, world)

    def next_event(self) -> datetime | None:
        """Return when the next job ends."""
        return min((end.at for end in self._ends if not self._is_stale(end)), default=None)

    def _is_stale(self, end: _End) -> bool:
        return self.jobs.get(end.run) is not end.held

    def _finish(self, held: Held, world: World) -> None:
        held.state = JobState.SUCCEEDED if held.outcome.exit_code == 0 else JobState.FAILED
        if held.outcome.exit_code:
            held.reason = held.outcome.reason or f"exit code {held.outcome.exit_code}"
        world.room(DataRoom).write(held.order.run, held.outcome.files)
        self.changed = True


class MemoryPool:
    """Runs jobs on virtual time, first come, first served; a job that doesn't fit is passed by those that do.

    Args:
        world: where it happens.
        worker: what a job leaves, decided when it starts.
        duration: how many seconds a job takes.
        keep: how long a job that succeeded is told of.
    """

    def __init__(
        self,
        world: World,
        *,
        worker: Worker = plausible,
        duration: Callable[[JobOrder], float] = usual_duration,
        keep: timedelta = KEEP,
    ) -> None:
        self.world = world
        self._worker = worker
        self._duration = duration
        self._keep = keep

    @property
    def _room(self) -> PoolRoom:
        return self.world.room(PoolRoom)

    @verb("pool")
    def list(self) -> PoolListing:
        """List all jobs, and the pools' configuration."""
        room = self._room
        running = [held.order for held in room.jobs.values() if held.state is JobState.RUNNING]
        use = use_of((o.pool, o.team, Amounts.of(o.resources)) for o in running)
        return PoolListing({run: held.shown() for run, held in room.jobs.items()}, dict(room.pools), use=use)

    @verb("pool")
    def configure(self, pool: Address, spec: Pool | None) -> None:
        """Give a pool its capacity and shares; None takes it away once its jobs have ended."""
        room = self._room
        room.changed = True
        if spec is None:
            room.leaving |= {pool} & room.pools.keys()
            self._close_pools()
            return
        room.pools[pool] = spec
        room.leaving.discard(pool)
        refused = [run for run, held in room.jobs.items() if held.order.pool == pool and held.refused]
        for run in refused:
            del room.jobs[run]

    @verb("pool")
    def submit(self, order: JobOrder) -> None:
        """Queue a job: a new one, or the next attempt of one that has ended."""
        room = self._room
        known = room.jobs.get(order.run)
        is_over = known and known.state not in (JobState.WAITING, JobState.RUNNING)
        if known is None or (is_over and order.attempt > known.order.attempt):
            room.jobs[order.run] = Held(order, self.world.clock.now(), reason=f"{order.pool} looks at it next")
            room.changed = True

    @verb("pool")
    def cancel(self, run: RunName) -> None:
        """Stop a job, if it runs, and forget it."""
        room = self._room
        room.changed |= room.jobs.pop(run, None) is not None

    @verb("pool")
    def logs(self, run: RunName) -> str:
        """Return what a job has printed.

        Raises:
            FileNotFoundError: no such job is known.
        """
        held = self._room.jobs.get(run)
        if held is None:
            raise FileNotFoundError(f"no job {run} is known: it was never submitted here, or was cancelled")
        return held.outcome.log if held.state is not JobState.WAITING else ""

    @verb("pool")
    def settle(self) -> bool:
        """Admit what fits. Return whether anything changed since the last call."""
        room = self._room
        free = {pool: self._free(pool, spec) for pool, spec in room.pools.items() if pool not in room.leaving}
        waiting = [held for held in room.jobs.values() if held.state is JobState.WAITING]
        for held in sorted(waiting, key=lambda held: (held.submitted, held.order.run)):
            pool = held.order.pool
            if refusal := _refusal(held.order, room.pools.get(pool)):
                self._refuse(held, refusal)
            elif reason := _obstacle(held.order, free.get(pool)):
                room.changed |= reason != held.reason
                held.reason = reason
            else:
                free[pool] = free[pool].minus(Amounts.of(held.order.resources))
                self._start(held)
        self._close_pools()
        self._purge()
        changed, room.changed = room.changed, False
        return changed

    def _free(self, pool: Address, spec: Pool) -> Amounts:
        free = Amounts.of(spec.capacity)
        for held in self._room.jobs.values():
            if held.state is JobState.RUNNING and held.order.pool == pool:
                free = free.minus(Amounts.of(held.order.resources))
        return free

    def _start(self, held: Held) -> None:
        seconds = self._duration(held.order)
        held.outcome = self._work(held.order)
        if seconds > held.order.timeout:
            timeout = format_duration(timedelta(seconds=held.order.timeout))
            held.outcome = Outcome(143, reason=f"stopped at its timeout of {timeout}")
        self._room.run(held, seconds, self.world.clock.now())
        self._room.changed = True

    def _purge(self) -> None:
        """Forget jobs that succeeded long ago; failed ones keep count of their attempts."""
        jobs, oldest = self._room.jobs, self.world.clock.now() - self._keep
        for run in [r for r, h in jobs.items() if h.state is JobState.SUCCEEDED and h.ends and h.ends < oldest]:
            del jobs[run]

    def _work(self, order: JobOrder) -> Outcome:
        """Return what a job leaves; one whose input has gone is to be tried again, with the inputs of then."""
        try:
            return self._worker(order, lambda run, path: self._room_of_data.read(run)[path])
        except (FileNotFoundError, KeyError) as error:
            return Outcome(UNAVAILABLE, reason=f"an input is gone: {error}")

    def _refuse(self, held: Held, reason: str) -> None:
        held.state, held.reason, held.ends = JobState.FAILED, reason, self.world.clock.now()
        held.outcome, held.refused = Outcome(REFUSED), True
        self._room.changed = True

    def _close_pools(self) -> None:
        room = self._room
        busy = {held.order.pool for held in room.jobs.values() if held.state is JobState.RUNNING}
        for pool in room.leaving - busy:
            room.leaving.remove(pool)
            room.pools.pop(pool, None)
            room.changed = True

    @property
    def _room_of_data(self) -> DataRoom:
        return self.world.room(DataRoom)


def _obstacle(order: JobOrder, free: Amounts | None) -> str:
    if free is None:
        return unplaced(order.pool)
    name = Amounts.of(order.resources).exceeding(free)
    return f"waits for {name} of {order.pool}, which others use" if name else ""


def _refusal(order: JobOrder, spec: Pool | None) -> str:
    if spec is None:
        return ""
    if order.resources.nodes > 1:
        return f"asks for {order.resources.nodes} nodes and {order.pool} is one machine: set resources.nodes to 1"
    name = Amounts.of(order.resources).exceeding(Amounts.of(spec.capacity))
    return f"asks for more {name} than all of {order.pool} has: lower resources.{name}" if name else ""
