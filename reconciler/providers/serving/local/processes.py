"""Processes that outlive the daemon, each known by a lock that the kernel holds for it.

A process is handed an open file that is locked (flock(2)). The lock is its own from then on and goes when it ends,
however it ends: so whoever finds the file locked knows that the process is alive, no second one can be started in its
place, and no process id is ever mistaken for another's. The file holds the process id. It must be on a local disk.
"""

import contextlib
import fcntl
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from reconciler import untrusted
from reconciler.model.errors import Refused

_PID_WIDTH = 12
LOCK_FD = 100
"""The number that the locked file has in the process; far from those that a program opens first."""


def spawn(lock: Path, command: Sequence[str], environ: Mapping[str, str], log: Path) -> bool:
    """Start a process in a session of its own, unless the one of this lock is alive; tell whether it was started.

    Nothing of this process is handed on but the lock and the environment.

    Args:
        lock: the file that stands for the process; it will hold the process id.
        command: the program's path and its arguments.
        environ: its environment.
        log: where it prints; what was there before is overwritten.

    Raises:
        OSError: the program isn't there, or the system has no room for another process.
    """
    file = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _note(file, "")
        pid = os.posix_spawn(
            command[0],
            list(command),
            dict(environ),
            file_actions=[
                *((os.POSIX_SPAWN_CLOSE, stray) for stray in _strays()),  # first: one may have the lock's number
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
                (os.POSIX_SPAWN_DUP2, file, LOCK_FD),
            ],
            setsid=True,
            setsigmask=[],
            setsigdef=[signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP],
        )
        _note(file, str(pid))
    except BlockingIOError:
        return False
    finally:
        os.close(file)
    return True


def _note(file: int, pid: str) -> None:
    """Write a process id over the former one: on a full disk too, there is room for as many bytes as were there."""
    os.pwrite(file, f"{pid:<{_PID_WIDTH}}".encode(), 0)


def _strays() -> list[int]:
    """Return the open files that a new process would inherit, of whoever started this one: it would keep them open."""
    found = []
    for name in os.listdir("/dev/fd"):  # noqa: PTH208 - numbers, not paths
        with contextlib.suppress(OSError):
            if int(name) > 2 and os.get_inheritable(int(name)):
                found.append(int(name))
    return found


def is_alive(lock: Path) -> bool:
    """Tell whether the process of a lock is alive."""
    try:
        file = untrusted.opened(lock)
    except (FileNotFoundError, Refused):
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def pid_of(lock: Path) -> int | None:
    """Return the id of a live process; None when it is dead, or so young that nobody has written it down."""
    if not is_alive(lock):
        return None
    return _pid(lock)


def _pid(lock: Path) -> int | None:
    """Return the process id that a lock's file holds; None where it holds none."""
    try:
        text = untrusted.read(lock, 4 * _PID_WIDTH).strip()
    except (FileNotFoundError, Refused):
        return None
    return int(text) if text.isdigit() else None


def cpu_seconds(lock: Path) -> float | None:
    """Return the CPU time that the process of a lock has used (proc(5)); None where that isn't told."""
    pid = pid_of(lock)
    try:
        fields = untrusted.read(Path(f"/proc/{pid}/stat"), 4096).rpartition(b")")[2].split()
    except (OSError, Refused):
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def tell(lock: Path, number: signal.Signals) -> None:
    """Send a signal to the process of a lock, if it is alive."""
    pid = pid_of(lock)
    if pid is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def bury(lock: Path) -> None:
    """Take note of the end of a process that this one has started, so that it is no zombie."""
    with contextlib.suppress(ChildProcessError):
        if pid := _pid(lock):
            os.waitpid(pid, os.WNOHANG)
