"""A remote behind a line that breaks: Git's own daemon, and what stands between it and whoever fetches."""

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.ports import LOOPBACK, free_port, is_open
from tests.servers.process import until


@contextmanager
def git_daemon(root: Path) -> Iterator[int]:
    """Serve all repositories below a folder by `git://`, to be fetched and pushed to; give the port."""
    port = free_port()
    line = ["git", "daemon", "--export-all", "--enable=receive-pack", "--reuseaddr", f"--base-path={root}"]
    line += [f"--listen={LOOPBACK}", f"--port={port}"]
    process = subprocess.Popen(line, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        until(lambda: is_open(port), "git daemon to listen")
        yield port
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@dataclass
class Line:
    """What stands in between. `lasts` is how many bytes of answers get through on each connection, if not all.

    Then it `hangs`, or is cut.
    """

    port: int
    lasts: int | None = None
    hangs: bool = False
    is_over: threading.Event = field(default_factory=threading.Event)
    here: int = 0

    def serve(self, server: socket.socket) -> None:
        while not self.is_over.is_set():
            with suppress(OSError):
                near, _ = server.accept()
                if self.is_over.is_set():
                    near.close()
                    return
                far = socket.create_connection((LOOPBACK, self.port))
                for act in (self._ask, self._answer):
                    threading.Thread(target=act, args=(near, far), daemon=True).start()

    def _ask(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while piece := near.recv(65536):
                far.sendall(piece)
            far.shutdown(socket.SHUT_WR)

    def _answer(self, near: socket.socket, far: socket.socket) -> None:
        sent = 0
        with suppress(OSError), near, far:
            while piece := far.recv(4096):
                left = len(piece) if self.lasts is None else self.lasts - sent
                near.sendall(piece[:left])
                sent += len(piece)
                if len(piece) > left:
                    self.is_over.wait(30 if self.hangs else 0)
                    near.shutdown(socket.SHUT_RDWR)
                    return


@contextmanager
def line_to(port: int) -> Iterator[Line]:
    """Put a line before a server; `here` is where it begins."""
    line = Line(port)
    with socket.create_server((LOOPBACK, 0)) as server:
        line.here = server.getsockname()[1]
        threading.Thread(target=line.serve, args=(server,), daemon=True).start()
        try:
            yield line
        finally:
            line.is_over.set()
            with suppress(OSError):
                socket.create_connection((LOOPBACK, line.here), 1).close()
