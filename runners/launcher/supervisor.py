"""The supervisor of one process: a small script between whoever asked for a job and the job.

    python -I -S supervisor.py TIMEOUT GRACE COMMAND...

Its standard input is a line that whoever started it holds. When the line is let go, because that process has died or
wants it so, or when TIMEOUT seconds are over, or at SIGTERM, the supervisor sends SIGTERM to the job's process group
and GRACE seconds later SIGKILL. Whatever the job left running is killed at its end. The supervisor lives in a session
of its own, so that what kills its starter's process group leaves it the time to do this.

It is two processes, of which the first only waits for the second: Ray kills the children of a worker that ends, but not
their children.

It exits with the job's code; 128 and the signal's number when a signal ended the job; 124 when it was stopped at its
timeout, which no job can say for itself: its own 124 is told as 1.
"""

import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress

TIMED_OUT = 124
"""Exit code of a job that was stopped at its timeout, as of `timeout` (coreutils)."""
NOT_STARTED = 127
"""Exit code of a command that can't be started, as of a shell."""
STOPPED = 143
"""Exit code of a job that was stopped from outside: 128 and SIGTERM."""


class _Signals:
    """Tells when a child changes, SIGTERM comes, or the line is let go; can be waited for with a timeout."""

    def __init__(self) -> None:
        self.stop = False
        self._ear, mouth = os.pipe()
        os.set_blocking(self._ear, False)
        os.set_blocking(mouth, False)
        signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._told_to_stop)
        self._listened = [self._ear, sys.stdin.fileno()]

    def _told_to_stop(self, *_: object) -> None:
        self.stop = True

    def wait(self, seconds: float) -> None:
        """Wait for a signal or the line's end, so long at most; only its end is ever read from the line."""
        heard, _, _ = select.select(self._listened, [], [], max(0.0, min(seconds, 3600.0)))
        if self._ear in heard:
            os.read(self._ear, 4096)
        if sys.stdin.fileno() in heard and not os.read(sys.stdin.fileno(), 4096):
            self._listened.remove(sys.stdin.fileno())
            self.stop = True


def main(arguments: list[str]) -> int:
    """Let a command run to its end; return the exit code."""
    second = os.fork()
    if not second:
        code = keep(arguments)
        sys.stderr.flush()
        os._exit(code)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(second, signal.SIGTERM))
    os.close(sys.stdin.fileno())
    code = os.waitstatus_to_exitcode(os.waitpid(second, 0)[1])
    return code if code >= 0 else 128 - code


def keep(arguments: list[str]) -> int:
    """Run a command to its end; return the exit code."""
    timeout, grace, *command = arguments
    signals = _Signals()
    try:
        job = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)
    except OSError as error:
        sys.stderr.write(f"{command[0]} could not be started: {error.strerror}\n")
        return NOT_STARTED
    why = _watch(job.pid, signals, float(timeout), float(grace))
    _send(job.pid, signal.SIGKILL)
    return _exit_code(job.wait(), why)


def _watch(job: int, signals: _Signals, timeout: float, grace: float) -> int:
    """Wait for the job's end, and bring it about when it is due; return why, 0 when it ended by itself.

    The job isn't waited for here, so that its process id, which is its group's too, stays its own.
    """
    deadline, why = time.monotonic() + timeout, 0
    while not os.waitid(os.P_PID, job, os.WEXITED | os.WNOWAIT | os.WNOHANG):
        now = time.monotonic()
        if why and now >= deadline:
            _send(job, signal.SIGKILL)
            deadline = now + grace + 1
        elif not why and (signals.stop or now >= deadline):
            why = STOPPED if signals.stop else TIMED_OUT
            _send(job, signal.SIGTERM)
            deadline = now + grace
        signals.wait(deadline - now)
    return why


def _send(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _exit_code(code: int, why: int) -> int:
    if why:
        return why
    if code == TIMED_OUT:
        sys.stderr.write(f"the job's own exit code {code} is told as 1, since {code} says that a job was timed out\n")
        return 1
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
