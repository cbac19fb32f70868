"""What the servers of this process work: nobody else counts it until they end, with whatever test is the last."""

import os
from pathlib import Path

from tests.servers.process import RUNNING
from tests.servers.ray import descendants

BRIEF = 0.1
"""Seconds: looking through all processes takes milliseconds, too long for a test that takes less."""
_TICKS = os.sysconf("SC_CLK_TCK")


class ServersWork:
    """The seconds that the servers which run now have worked so far, with all that they have started."""

    def __init__(self) -> None:
        self._pids: frozenset[int] = frozenset()
        self._seconds = 0.0

    def after(self, duration: float) -> float:
        """Return them, or those of the last time if hardly any went by since; a server's end is always noticed.

        Args:
            duration: seconds since the last time.
        """
        pids = frozenset(RUNNING)
        if duration >= BRIEF or pids != self._pids:
            self._pids, self._seconds = pids, sum(map(worked, descendants(set(pids)))) if pids else 0.0
        return self._seconds


def worked(pid: int) -> float:
    """Return the seconds that a process and its children that have ended worked (proc_pid_stat(5), from field 14)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / _TICKS
