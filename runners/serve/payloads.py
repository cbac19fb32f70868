"""The payload log: one file a day and process, which a thread of its own appends to.

A request leaves its exchange and goes on. Its line is made in a later turn of the event loop, with those of the
requests that were answered with it: to make it takes Python's lock wherever that is done, and a thread which does so
for all requests of a while stops the next ones for as long. When the disk is full or too slow, lines are dropped and
counted (`setpoint_payloads_dropped_total` in the metrics), and a line is on the disk whole or not at all. What waits
and what is kept is bounded.
"""

import os
import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import orjson
import structlog
from prometheus_client import Counter

from runners.serve.events import Origin, event
from runners.serve.files import Files
from runners.serve.request_context import Exchange

FLUSH = 0.05
"""Seconds between two writes; what a process that is killed takes with it."""
MOST_WAITING = 20_000
"""Lines that wait to be written; more are dropped."""
MOST_BYTES = 64 * 2**20
"""Bytes of the lines that wait to be written; more are dropped."""
BATCH = 4 * 2**20
"""Bytes of lines that are written at once; a longer line is written by itself."""
DAY = 86_400
"""Seconds of a day, of which none is longer by the clock that is told here."""
DROPPED = Counter("setpoint_payloads_dropped_total", "Requests that were answered and could not be logged.")

Later = Callable[[Callable[[], None]], object]

_OPTIONS = orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


class PayloadLog:
    """Appends events to `<folder>/<YYYY-MM-DD>-<process id>.jsonl`.

    Args:
        folder: where the files are; it is made when the first event comes.
        origin: what the events say of where they come from.
        append: how bytes get into a file; whole, or not at all.
        flush: seconds between two writes.
        later: runs a function soon, in the thread that calls `put`; without it lines are made at once.
    """

    def __init__(
        self,
        folder: Path,
        origin: Origin,
        append: Callable[[Path, bytes], None],
        *,
        flush: float = FLUSH,
        later: Later | None = None,
    ) -> None:
        self._later = later
        self._fresh: list[Exchange] = []
        self._folder = folder
        self._origin = origin
        self._append = append
        self._flush = flush
        self._ending = threading.Event()
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._left = self._taken = 0  # bytes, each counted by one thread alone: so neither waits for the other
        self._wake = threading.Event()
        self._closed = False
        self._failing = False
        self._thread = threading.Thread(target=self._run, name="payloads", daemon=True)
        self._thread.start()

    def put(self, exchange: Exchange) -> None:
        """Leave an exchange to be written; never waits. One thread calls it."""
        self._fresh.append(exchange)
        if self._later is None:
            self._make()
        elif len(self._fresh) == 1:
            self._later(self._make)

    def _make(self) -> None:
        """Make the lines of what was left, one after the other: that takes less than each by itself."""
        fresh, self._fresh = self._fresh, []
        for exchange in fresh:
            self._leave(exchange)
        if self._waiting and not self._wake.is_set():  # who was woken already looks at all that waits
            self._wake.set()

    def _leave(self, exchange: Exchange) -> None:
        """Leave a line for the thread, where there is room for it."""
        if len(self._waiting) >= MOST_WAITING:
            DROPPED.inc()
        elif line := self._line(exchange):
            if self._left - self._taken + len(line) > MOST_BYTES:
                DROPPED.inc()
                return
            self._left += len(line)
            self._waiting.append((day_of(exchange.time // DAY), line))

    def close(self, patience: float = 5.0) -> None:
        """Write what waits, and end."""
        self._make()
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
        lines: list[bytes] = []
        size, former = 0, ""
        while self._waiting:
            day, line = self._waiting[0]
            if lines and (day != former or size > BATCH):
                self._put_lines(former, lines)
                lines, size = [], 0
            lines.append(line)
            size, former = size + len(line), day
            self._waiting.popleft()
            self._taken += len(line)
        if lines:
            self._put_lines(former, lines)

    def _line(self, exchange: Exchange) -> bytes:
        """Return an exchange as a line; none where JSON has no words for it, which ends no thread."""
        try:
            return line_of(exchange, self._origin)
        except (TypeError, ValueError) as error:
            DROPPED.inc()
            structlog.get_logger().error("a payload can't be logged", request=exchange.id[:100], why=str(error)[:200])
            return b""

    def _put_lines(self, day: str, lines: list[bytes]) -> None:
        path = self._folder / f"{day}-{os.getpid()}.jsonl"
        try:
            self._append(path, b"".join(lines))
            self._failing = False
        except OSError as error:
            DROPPED.inc(len(lines))
            if not self._failing:
                structlog.get_logger().error("payloads can't be logged", file=str(path), why=error.strerror)
            self._failing = True


def payload_log(place: str, origin: Origin, quota: int, later: Later | None = None) -> PayloadLog:
    """Open the payload log of a process, in a folder of this machine or below a fsspec URL.

    The quota is that of the folder above, which all processes of a deployment share; objects have none here.
    """
    parts = urlsplit(place)
    if parts.scheme in ("", "file"):
        folder = Path(unquote(parts.path))
        return PayloadLog(folder, origin, Files(folder.parent, quota), later=later)
    from runners.serve.objects import FLUSH as SELDOM
    from runners.serve.objects import Objects

    return PayloadLog(Path(), origin, Objects(place), flush=SELDOM, later=later)


@lru_cache(2)
def day_of(number: float) -> str:
    """Return a day as it stands in a file's name, by how many lie between it and 1970."""
    return datetime.fromtimestamp(number * DAY, UTC).date().isoformat()


def line_of(exchange: Exchange, origin: Origin) -> bytes:
    """Return an exchange as one line of JSON; numbers that JSON has no word for are null."""
    return orjson.dumps(event(exchange, origin), option=_OPTIONS)
