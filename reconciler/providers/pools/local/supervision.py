"""Custody: what becomes of jobs that were let in, whoever started them."""

import time
from collections.abc import Callable, Mapping, Sequence

from reconciler.model.ids import RunName
from reconciler.ports.clock import Clock
from reconciler.ports.pool import JobOrder
from reconciler.providers.pools.local.job_environ import job_environ
from reconciler.providers.pools.local.processes import Launch, is_alive, is_child_alive, kill, spawn, stop
from reconciler.providers.pools.local.records import GONE, Record
from reconciler.providers.pools.local.store import Store
from reconciler.providers.pools.local.warm import WarmProcess
from runners.contract.secrets import told

MARGIN = 5.0
"""Seconds beyond timeout and grace after which a supervisor is taken to hang."""
PATIENCE = 30.0
"""Seconds that a warm process has to begin a job, before it is started as any other."""

LOST = "the process is gone without an exit code: it was killed from outside, or the machine restarted"
NEVER_CAME = "its process ended before it began: see its log"


class Custody:
    """Launches jobs that were let in, and follows them until they end.

    A job is adopted by being followed: an admission without a claim is launched again, since of two supervisors only
    one gets the claim.

    Args:
        store: the pool's folder.
        clock: the time.
        command: what a job is; the path of its request is appended.
        environ: what jobs inherit.
        grace: seconds from SIGTERM to SIGKILL.
        warm: the process that jobs of our own runners may be copies of; None where there is none.
        ticks: tells monotonic time, by which supervisors are taken to hang; they count their jobs' timeouts by it too.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        command: Sequence[str],
        environ: Mapping[str, str],
        grace: float,
        *,
        warm: WarmProcess | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._clock = clock
        self._command = tuple(command)
        self._environ = environ
        self._grace = grace
        self._children: dict[tuple[RunName, int], int] = {}
        self._warm = warm
        self._asked: dict[tuple[RunName, int], float] = {}
        self._ticks = ticks
        self._seen: dict[tuple[RunName, int], float] = {}
        self._stopped: dict[str, float] = {}

    def follow(self, record: Record) -> None:
        """See how a job is that was let in and hasn't ended: launch it, let it be, or tell that it is gone."""
        if record.process is None:
            self._await_claim(record)
        elif not is_alive(record.process):
            self._settle_account(record)
        elif self._is_overdue(record):
            kill(record.process)

    def reap(self) -> None:
        """Take note of supervisors that have ended, so that none stays as a zombie."""
        for kept in (self._seen, self._asked):
            for key in [key for key in kept if self._is_over(key)]:
                del kept[key]
        ended = [key for key, pid in self._children.items() if not is_child_alive(pid)]
        for key in ended:
            record = self._store.record(key[0])
            self._children[key] = 0
            if record is None or record.exit or record.process or record.order.attempt != key[1]:
                del self._children[key]

    def clear_out(self, name: str) -> None:
        """Stop a job that was put aside, and delete its folder when the last of its processes has ended."""
        record = self._store.leaving.refresh_one(name)
        process = record.process if record else None
        if process is None or not is_alive(process):
            if process and record and not record.exit:
                kill(process)
            self._stopped.pop(name, None)
            self._store.remove(name)
        elif name not in self._stopped:
            self._stopped[name] = self._ticks()
            stop(process)
        elif self._ticks() > self._stopped[name] + self._grace + MARGIN:
            kill(process)

    def _await_claim(self, record: Record) -> None:
        key = (record.run, record.order.attempt)
        if self._may_begin_warm(record.order):
            return
        if key not in self._children:
            self._launch(record)
        elif self._children[key] == 0 or not is_child_alive(self._children[key]):
            fresh = self._store.jobs.refresh_one(self._store.folder_of(record.run).name)
            if fresh and not fresh.process and not fresh.exit:
                self._store.put_exit(fresh, self._now(), NEVER_CAME)
            self._children.pop(key)

    def _launch(self, record: Record) -> None:
        folder, order = self._store.folder_of(record.run), record.order
        devices = record.admission.devices if record.admission else ()
        environ = job_environ(order, devices, {**self._environ, **told(self._store.secrets_of(order))})
        command = (*self._command, str(folder / f"{order.attempt}.request.json"))
        launch = Launch(folder, order.attempt, (order.timeout, self._grace), command, environ)
        if self._begins_warm(order, launch):
            return
        try:
            pid = spawn(*launch)
        except OSError as error:
            self._store.put_exit(record, self._now(), f"its process could not be started: {error.strerror}")
            return
        self._children[record.run, order.attempt] = pid

    def _begins_warm(self, order: JobOrder, launch: Launch) -> bool:
        """Ask once for a job as a copy of the warm process; tell whether that was heard."""
        if self._warm is None:
            return False
        if asked := self._store.asked(order):
            self._warm.failed(asked)
            return False
        runner = self._store.runner_of(order)
        process = self._warm.start(runner, launch) if self._warm.takes(runner, order.resources) else None
        if process:
            self._store.put_asked(order, process)
        return process is not None

    def _may_begin_warm(self, order: JobOrder) -> bool:
        """Tell whether a job may still begin that a warm process was asked for, whichever daemon's that is."""
        asked = self._store.asked(order)
        if asked is None or not is_alive(asked):
            return False
        return self._ticks() < self._asked.setdefault((order.run, order.attempt), self._ticks()) + PATIENCE

    def _settle_account(self, record: Record) -> None:
        """Write what a dead supervisor left unsaid, and kill what it left running."""
        fresh = self._store.jobs.refresh_one(self._store.folder_of(record.run).name)
        if fresh and fresh.process == record.process and not fresh.exit:
            kill(record.process) if record.process else None
            self._store.put_exit(fresh, self._now(), LOST, why=GONE)

    def _is_over(self, key: tuple[RunName, int]) -> bool:
        record = self._store.record(key[0])
        return record is None or record.exit is not None or record.order.attempt != key[1]

    def _is_overdue(self, record: Record) -> bool:
        """Tell whether a supervisor goes on that should have ended, by the time since it was first seen here."""
        since = self._seen.setdefault((record.run, record.order.attempt), self._ticks())
        return self._ticks() > since + record.order.timeout + self._grace + MARGIN

    def _now(self) -> float:
        return self._clock.now().timestamp()
