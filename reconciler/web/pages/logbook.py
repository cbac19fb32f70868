"""What jobs and replicas have printed, read from the engines of an environment as it was applied last.

Whatever was read is kept for a moment, so that many who look at it ask an engine once; and it is read on threads of its
own, so that an engine that doesn't answer keeps nobody waiting but those who ask for its logs.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar

from reconciler.model.environment import Environment
from reconciler.model.errors import Refused, SetpointError, Unavailable
from reconciler.model.ids import Address, Digest, RunName
from reconciler.model.observed import Job, JobState
from reconciler.ports.pool import LOG_LIMIT, KeepsLogs, RunnerPool
from reconciler.web.pages.keeping import Keeping
from reconciler.web.pages.snapshot import Snapshot
from runners.contract.progress import Progress, progress_in
from runners.contract.secrets import scrubbed

SHOWN = 2**17
"""Characters of a log that are shown: its last ones."""
PATIENCE = 20.0
"""Seconds within which an engine answers."""
THREADS = 4
Read = TypeVar("Read")


class LogEngines(Protocol):
    """Finds the engines that know what was printed; each raises what says why it can't be asked from here."""

    def pool(self, key: str, environment: Environment) -> RunnerPool:
        """Return the pool of an environment."""

    def replicas(self, key: str, environment: Environment, deployment: Address, revision: str) -> "Printed":
        """Return what the replicas of a deployment have printed, by revision and replica."""


Printed = Mapping[Digest, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Log:
    """The end of what a job, or a replica, has printed. `size` is how many bytes there are of it, at least.

    `state` is the job's, as its pool has it; empty where that isn't known. `told` is the progress that it tells of.
    """

    name: str
    text: str = ""
    size: int = 0
    state: str = ""
    told: tuple[Progress, ...] = ()

    @property
    def left_out(self) -> int:
        """Return how many bytes of the beginning aren't shown, at least."""
        return max(0, self.size - len(self.text.encode(errors="replace")))

    @property
    def is_live(self) -> bool:
        """Tell whether more may be printed."""
        return self.state in (JobState.WAITING, JobState.RUNNING)


class Logbook:
    """Reads logs.

    Args:
        engines: finds the engines; None where nobody here knows of any.
        now: tells seconds.
        patience: seconds within which an engine answers.
    """

    def __init__(
        self, engines: LogEngines | None, now: Callable[[], float] = time.monotonic, patience: float = PATIENCE
    ) -> None:
        self._engines, self._patience = engines, patience
        self._threads = ThreadPoolExecutor(THREADS, "logs")
        self._logs: Keeping[Log] = Keeping(now)
        self._listings: Keeping[Mapping[RunName, Job]] = Keeping(now)
        self._replicas: Keeping[Sequence[tuple[str, Log]]] = Keeping(now)

    async def run(self, one: Snapshot, run: str) -> Log:
        """Return what a run's job has printed.

        Raises:
            Refused: the pool knows no such job, or can't be asked from here; says where the log can be read.
            Unavailable: the pool doesn't answer.
        """
        return await self._asked(lambda: self._logs.of((one.key, run), lambda: self._read(one, run)))

    async def jobs(self, one: Snapshot, runs: Sequence[str]) -> list[Job]:
        """Return the jobs of some runs as far as the pool knows them: who runs first, then who ended last."""
        jobs = await self._asked(lambda: self._listed(one))
        own = [job for run in runs if (job := jobs.get(RunName(run)))]
        return sorted(own, key=_newness, reverse=True)

    async def replicas(self, one: Snapshot, deployment: Address, revision: str) -> Sequence[tuple[str, Log]]:
        """Return what the replicas of a deployment have printed, each with its revision.

        Raises:
            Refused: there is no such endpoint, or not one revision that begins so.
            Unavailable: the engine doesn't answer.
        """
        place = one.key, f"{deployment}/{revision}"
        return await self._asked(
            lambda: self._replicas.of(place, lambda: self._read_replicas(one, deployment, revision))
        )

    async def progress(self, one: Snapshot, runs: Sequence[str]) -> Mapping[str, Sequence[Progress]]:
        """Return what some runs tell of their progress; nothing of those that can't be read now."""
        if not runs or self._engines is None:
            return {}
        found = await asyncio.gather(*(self.run(one, run) for run in runs), return_exceptions=True)
        if odd := next((one for one in found if isinstance(one, BaseException) and not _is_foreseen(one)), None):
            raise odd
        return {log.name: log.told for log in found if isinstance(log, Log) and log.told}

    async def _asked(self, read: Callable[[], Read]) -> Read:
        try:
            async with asyncio.timeout(self._patience):
                return await asyncio.get_running_loop().run_in_executor(self._threads, read)
        except TimeoutError:
            raise Unavailable(f"the engine has not answered for {self._patience:g} seconds", "try again") from None

    def _told(self, one: Snapshot) -> tuple[LogEngines, Environment]:
        if self._engines is None:
            raise Refused("this page reads Git alone", "logs are where the jobs run: see `setpoint logs`")
        if one.desired is None:
            hint = "its specs don't compose here, or no pass has been made yet: see the overview"
            raise Refused(f"which engines {one.environment} has isn't known here", hint)
        return self._engines, one.desired.environment

    def _listed(self, one: Snapshot) -> Mapping[RunName, Job]:
        engines, environment = self._told(one)
        return self._listings.of((one.key, ""), lambda: engines.pool(one.key, environment).list().jobs)

    def _read(self, one: Snapshot, run: str) -> Log:
        engines, environment = self._told(one)
        pool, name = engines.pool(one.key, environment), RunName(run)
        try:
            text = scrubbed(pool.logs(name))
        except FileNotFoundError:
            hint = "it has not begun, or ended so long ago that the pool has forgotten it"
            raise Refused(f"the pool of {one.environment} knows no job of {run}", hint) from None
        job = self._listed(one).get(name)
        return log_of(run, text, _size(pool, name, text), job.state.value if job else "")

    def _read_replicas(self, one: Snapshot, deployment: Address, revision: str) -> Sequence[tuple[str, Log]]:
        engines, environment = self._told(one)
        found = engines.replicas(one.key, environment, deployment, revision)
        return [
            (digest, log_of(replica, text, len(text.encode(errors="replace"))))
            for digest, texts in found.items()
            for replica, text in sorted(texts.items())
        ]


def log_of(name: str, text: str, size: int, state: str = "") -> Log:
    """Return a log as it is shown: its end, from the first whole line on."""
    end = text[-SHOWN:]
    if len(end) < len(text):
        end = end.partition("\n")[2] or end
    return Log(name, end, size, state, tuple(progress_in(text)))


def _size(pool: RunnerPool, run: RunName, text: str) -> int:
    """Return how many bytes there are of a log, as far as that is known: what a pool tells is bounded."""
    read = len(text.encode(errors="replace"))
    if read < LOG_LIMIT // 2 or not isinstance(pool, KeepsLogs):
        return read
    try:
        return max(read, pool.log_file(run).stat().st_size)
    except OSError:
        return read


def _newness(job: Job) -> tuple[bool, float, str]:
    when = job.ended or job.started
    return job.state is JobState.RUNNING, when.timestamp() if when else 0.0, job.run


def _is_foreseen(error: BaseException) -> bool:
    return isinstance(error, SetpointError)
