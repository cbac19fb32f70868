"""Starting supervisors, finding them again, stopping them."""

import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from reconciler.providers.pools.local import supervisor
from reconciler.providers.pools.local.records import Process


class Launch(NamedTuple):
    """One attempt of a job, as its supervisor is told: the arguments of `spawn`."""

    folder: Path
    attempt: int
    limits: tuple[float, float]
    command: Sequence[str]
    environ: Mapping[str, str]

    @property
    def log(self) -> str:
        """Return the file that it prints to."""
        return str(self.folder / f"{self.attempt}.log")

    @property
    def arguments(self) -> list[str]:
        """Return what the supervisor's command line says."""
        timeout, grace = (f"{seconds:.3f}" for seconds in self.limits)
        return [str(self.folder), str(self.attempt), timeout, grace, *self.command]


def spawn(
    folder: Path, attempt: int, limits: tuple[float, float], command: Sequence[str], environ: Mapping[str, str]
) -> int:
    """Start a supervisor for one attempt; return its process id.

    Nothing of this process is handed on but the environment: no open file, no terminal, no blocked signal.

    Args:
        folder: the job's folder.
        attempt: the attempt's number.
        limits: the job's timeout, and how long it has to end after SIGTERM; seconds.
        command: what the job is.
        environ: the job's environment.

    Raises:
        OSError: the system has no room for another process.
    """
    launch = Launch(folder, attempt, limits, command, environ)
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-I", "-S", supervisor.__file__, *launch.arguments],
        dict(environ),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, launch.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsigmask=[],
        setsigdef=[signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP],
    )


def is_child_alive(pid: int) -> bool:
    """Tell whether a process that this one has started goes on; take note of its end, so that it is no zombie."""
    try:
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return False


def is_alive(process: Process) -> bool:
    """Tell whether a supervisor goes on: the process of that id is the same that made the claim."""
    return supervisor.identity(process.pid) == process.identity


def stop(process: Process) -> None:
    """Ask a supervisor to end its job: SIGTERM to the job now, SIGKILL after the grace."""
    if is_alive(process):
        _send(os.kill, process.pid, signal.SIGTERM)


def kill(process: Process) -> None:
    """Kill a supervisor and all that is left of its job.

    A group outlives its leader, and the system gives the leader's id to nobody while the group is there. So the group
    is the job's, unless a process of another identity has that id now, or the system was started anew.
    """
    known = supervisor.identity(process.pid)
    if known == process.identity or (not known and process.identity.startswith(supervisor.boot_id())):
        _send(os.killpg, process.pid, signal.SIGKILL)


def _send(how: Callable[[int, int], None], target: int, number: signal.Signals) -> None:
    try:
        how(target, number)
    except (ProcessLookupError, PermissionError):
        return
