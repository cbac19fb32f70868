"""Ending a demo: its daemons, and what outlives them by design, so that no process is left behind."""

import json
import os
import signal
import time
from pathlib import Path

from reconciler.model.errors import Refused, SetpointError
from reconciler.settings import Settings
from reconciler.wiring import wire

PATIENCE = 20.0
DAEMONS = "daemons.json"
"""The file of a demo's folder that holds the daemons' process ids, by environment."""


def end_demo(folder: Path) -> None:
    """End what `setpoint demo --keep` left running, by the process ids that it wrote down.

    Raises:
        Refused: the folder is none of a demo's.
    """
    try:
        daemons = {str(name): int(pid) for name, pid in json.loads((folder / DAEMONS).read_text()).items()}
    except (OSError, ValueError, AttributeError) as error:
        raise Refused(f"{folder} is no folder of a demo that was kept", "give the one that the demo named") from error
    for pid in daemons.values():
        if _is_daemon(pid, folder):
            os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while any(_is_daemon(pid, folder) for pid in daemons.values()) and time.monotonic() < deadline:
        time.sleep(0.1)
    for environment in daemons:
        end_engines(Settings(str(folder / "repository.git"), environment, "main", folder / "home"))


def _is_daemon(pid: int, folder: Path) -> bool:
    """Tell whether a process is a daemon of this demo, and not one that has got the same id since."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"run" in words and os.fsencode(folder / "repository.git") in words


def end_engines(settings: Settings) -> None:
    """Cancel an environment's jobs and delete its endpoints, then let its engines do so."""
    try:
        wired = wire(settings)
        head = wired.source.head()
        if head is None:
            return
        wired.converging.cycle(head)
        engines = wired.converging.engines
        assert engines is not None
        for run in engines.pool.list().jobs:
            engines.pool.cancel(run)
        for deployment in engines.serving.list():
            engines.serving.delete(deployment)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and engines.serving.list():
            wired.converging.settle()
            time.sleep(0.1)
        wired.converging.settle()
    except SetpointError:
        return
