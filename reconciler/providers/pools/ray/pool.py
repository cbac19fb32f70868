"""The pool's verbs: each reads or writes the folder, and leaves to `settle` what is to be done on the cluster."""

import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from reconciler.model.errors import Unavailable
from reconciler.model.fairness.gpu_kinds import one_kind
from reconciler.model.fairness.queues import use_of
from reconciler.model.ids import Address, RunName, file_name
from reconciler.model.kinds.pools import Pool
from reconciler.model.observed import JobState, PoolListing
from reconciler.ports.clock import Clock
from reconciler.ports.pool import JobOrder, request_as_json
from reconciler.providers.pools.ray.cluster import Cluster
from reconciler.providers.pools.ray.jobs_api import JobsApi
from reconciler.providers.pools.ray.options import read_options
from reconciler.providers.pools.ray.queue import look
from reconciler.providers.pools.ray.records import Record, join
from reconciler.providers.pools.ray.seal import seal
from reconciler.providers.pools.ray.settle import Aside, Turn, moment_of
from reconciler.providers.pools.ray.store import Configured, Store

LOG_LIMIT = 2**20
FRESH = 2.0
"""Seconds for which a look at the cluster tells well enough whether a run is there that the folder doesn't know."""


class RayPool:
    """Runs jobs on a Ray cluster, in slots that teams share.

    Args:
        folder: where is kept what the cluster can't know; it may be lost.
        clock: the time.
        environ: where the secrets are that the options name.
        told: the options, as `options.Options` reads them.

    Raises:
        Refused: an option isn't known or has a wrong value.
    """

    def __init__(self, folder: Path, clock: Clock, *, environ: Mapping[str, str] = os.environ, **told: Any) -> None:
        options = read_options(told)
        place = file_name(f"{options.owner}@{options.address}")
        api = JobsApi(options.address, options.headers(environ), options.patience.total_seconds())
        self._options = options
        self._environ = environ
        self._store = Store(folder.absolute() / "ray" / place)
        self._clock = clock
        self._keep = options.keep.total_seconds()
        self._cluster = Cluster(api, options, self._now)
        self._aside = Aside({})
        self._guard = threading.RLock()
        self._turned = -1
        self._told, self._told_as_of = PoolListing(), (-1, -1)

    def list(self) -> PoolListing:
        """List all jobs that the cluster has or that wait for it, and the pools' configuration."""
        with self._guard, _reachable(self._store.folder):
            self._store.refresh()
            self._cluster.look()
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
            known = store.pools.get(pool)
            if spec is not None:
                store.pools.put(pool, Configured(pool, spec))
                self._forget_refused(pool)
            elif known is not None:
                store.pools.put(pool, replace(known, leaving=True))

    def submit(self, order: JobOrder) -> None:
        """Queue a job: a new one, or the next attempt of one that has ended.

        Raises:
            Refused: it comes with secrets, and there is no key to seal them.
        """
        with self._writing() as store:
            known = self._known(order.run)
            if known is None or (known.end and order.attempt > known.order.attempt):
                plain = replace(order, request=json.loads(request_as_json(order)), secrets={})
                sealed = seal(order.secrets, self._options, self._environ)
                store.orders.put(order.run, Record(plain, self._now(), sealed=sealed))

    def cancel(self, run: RunName) -> None:
        """Stop a job, if it runs, and forget it."""
        with self._writing() as store:
            store.leaving.put(run, run)
            store.orders.remove(run)

    def logs(self, run: RunName) -> str:
        """Return what a job's newest attempt has printed, the last MiB at the most.

        Raises:
            FileNotFoundError: no such job is known.
        """
        with self._guard, _reachable(self._store.folder):
            record = self._known(run)
        if record is None:
            raise FileNotFoundError(f"no job {run} is known: it was never submitted here, or was cancelled")
        return own_words(self._cluster.logs(record), record) if record.is_let_in else ""

    def settle(self) -> bool:
        """Let time pass: see what became of the jobs, stop cancelled ones, admit. Tell whether anything changed."""
        with self._writing() as store:
            store.refresh()
            if self._cluster.is_due or (store.version != self._turned and not self._cluster.is_failing):
                self._cluster.look()
                Turn(store, self._cluster, self._aside, self._now(), self._keep).take()
                self._turned = store.version
            elif self._told_as_of == (store.version, self._cluster.version):
                return False
            self._told_as_of = (store.version, self._cluster.version)
            before, self._told = self._told, self._listing()
            return self._told != before

    def _forget_refused(self, pool: Address) -> None:
        for record in tuple(self._store.orders.values()):
            if record.order.pool == pool and record.end and record.end.refused:
                self._store.orders.remove(record.run)

    def _known(self, run: RunName) -> Record | None:
        """Return what is known of one run; the cluster is asked only where the folder can't tell."""
        kept, leaving = self._store.orders.look(run), self._store.leaving.look(run)
        if kept and (kept.end or not kept.is_let_in):
            return kept
        seen = () if leaving else self._cluster.look(0.0 if kept else FRESH)
        return join([kept] if kept else [], [record for record in seen if record.run == run], self._now()).get(run)

    def _listing(self) -> PoolListing:
        moment = moment_of(self._store, self._cluster, self._aside, self._now())
        _, reasons = look(moment)
        jobs = {run: record.as_job(reasons.get(run, "")) for run, record in moment.records.items()}
        running = [record for record in moment.records.values() if record.state is JobState.RUNNING]
        use = use_of((record.order.pool, record.order.team, record.demand) for record in running)
        return PoolListing(jobs, {known.pool: known.spec for known in self._store.pools.values()}, use=use)

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
    except Unavailable:
        raise
    except OSError as error:
        what = f"the pool's folder {folder} can't be used: {error.strerror}"
        raise Unavailable(what, "free some space, or give it to the user that runs this") from error


_CLUSTERS = "Running entrypoint for job "
"""How the line begins that the cluster writes before a job's own."""


def own_words(log: str, record: Record) -> str:
    """Return what a job itself has printed, in whole lines, without what the cluster says before.

    A cancelled job that is ordered again has the same name on the cluster, which goes on with the same file. Where the
    cluster's own first line came late, it stands where the launcher's stood.
    """
    headline = f"setpoint: attempt {record.order.attempt} of {record.run!r} begins\n"
    _, is_told, own = log.rpartition(headline)
    words = (own if is_told else log.partition("\n")[2] if log.startswith(_CLUSTERS) else log).encode()
    if len(words) > LOG_LIMIT:
        words = words[-LOG_LIMIT:].partition(b"\n")[2] or words[-LOG_LIMIT:]
    return words.decode("utf-8", "replace")
