"""The warm process of a daemon: jobs of our own runners are copies of it, so that they needn't import all anew.

What it is asked for may come to nothing: it may have ended, or end before it has heard. Then the job is started as any
other is. That two supervisors are started for one attempt does no harm, since one of them gets the claim.
"""

import json
import os
import signal
import socket
import sys
import weakref
from collections.abc import Callable, Mapping

from reconciler.model.kinds.spec import Resources
from reconciler.providers.pools.local import supervisor
from reconciler.providers.pools.local.job_environ import DEVICES, THREADS
from reconciler.providers.pools.local.processes import Launch, is_child_alive
from reconciler.providers.pools.local.records import Process
from runners.contract.warm import WARM, job_as_json

FAILURES = 3
"""How many warm processes may fail before no other is started."""
_TWO_THREADS = 2
_ALONE = {"JE_ARROW_MALLOC_CONF": "background_thread:false"}
"""Lets Arrow's allocator start no thread: a process is copied only while it has one."""


class WarmProcess:
    """Starts jobs of our own runners as copies of a process that has imported what they need.

    Args:
        environ: its environment variables: those that every job has.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = {**environ, **dict.fromkeys(THREADS, "1"), **_ALONE, DEVICES: "", "PYTHONUNBUFFERED": "1"}
        self._process: tuple[Process, socket.socket] | None = None
        self._close: Callable[[], object] = lambda: None
        self._failures = 0

    def takes(self, runner: str, asked: Resources) -> bool:
        """Tell whether a job may be a copy: of a runner of ours, with no device, and libraries of one thread.

        Numerical libraries start their threads when they are imported, and a copy of a process has none of them.
        """
        is_small = asked.cpus < _TWO_THREADS and not asked.gpus and asked.nodes == 1
        return is_small and runner in WARM and self._failures < FAILURES and sys.platform == "linux"

    def start(self, runner: str, launch: Launch) -> Process | None:
        """Ask for a job's supervisor; return the process that was asked, which may fail to; None if none was."""
        told = job_as_json(launch.arguments, launch.environ, launch.log)
        try:
            return self._ask(runner, json.dumps(told).encode())
        except OSError:
            return None

    def failed(self, process: Process) -> None:
        """Hear that a process didn't begin a job that it was asked for: end it if it is this one, since it may hang."""
        if self._process and self._process[0] == process:
            self._failures += 1
            os.kill(process.pid, signal.SIGKILL)

    def _ask(self, runner: str, job: bytes) -> Process:
        """Send a job to the process, started anew if it has ended; return it.

        Raises:
            OSError: it doesn't hear, or can't be started.
        """
        process, line = self._living()
        file = os.memfd_create("job")
        try:
            with os.fdopen(os.dup(file), "wb") as written:
                written.write(job)
            os.lseek(file, 0, os.SEEK_SET)
            socket.send_fds(line, [runner.encode()], [file], socket.MSG_DONTWAIT)
        finally:
            os.close(file)
        return process

    def _living(self) -> tuple[Process, socket.socket]:
        if self._process and is_child_alive(self._process[0].pid):
            return self._process
        self._close()
        mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._close = weakref.finalize(self, mine.close)
        with its:
            pid = os.posix_spawn(
                sys.executable,
                [sys.executable, "-P", "-m", "runners.warm", supervisor.__file__],
                self._environ,
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, its.fileno(), 0),
                    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                    (os.POSIX_SPAWN_DUP2, 1, 2),
                ],
                setsid=True,
                setsigmask=[],
                setsigdef=[signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP],
            )
        self._process = Process(pid, supervisor.identity(pid)), mine
        return self._process
