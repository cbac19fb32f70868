"""The payload log: one file a day and process, which a thread of its own appends to.

A request leaves its exchange in a queue and goes on. When the disk is full or too slow, exchanges are dropped and
counted (`setpoint_payloads_dropped_total` in the metrics), and a line is on the disk whole or not at all.
"""

import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import orjson
import structlog
from prometheus_client import Counter

from runners.serve.events import Origin, event
from runners.serve.exchange import Exchange

FLUSH = 0.05
"""Seconds between two writes; what a process that is killed takes with it."""
MOST_WAITING = 20_000
"""Exchanges that wait to be written; more are dropped."""
DROPPED = Counter("setpoint_payloads_dropped_total", "Requests that were answered and could not be logged.")

_OPTIONS = orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


class PayloadLog:
    """Appends events to `<folder>/<YYYY-MM-DD>-<process id>.jsonl`.

    Args:
        folder: where the files are; it is made when the first event comes.
        origin: what the events say of where they come from.
        append: how bytes get into a file; whole, or not at all.
        flush: seconds between two writes.
    """

    def __init__(
        self,
        folder: Path,
        origin: Origin,
        append: "Callable[[Path, bytes], None] | None" = None,
        *,
        flush: float = FLUSH,
    ) -> None:
        self._folder = folder
        self._origin = origin
        self._append = append or append_whole
        self._flush = flush
        self._ending = threading.Event()
        self._waiting: deque[Exchange] = deque()
        self._wake = threading.Event()
        self._closed = False
        self._failing = False
        self._thread = threading.Thread(target=self._run, name="payloads", daemon=True)
        self._thread.start()

    def put(self, exchange: Exchange) -> None:
        """Leave an exchange to be written; never waits."""
        if len(self._waiting) >= MOST_WAITING:
            DROPPED.inc()
            return
        self._waiting.append(exchange)
        self._wake.set()

    def close(self, patience: float = 5.0) -> None:
        """Write what waits, and end."""
        self._closed = True
        self._ending.set()
        self._wake.set()
        self._thread.join(patience)

    def _run(self) -> None:
        while not self._closed or self._waiting:
            self._wake.wait()
            self._wake.clear()
            self._write()
            self._ending.wait(self._flush)

    def _write(self) -> None:
        taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
        days: dict[str, list[bytes]] = {}
        for exchange in taken:
            day = datetime.fromtimestamp(exchange.time, UTC).date().isoformat()
            days.setdefault(day, []).append(line_of(exchange, self._origin))
        for day, lines in days.items():
            self._put_lines(self._folder / f"{day}-{os.getpid()}.jsonl", lines)

    def _put_lines(self, path: Path, lines: list[bytes]) -> None:
        try:
            self._append(path, b"".join(lines))
            self._failing = False
        except OSError as error:
            DROPPED.inc(len(lines))
            if not self._failing:
                structlog.get_logger().error("payloads can't be logged", file=str(path), why=error.strerror)
            self._failing = True


def payload_log(place: str, origin: Origin) -> PayloadLog:
    """Open the payload log of a process, in a folder of this machine or below a fsspec URL."""
    parts = urlsplit(place)
    if parts.scheme in ("", "file"):
        return PayloadLog(Path(unquote(parts.path)), origin)
    from runners.serve.objects import FLUSH as SELDOM
    from runners.serve.objects import Objects

    return PayloadLog(Path(), origin, Objects(place), flush=SELDOM)


def line_of(exchange: Exchange, origin: Origin) -> bytes:
    """Return an exchange as one line of JSON; numbers that JSON has no word for are null."""
    return orjson.dumps(event(exchange, origin), option=_OPTIONS)


def append_whole(path: Path, content: bytes) -> None:
    """Append to a file, or leave it as it was.

    Raises:
        OSError: the disk is full, or can't be written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(file).st_size
        if os.write(file, content) < len(content):
            with contextlib.suppress(OSError):
                os.ftruncate(file, size)
            raise OSError(28, "no space left on the device")
    finally:
        os.close(file)
