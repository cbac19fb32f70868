"""Processes as a cluster's jobs are: what they run, and whether they are still there."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

SLEEP = "import time; time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)
FAMILY = (
    "import subprocess, sys, time; "
    f"child = subprocess.Popen([sys.executable, '-I', '-S', '-c', {SLEEP!r}]); print(child.pid, flush=True); "
)
"""Leaves a child, and prints its process id."""


def python(code: str) -> list[str]:
    """Return the command that runs some code without site packages."""
    return [sys.executable, "-I", "-S", "-c", code]


def is_alive(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    except OSError:
        return False


def children(pid: int) -> list[int]:
    """Return the process ids of a process's children."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def wait_until(is_so: Callable[[], object], patience: float = 30.0) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: it still isn't.
    """
    deadline = time.monotonic() + patience
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError("it is still not so")
        os.sched_yield()
        time.sleep(0.005)
