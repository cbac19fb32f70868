"""What a job, a client or a neighbour may leave where a file is read: anything."""

import os
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from reconciler.model.errors import SetpointError

LONGEST = 2.0
"""Seconds of work that reading may take, whatever there is: by the clock a busy machine would decide."""
HANGS = 10.0
"""Seconds after which reading doesn't work but wait."""
MOST = 64 * 2**20
"""Bytes of memory that reading may take."""


def fifo(path: Path) -> None:
    os.mkfifo(path)


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(12 * 2**30)


def growing(path: Path) -> None:
    """Leave a file that somebody goes on writing to, for as long as it stands there."""
    path.write_bytes(b"{")

    def grow() -> None:
        end = time.monotonic() + LONGEST
        with suppress(OSError), path.open("ab") as file:
            while path.exists() and time.monotonic() < end:
                file.write(b" " * 2**20)

    threading.Thread(target=grow, daemon=True).start()
    time.sleep(0.01)


def zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


def device(path: Path) -> None:
    """Leave a device that never ends, where this user may make one."""
    try:
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5))
    except OSError:
        zeros(path)


def listener(path: Path) -> None:
    """Leave a socket; its path may be too long for one."""
    folder = os.open(path.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(f"/proc/self/fd/{folder}/{path.name[:20]}")
    os.close(folder)
    (path.parent / path.name[:20]).rename(path)


def unreadable(path: Path) -> None:
    path.write_bytes(b"{}")
    path.chmod(0)


def text(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content) and None


LEAVINGS: Mapping[str, Callable[[Path], None]] = {
    "a named pipe": fifo,
    "a sparse file": sparse,
    "a growing file": growing,
    "a link to a device": zeros,
    "a device": device,
    "a link outside": lambda path: path.symlink_to("/etc/passwd"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a folder": lambda path: path.mkdir(),
    "a socket": listener,
    "nobody's": unreadable,
    "nothing": text(b""),
    "half of it": text(b'{"ended": 1'),
    "a list": text(b"[1, 2]"),
    "a number": text(b"7"),
    "a text": text(b'"x"'),
    "odd types": text(b'{"ended": [], "at": {}, "devices": 7, "pid": "x", "submitted": null, "what": 1, "spec": 1}'),
    "deep lists": text(b"[" * 200_000 + b"]" * 200_000),
    "deep objects": text(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "rather deep": text(b'{"ended":' * 500 + b"1" + b"}" * 500),
    "invalid UTF-8": text(b'{"ended": "\xff\xfe"}'),
    "a lone surrogate": text(b'{"ended": "\\ud800"}'),
    "NaN": text(b'{"ended": NaN, "at": -Infinity, "devices": [NaN], "pid": NaN, "submitted": NaN}'),
    "huge numbers": text(b'{"ended": 1' + b"0" * 400_000 + b', "at": 1e999999}'),
    "large numbers": text(b'{"ended": 1e300, "at": 1e300, "devices": [], "pid": 1e300, "identity": "x"}'),
    "many things": text(b"[" + b"[]," * 3_000_000 + b"[]]"),
    "one long text": text(b'{"what": "' + b"x" * 15_000_000 + b'"}'),
    "one long text of wide letters": text(b'{"what": "' + "\U0001f600".encode() * 3_000_000 + b'"}'),
}


def leave(kind: str, path: Path) -> None:
    """Put something in the place of a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    LEAVINGS[kind](path)


def read_in_bounds(act: Callable[[], Any]) -> Any:
    """Call what reads; return its answer, or the error that it foresaw. It may take neither long nor much memory."""
    found: list[Any] = []
    worked: list[float] = []

    def run() -> None:
        try:
            found.append(act())
        except (SetpointError, FileNotFoundError) as error:
            found.append(error)
        finally:
            worked.append(time.thread_time())

    tracemalloc.start()
    try:
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(HANGS)
        assert not thread.is_alive(), "it hangs"
        assert found, "it failed in a way that it didn't foresee"
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MOST, f"it took {peak / 2**20:.0f} MiB"
    assert worked[0] < LONGEST, f"it worked {worked[0]:.1f} s"
    return found[0]
