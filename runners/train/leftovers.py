"""What a process has left running when it ended: adopted, so that it can be found, and ended."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER of prctl(2)."""
PATIENCE = 5.0
"""Seconds for which processes are ended that others leave, one after another."""


@contextmanager
def adopting() -> Iterator[frozenset[int]]:
    """Be the parent of what processes leave that are started meanwhile, on Linux; yield the children there are before.

    Processes stay in the group and the session that they are in: whoever ends the job as a whole ends them, too.
    """
    _adopt(1)
    try:
        yield frozenset(_children())
    finally:
        _adopt(0)


def end_all_but(spared: frozenset[int]) -> None:
    """End all children but those that are spared, and what these leave; where there is no /proc, none is found."""
    deadline = time.monotonic() + PATIENCE
    while (left := set(_children()) - spared) and time.monotonic() < deadline:
        for pid in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(0.01)


def _adopt(on: int) -> None:
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(SUBREAPER, on, 0, 0, 0)


def _children() -> Iterator[int]:
    """Yield the process ids of this process's children, by proc_pid_stat(5), field 4."""
    me = str(os.getpid())
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
            if fields[1].decode() == me:
                yield int(folder.name)
