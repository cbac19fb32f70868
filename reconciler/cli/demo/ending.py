"""Ending what outlives a daemon by design, so that the demo leaves no process behind."""

import time

from reconciler.model.errors import SetpointError
from reconciler.settings import Settings
from reconciler.wiring import wire

PATIENCE = 20.0


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
