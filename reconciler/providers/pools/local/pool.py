"""The pool's verbs: each reads the folder, does its one thing, and leaves the rest to `settle`."""

import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from reconciler.model.errors import Unavailable
from reconciler.model.fairness.admission import admit
from reconciler.model.fairness.gpu_kinds import one_kind
from reconciler.model.fairness.queues import reasons, situations, unplaced, use_of
from reconciler.model.ids import Address, RunName, file_name
from reconciler.model.kinds.pools import Pool
from reconciler.model.observed import JobState, PoolListing
from reconciler.model.quantity import parse_duration
from reconciler.ports.clock import Clock
from reconciler.ports.pool import LOG_LIMIT, JobOrder
from reconciler.providers.pools.local.fitting import never_fits
from reconciler.providers.pools.local.job_environ import devices_of, pick, secrets_named
from reconciler.providers.pools.local.processes import is_alive
from reconciler.providers.pools.local.records import Admission, Record, Usage
from reconciler.providers.pools.local.store import Store
from reconciler.providers.pools.local.supervision import Custody
from reconciler.providers.pools.local.warm import WarmProcess
from reconciler.settings import inherited
from reconciler.untrusted import tail
from runners.contract.exits import REFUSED

RUNNERS = (sys.executable, "-m", "runners")
GRACE = 10.0
KEEP = timedelta(days=7)
WHY_REFUSED = "refused"
NO_DEVICE = "waits for gpus that other pools' jobs have, or that the daemon was not given (CUDA_VISIBLE_DEVICES)"
Grant = tuple[RunName, tuple[str, ...]]
"""Who may start, with which devices."""

_LOOK_AGAIN = 1.0
_PURGE_EVERY = 60.0


class LocalPool:
    """Runs jobs as processes of this machine, in slots that teams share.

    Memory is counted, not enforced: a job that takes more than it asked for isn't stopped.

    Args:
        folder: where all is kept; whoever opens it adopts its jobs.
        clock: the time.
        environ: where variables are that jobs may have, and secrets (`SETPOINT_SECRET_*`) that their requests name.
        command: what a job is; the path of its request is appended.
        grace: how long a job has to end after SIGTERM, in seconds or as `10s`.
        keep: how long the record of a job that succeeded is kept, such as `7d`.
        inherit: names of further environment variables of the daemon that every job gets, such as `AWS_PROFILE`.
        warm: whether jobs of our own runners are copies of a process that has imported what they need.

    Raises:
        ValueError: one of the spans of time can't be read.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        environ: Mapping[str, str] = os.environ,
        command: Sequence[str] = RUNNERS,
        grace: timedelta | str | float = GRACE,
        keep: timedelta | str | float = KEEP,
        inherit: Sequence[str] = (),
        warm: bool = True,
    ) -> None:
        self._store = Store(folder.absolute())
        self._clock = clock
        self._environ = environ
        given = inherited(environ, inherit)
        process = WarmProcess(given) if warm and command == RUNNERS else None
        self._custody = Custody(self._store, clock, command, given, _seconds(grace), warm=process)
        self._keep = _seconds(keep)
        self._guard = threading.RLock()
        self._reasons: dict[RunName, str] = {}
        self._looked: tuple[int, float, Sequence[Grant]] = (-1, 0.0, ())
        self._weighed = -1
        self._purged = 0.0
        self._shown: tuple[tuple[int, float], PoolListing] = ((-1, 0.0), PoolListing())
        self._last = PoolListing()

    def list(self) -> PoolListing:
        """List all jobs that the folder holds, and the pools' configuration."""
        with self._guard, _reachable(self._store.folder):
            self._store.refresh()
            self._look()
            return self._listing()

    def configure(self, pool: Address, spec: Pool | None) -> None:
        """Give a pool its capacity and shares; None takes it away once its jobs have ended.

        Jobs that were refused because they could never fit are forgotten, so that they are ordered anew.

        Raises:
            Refused: its GPUs are of several kinds.
        """
        if spec is not None:
            one_kind(pool, spec)
        with self._writing() as store:
            store.refresh()
            known = self._pools(all_of_them=True).get(pool)
            if spec is not None:
                store.put_pool(pool, spec)
                self._forget_refused(pool)
            elif known is not None:
                store.put_pool(pool, known, leaving=True)
                self._close_pools()

    def submit(self, order: JobOrder) -> None:
        """Queue a job: a new one, or the next attempt of one that has ended."""
        with self._writing() as store:
            known = store.jobs.refresh_one(file_name(order.run))
            if known is None or (known.exit and order.attempt > known.order.attempt):
                secrets = {**secrets_named(order.request, self._environ), **order.secrets}
                store.put_order(replace(order, secrets=secrets), self._now())

    def cancel(self, run: RunName) -> None:
        """Stop a job, if it runs, and forget it."""
        with self._writing() as store:
            if store.put_aside(run):
                self._clear_out()

    def logs(self, run: RunName) -> str:
        """Return what a job's newest attempt has printed, the last MiB at the most."""
        return _tail(self.log_file(run))

    def log_file(self, run: RunName) -> Path:
        """Return where all lies that a job's newest attempt has printed."""
        with self._guard, _reachable(self._store.folder):
            record = self._store.jobs.refresh_one(file_name(run))
        if record is None:
            raise FileNotFoundError(f"no job {run} is known: it was never submitted here, or was cancelled")
        return self._store.folder_of(run) / f"{record.order.attempt}.log"

    def usage(self) -> Mapping[RunName, Usage]:
        """Return what every job that has ended took: seconds of cores, memory at its peak, duration."""
        with self._guard, _reachable(self._store.folder):
            self._store.refresh()
            return {record.run: record.exit.usage for record in self._records() if record.exit and record.exit.usage}

    def settle(self) -> bool:
        """Let time pass: see which jobs have ended, stop what overstays, admit. Tell whether anything changed."""
        with self._writing() as store:
            store.refresh()
            self._custody.reap()
            for record in self._in_state(JobState.RUNNING):
                self._custody.follow(record)
            self._clear_out()
            self._refuse()
            self._admit()
            self._close_pools()
            self._purge()
            listing = self._listing()
        changed = listing is not self._last and listing != self._last
        self._last = listing
        return changed

    def _refuse(self) -> None:
        """End jobs at once that can never fit; looked at anew after a change."""
        if self._weighed == self._store.version:
            return
        pools = self._pools()
        for record in self._in_state(JobState.WAITING):
            if reason := never_fits(pools, record):
                self._store.put_exit(record, self._now(), reason, code=REFUSED, why=WHY_REFUSED)
        self._weighed = self._store.version

    def _admit(self) -> None:
        for run, devices in self._look():
            record = self._store.record(run)
            admitted = record and self._store.put_admission(record, Admission(self._now(), devices))
            if admitted:
                self._custody.follow(admitted)

    def _look(self) -> Sequence[Grant]:
        """Tell who may start, and remember why the others wait; looked at anew after a change, and every second."""
        version, moment, grants = self._looked
        now = self._now()
        if version == self._store.version and 0 <= now - moment < _LOOK_AGAIN:
            return grants
        tickets, stopping = ([r.ticket for r in some] for some in (self._records(), self._stopping()))
        found = situations(self._pools(), tickets, stopping, now)
        verdicts = [admit(situation) for situation in found]
        self._reasons = reasons(found, verdicts)
        grants = self._grant([run for verdict in verdicts for run in verdict.start])
        self._looked = (self._store.version, now, grants)
        return grants

    def _grant(self, starting: Sequence[RunName]) -> Sequence[Grant]:
        """Give devices to those whose turn it is; there may be too few, as the pools of one machine share them."""
        holders = [*self._in_state(JobState.RUNNING), *self._stopping()]
        taken = [device for record in holders if record.admission for device in record.admission.devices]
        machine = sum(spec.capacity.gpus for spec in self._pools(all_of_them=True).values())
        grants: list[Grant] = []
        for run in starting:
            record = self._store.record(run)
            devices = pick(devices_of(self._environ, machine), taken, record.order.resources.gpus if record else 0)
            if devices is None:
                self._reasons[run] = NO_DEVICE
            else:
                taken += devices
                grants.append((run, devices))
        return grants

    def _clear_out(self) -> None:
        for name in tuple(self._store.leaving.names()):
            self._custody.clear_out(name)

    def _stopping(self) -> Sequence[Record]:
        return [r for _, r in self._store.leaving.items() if r.process and not r.exit and is_alive(r.process)]

    def _close_pools(self) -> None:
        """Take away pools that are to go and have no running job left."""
        leaving = [known.pool for _, known in self._store.pools.items() if known.leaving]
        busy = {record.order.pool for record in self._in_state(JobState.RUNNING)} if leaving else set()
        for pool in leaving:
            if pool not in busy:
                self._store.remove_pool(pool)

    def _forget_refused(self, pool: Address) -> None:
        for record in self._in_state(JobState.FAILED):
            if record.order.pool == pool and record.exit and record.exit.why == WHY_REFUSED:
                self._store.put_aside(record.run)
        self._clear_out()

    def _purge(self) -> None:
        """Drop the records of jobs that succeeded long ago; failed ones keep count of their attempts."""
        now = self._now()
        if 0 <= now - self._purged < _PURGE_EVERY:
            return
        self._purged = now
        self._store.forget_secrets([record.order for record in self._records() if record.exit])
        for record in self._in_state(JobState.SUCCEEDED):
            if record.exit and record.exit.ended < now - self._keep:
                self._store.put_aside(record.run)

    def _records(self) -> Sequence[Record]:
        return [record for _, record in self._store.jobs.items()]

    def _in_state(self, state: JobState) -> Sequence[Record]:
        return [record for record in self._records() if record.state is state]

    def _pools(self, *, all_of_them: bool = False) -> dict[Address, Pool]:
        """Return the pools that admit jobs, or with those that are about to go."""
        return {k.pool: k.spec for _, k in self._store.pools.items() if all_of_them or not k.leaving}

    def _listing(self) -> PoolListing:
        as_of = (self._store.version, self._looked[1])
        if self._shown[0] != as_of:
            jobs = {record.run: record.as_job(self._why(record)) for record in self._records()}
            running = self._in_state(JobState.RUNNING)
            use = use_of((record.order.pool, record.order.team, record.demand) for record in running)
            self._shown = (as_of, PoolListing(jobs, self._pools(all_of_them=True), use=use))
        return self._shown[1]

    def _why(self, record: Record) -> str:
        return self._reasons.get(record.run) or ("" if record.admission else unplaced(record.order.pool))

    def _now(self) -> float:
        return self._clock.now().timestamp()

    @contextmanager
    def _writing(self) -> Iterator[Store]:
        with self._guard, _reachable(self._store.folder), self._store.locked():
            yield self._store


@contextmanager
def _reachable(folder: Path) -> Iterator[None]:
    """Tell a disk that fails, is full or is locked away as what it is: try again, and take nothing for absent."""
    try:
        yield
    except OSError as error:
        what = f"the pool's folder {folder} can't be used: {error.strerror}"
        raise Unavailable(what, "free some space, or give it to the user that runs this") from error


def _seconds(span: timedelta | str | float) -> float:
    return float(span) if isinstance(span, int | float) else parse_duration(span).total_seconds()


def _tail(path: Path) -> str:
    """Return the end of a file from the first whole line on; empty where it isn't there."""
    try:
        text, is_whole = tail(path, LOG_LIMIT)
    except FileNotFoundError:
        return ""
    if not is_whole:
        text = text.partition(b"\n")[2] or text
    return text.decode("utf-8", errors="replace")
