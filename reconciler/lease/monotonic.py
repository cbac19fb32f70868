"""Monotonic time: how long this machine has been on, by a clock that nobody sets, and which of its starts that was."""

import time
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def uptime() -> float:
    """Return seconds by a clock that only goes forward, the same for all processes since the machine was started.

    On Linux it counts the time that the machine slept (clock_gettime(2), CLOCK_BOOTTIME): what was held before a sleep
    may be another's after it.
    """
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def boot_id() -> str:
    """Return what the system drew at random when it started (proc(5)); empty where it has no such thing."""
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:
        return ""
