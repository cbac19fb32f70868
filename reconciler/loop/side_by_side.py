"""Several environments in one process: what befalls one is its own, and it is begun anew as a process would be."""

from collections.abc import Callable

from structlog.typing import FilteringBoundLogger as BoundLogger

from reconciler.containment import Failure, contain
from reconciler.loop.daemon import RETRY
from reconciler.loop.health import Pulse
from reconciler.loop.wake_up import WakeUp


def again_and_again(begin: Callable[[], None], wake_up: WakeUp, pulse: Pulse, log: BoundLogger) -> None:
    """Run one environment until its `WakeUp` says stop, from the beginning whenever it has ended in an error.

    Beside others nothing that it meets may end the process: a repository that isn't there yet, a name that is none.

    Args:
        begin: wires the environment up and runs its daemon.
        wake_up: what that listens to.
        pulse: told of the trouble.
        log: told of the trouble, once for each text.
    """
    while not wake_up.stopped:
        pulse.turn()
        result = contain(begin)
        if not isinstance(result, Failure):
            continue
        if pulse.trouble("environment", result.message):
            log.error("begun anew", problem=result.message, hint=result.hint, trace=result.trace or None)
        wake_up.pause(RETRY.total_seconds())
