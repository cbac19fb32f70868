"""Starting a supervisor for one process, stopping it, reading its exit code."""

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO

from runners.launcher import supervisor


class Kept:
    """A process in a supervisor's hands. It ends when this object's process does, whatever happens.

    Args:
        command: what is run.
        environ: its environment.
        timeout: seconds after which it is stopped.
        grace: seconds from SIGTERM to SIGKILL.
        output: where what it prints goes; None: to where this process prints.
    """

    def __init__(
        self,
        command: Sequence[str],
        environ: Mapping[str, str],
        *,
        timeout: float,
        grace: float,
        output: int | None = None,
    ) -> None:
        script = [sys.executable, "-I", "-S", supervisor.__file__, f"{timeout:.3f}", f"{grace:.3f}", *command]
        self._process = subprocess.Popen(
            script,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=None if output is None else subprocess.STDOUT,
            env=dict(environ),
            start_new_session=True,
        )

    @property
    def output(self) -> IO[bytes] | None:
        """Return what is read of the process, where that was asked for."""
        return self._process.stdout

    def stop(self) -> None:
        """Let the line go: the process is stopped within its grace."""
        with suppress(OSError, ValueError):
            if self._process.stdin:
                self._process.stdin.close()

    def wait(self) -> int:
        """Wait for the process's end; return its exit code. What is read of its output is read before."""
        code = self._process.wait()
        self.stop()
        if self._process.stdout:
            self._process.stdout.close()
        return code if code >= 0 else 128 - code


def keep(command: Sequence[str], environ: Mapping[str, str], *, timeout: float, grace: float) -> int:
    """Run a process in a supervisor's hands to its end, or until SIGTERM; return its exit code."""
    kept = Kept(command, environ, timeout=timeout, grace=grace)
    signal.signal(signal.SIGTERM, lambda *_: kept.stop())
    return kept.wait()
