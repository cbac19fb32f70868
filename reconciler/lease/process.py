"""Which process holds a lease, and whether that is proved to be over: only who could see it alive can say so.

A number of a process says nothing in another container, on another machine, or after another start of this one. So a
claim names the process's spaces too, of numbers and of time (namespaces(7)), and when it began; where any of these is
unknown or another one, nothing is proved, and the claim is waited for.
"""

import os
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_STATE, _THREADS, _STARTED = 0, 17, 19
"""Places in /proc/<pid>/stat behind the name (proc(5))."""
_DEAD = ("Z", "X", "x")


@dataclass(frozen=True, slots=True)
class Process:
    """A process, as others on its machine can tell it from all that ever were there since that was started.

    Args:
        spaces: the namespaces of its number and of its time; empty where the system has no such thing.
        pid: its number.
        started: when it began, in the system's ticks.
    """

    spaces: str = ""
    pid: int = 0
    started: int = 0


NO_PROCESS = Process()


def this_process(proc: Path = _PROC) -> Process:
    """Return the process that asks; none where others couldn't tell it."""
    spaces, told = _spaces(proc), _told(proc, os.getpid())
    if not spaces or told is None or not _is_own(proc):
        return NO_PROCESS
    return Process(spaces, os.getpid(), int(told[_STARTED]))


def is_dead(process: Process, proc: Path = _PROC) -> bool:
    """Tell whether a process of this start of the machine is proved to be dead."""
    if process.pid < 1 or process.spaces == "" or process.spaces != _spaces(proc) or not _is_own(proc):
        return False
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    told = _told(proc, process.pid)
    if told is None:
        return False
    is_another = int(told[_STARTED]) != process.started
    return is_another or (told[_STATE] in _DEAD and int(told[_THREADS]) <= 1)


def _spaces(proc: Path) -> str:
    """Return in which spaces this process has its number and its time."""
    try:
        return " ".join(str((proc / "self" / "ns" / name).readlink()) for name in ("pid", "time"))
    except OSError:
        return ""


def _is_own(proc: Path) -> bool:
    """Tell whether what is shown are the numbers of this process's own space: another one's may be mounted."""
    try:
        return str((proc / "self").readlink()) == str(os.getpid())
    except OSError:
        return False


def _told(proc: Path, pid: int) -> list[str] | None:
    """Return what the system tells of a process, from its state on; None where it tells nothing."""
    try:
        found = (proc / str(pid) / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return None
    return found if len(found) > _STARTED and found[_STARTED].isdigit() and found[_THREADS].isdigit() else None
