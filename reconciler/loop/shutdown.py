"""Shutdown: the daemon ends within seconds of being told to, whatever it waits for."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

from reconciler.loop.wake_up import WakeUp

LAST_STEPS = 2.0
"""Seconds for what is under way to end by itself."""
LAST_CALLS = 1.5
"""Seconds after that for a call to a remote, such as the one that gives the lease back."""
_LOOK = 0.1


def until_stopped(run: Callable[[], None], wake_up: WakeUp, cancel: Callable[[float], None]) -> bool:
    """Run the daemon until the `WakeUp` says stop, then give it some seconds to end.

    It runs on a thread of its own, so that signals are wait whatever it hangs on.

    Args:
        run: the daemon, which ends by itself after the `WakeUp` says stop.
        wake_up: what it listens to.
        cancel: ends calls to remotes that are under way, and has later ones take so many seconds at the most.

    Returns:
        Whether it ended. What hangs is left behind: every change is such that another daemon goes on from there.
    """
    daemon = ThreadPoolExecutor(1, thread_name_prefix="loop").submit(run)
    while not wake_up.stopped and not daemon.done():
        wait([daemon], _LOOK)
    wait([daemon], LAST_STEPS)
    if not daemon.done():
        cancel(LAST_CALLS)
        wait([daemon], LAST_CALLS + _LOOK)
    if not daemon.done():
        return False
    daemon.result()
    return True
