"""Shutdown: the daemon ends within seconds of being told to, whatever it waits for."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

LAST_STEPS = 2.0
"""Seconds for what is under way to end by itself."""
LAST_CALLS = 1.5
"""Seconds after that for a call to a remote, such as the one that gives the lease back."""
_LOOK = 0.1


def until_stopped(
    runs: Sequence[Callable[[], None]], is_stopped: Callable[[], bool], cancel: Callable[[float], None]
) -> bool:
    """Run daemons side by side until they are to stop, then give them some seconds to end, all of them together.

    Each runs on a thread of its own, so that signals are heard and none waits for another, whatever it hangs on.

    Args:
        runs: the daemons, which end by themselves once they are to stop.
        is_stopped: tells whether they are.
        cancel: ends calls to remotes that are under way, and has later ones take so many seconds at the most.

    Returns:
        Whether all ended. What hangs is left behind: every change is such that another daemon goes on from there.
    """
    executor = ThreadPoolExecutor(len(runs), thread_name_prefix="loop")
    daemons = [executor.submit(run) for run in runs]
    while not is_stopped() and not all(daemon.done() for daemon in daemons):
        wait(daemons, _LOOK)
    wait(daemons, LAST_STEPS)
    if not all(daemon.done() for daemon in daemons):
        cancel(LAST_CALLS)
        wait(daemons, LAST_CALLS + _LOOK)
    for daemon in daemons:
        if daemon.done():
            daemon.result()
    return all(daemon.done() for daemon in daemons)
