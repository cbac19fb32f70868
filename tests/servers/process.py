"""A server as a process of this machine: it is ready when it says so, and it never outlives who started it.

Law of the module: a server is ended by its process id; when the tests are killed themselves, Linux ends it for them,
and does so too when the thread ends that started it: start servers on the main thread.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx

from tests.servers import leash

PATIENCE = 90.0
"""Seconds that a server may take to be ready: cold disks and busy machines are slow."""
GRACE = 15.0
"""Seconds that a server has to end when it is asked to."""
INTERVAL = 0.05
LONGEST_LINE = 240

RUNNING: dict[int, "Process"] = {}
"""Every server of this process that runs, by process id."""


class ServerFailedError(RuntimeError):
    """A server ended or didn't get ready; the text has the end of its log."""


def until(truth: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Wait for a condition.

    Raises:
        TimeoutError: it didn't come true in time.
    """
    deadline = time.monotonic() + patience
    while not truth():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {patience:.0f} s for {what}")
        time.sleep(INTERVAL)


def answers(url: str, *, verify: str | bool = True, headers: Mapping[str, str] | None = None) -> bool:
    """Tell whether a URL answers with success."""
    import ssl

    context = ssl.create_default_context(cafile=verify) if isinstance(verify, str) else verify
    try:
        return httpx.get(url, timeout=5, verify=context, headers=headers, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _stands_still(pid: int) -> bool:
    """Tell whether all threads of a process are stopped, by proc_pid_stat(5), field 3; without /proc, believe it."""
    states = [file.read_bytes().rpartition(b")")[2].split()[0] for file in Path(f"/proc/{pid}/task").glob("*/stat")]
    return set(states) <= {b"T", b"Z"}


def _leash(number: signal.Signals) -> list[str]:
    return [sys.executable, "-I", "-S", leash.__file__, str(os.getpid()), str(int(number))]


@dataclass
class Process:
    """One process of a server, to be started as often as a test likes; its state is in its folder, not here."""

    name: str
    command: Sequence[str | Path]
    log: Path
    ready: Callable[[], bool]
    environ: Mapping[str, str] = field(default_factory=dict)
    dies_by: signal.Signals = signal.SIGKILL
    stops_by: signal.Signals = signal.SIGTERM
    grace: float = GRACE
    _started: "subprocess.Popen[bytes] | None" = field(default=None, init=False, repr=False)

    def start(self) -> Self:
        """Start it, and return when it is ready.

        Raises:
            ServerFailedError: it ended before, or took too long.
        """
        self.begin()
        self.wait()
        return self

    def begin(self) -> None:
        """Start it, and don't wait."""
        assert not self.is_running, f"{self.name} runs already"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._started = subprocess.Popen(
                [*_leash(self.dies_by), *(str(part) for part in self.command)],
                env=dict(os.environ) | dict(self.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.log.parent,
                process_group=0,
            )
        RUNNING[self._started.pid] = self

    def wait(self) -> None:
        """Return when it is ready.

        Raises:
            ServerFailedError: it ended before, or took too long.
        """
        try:
            until(lambda: not self.is_running or self.ready(), f"{self.name} to be ready")
        except TimeoutError as late:
            raise ServerFailedError(f"{late}; its log ends with:\n{self.tail()}") from late
        if not self.is_running:
            raise ServerFailedError(f"{self.name} ended at once; its log ends with:\n{self.tail()}")

    @property
    def is_running(self) -> bool:
        """Tell whether the process is there, even if paused."""
        return self._started is not None and self._started.poll() is None

    @property
    def pid(self) -> int:
        """Return the id of the running process."""
        assert self._started is not None, f"{self.name} doesn't run"
        return self._started.pid

    def stop(self) -> None:
        """Ask it to end, and see to it; nothing happens if it doesn't run."""
        self._end(self.stops_by)

    def kill(self) -> None:
        """End it as a crash does."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Let it hang, all of its threads: connections are taken by the system, and nobody answers."""
        os.kill(self.pid, signal.SIGSTOP)
        until(lambda: _stands_still(self.pid), f"{self.name} to stand still")

    def resume(self) -> None:
        """Let a paused one go on."""
        os.kill(self.pid, signal.SIGCONT)

    def tail(self, lines: int = 30, *, beyond: int = 0) -> str:
        """Return the last lines of its log, of what was written beyond so many bytes."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(beyond)
            told = log.read().decode(errors="replace").splitlines()[-lines:]
        return "\n".join(line[:LONGEST_LINE] for line in told)

    def _end(self, number: signal.Signals) -> None:
        if self._started is None:
            return
        process, self._started = self._started, None
        if process.poll() is None:
            process.send_signal(number)
            process.send_signal(signal.SIGCONT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(self.grace)
        process.kill()
        process.wait()
        RUNNING.pop(process.pid, None)


class Processes:
    """Processes that make one server together: started in order, ended in the opposite one."""

    def __init__(self, *processes: Process) -> None:
        self.processes = processes

    def start(self) -> Self:
        """Start each when the one before it is ready.

        Raises:
            ServerFailedError: one of them failed; the others are ended.
        """
        try:
            for process in self.processes:
                process.start()
        except ServerFailedError:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End all; their state stays in their folder."""
        for process in reversed(self.processes):
            process.stop()

    def kill(self) -> None:
        """End all as a crash does."""
        for process in reversed(self.processes):
            process.kill()

    def pause(self) -> None:
        """Let all hang."""
        for process in self.processes:
            process.pause()

    def resume(self) -> None:
        """Let all go on."""
        for process in self.processes:
            process.resume()
