"""The payload log of a deployment: CloudEvents 1.0 as JSON lines, one for each answered request.

A process that dies leaves half a line, a replica that is replaced may tell an event twice: what can't be read is
counted and passed over, and an event counts once by its id
(https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md).
"""

import heapq
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from runners.monitor.parameters import Window
from runners.staging import local

EVENT = "io.setpoint.inference"
COUNTED = ("events", "broken", "duplicates", "outside", "failed", "other_models", "thinned")
"""What is counted: events in the window, and what was left out and why."""
MOST_ROWS = 500_000
"""Rows that are held at a time; of a longer log, so many are drawn by chance, and the report says so."""


Kept = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""What is kept of a row."""


class Prediction(NamedTuple):
    """One row that was asked about, and the answer. `where` is the event's id and the row's number in it."""

    time: datetime
    where: str
    row: Mapping[str, Any]
    prediction: Any
    probability: Any


@dataclass(frozen=True, slots=True)
class Log:
    """What a log holds in a window: predictions in the order of time, and what was left out.

    `counts` has every name of `COUNTED`; `seconds` is how long the model took for each event.
    """

    predictions: Sequence[Prediction] = ()
    counts: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    seconds: Sequence[float] = ()

    @property
    def rows(self) -> int:
        """Return how many rows were logged, also where not all of them are held."""
        return len(self.predictions) + self.counts.get("thinned", 0)


class Event(NamedTuple):
    """An event that could be read."""

    id: str
    time: datetime
    data: Mapping[str, Any]


def read_log(url: str, window: Window, trial: str | None = None, *, seed: int = 0, kept: Kept | None = None) -> Log:
    """Read the events of a folder's `*.jsonl` files, at any depth, that lie in a window.

    Args:
        url: fsspec URL of the folder; a folder that isn't there yet is an empty log.
        window: which events count, by their time.
        trial: the model whose predictions count; without it, every model's.
        seed: of the draw, where there are more rows than are held at a time.
        kept: what is kept of a row; without it, all.
    """
    try:
        folder = local(url)
    except FileNotFoundError:
        return Log()
    counts = Counter(dict.fromkeys(COUNTED, 0))
    drawn, seconds = Reservoir(MOST_ROWS, seed), []
    for event in _events(folder, window, counts):
        counts["events"] += 1
        if _counts_for(event, trial, counts):
            seconds += [float(event.data["seconds"])] if _is_number(event.data.get("seconds")) else []
            drawn.extend(_predictions(event, kept))
    counts["thinned"] = drawn.seen - len(drawn.held)
    return Log(drawn.in_order(), dict(counts), seconds)


class Reservoir:
    """A sample of bounded size, drawn by chance from a stream: every row has the same chance to be in it.

    Each gets a random key, and those with the highest stay (Efraimidis & Spirakis, 2006,
    https://doi.org/10.1016/j.ipl.2005.11.003, of equal weights).
    """

    def __init__(self, most: int, seed: int) -> None:
        """Begin an empty sample of so many rows at the most."""
        self.held: list[tuple[float, int, Prediction]] = []
        self.seen = 0
        self._most, self._random = most, Random(seed)

    def extend(self, predictions: Iterable[Prediction]) -> None:
        """Take rows, or leave them."""
        for one in predictions:
            self.seen += 1
            entry = (self._random.random(), self.seen, one)
            if len(self.held) < self._most:
                heapq.heappush(self.held, entry)
            else:
                heapq.heappushpop(self.held, entry)

    def in_order(self) -> list[Prediction]:
        """Return the rows in the order of time; within an event, in its own."""
        ordered = sorted(self.held, key=lambda entry: (entry[2].time, _event_of(entry[2].where), entry[1]))
        return [one for _, _, one in ordered]


def _event_of(where: str) -> str:
    return where.rpartition("#")[0]


def _events(folder: Path, window: Window, counts: Counter[str]) -> Iterator[Event]:
    seen: set[str] = set()
    for line in _lines(folder):
        event = _event(line)
        if event is None:
            counts["broken"] += 1
        elif not window.holds(event.time):
            counts["outside"] += 1
        elif event.id in seen:
            counts["duplicates"] += 1
        else:
            seen.add(event.id)
            yield event


def _lines(folder: Path) -> Iterator[bytes]:
    for path in sorted(folder.rglob("*.jsonl")):
        with path.open("rb") as file:
            yield from (line for line in file if line.strip())


def _event(line: bytes) -> Event | None:
    """Read one line; None where it isn't a whole event of ours."""
    try:
        told = json.loads(line)
        moment = datetime.fromisoformat(told["time"])
        event = Event(str(told["id"]), moment if moment.tzinfo else moment.replace(tzinfo=UTC), told["data"])
    except (ValueError, KeyError, TypeError):
        return None
    return event if told.get("type", EVENT) == EVENT and _is_whole(event.data) else None


def _is_whole(data: Any) -> bool:
    """Tell whether every row of an answered request has its answer; what failed needs none."""
    if not isinstance(data, dict) or not _is_answered(data):
        return isinstance(data, dict)
    parts = [data.get("rows"), data.get("prediction"), data.get("probability") or data.get("prediction")]
    sizes = {len(part) if isinstance(part, list) else None for part in parts}
    return len(sizes) == 1 and None not in sizes and all(isinstance(row, dict) for row in data["rows"])


def _counts_for(event: Event, trial: str | None, counts: Counter[str]) -> bool:
    if not _is_answered(event.data):
        counts["failed"] += 1
        return False
    model = event.data.get("model")
    if trial and model and model != trial:
        counts["other_models"] += 1
        return False
    return True


def _is_answered(data: Mapping[str, Any]) -> bool:
    return bool(data.get("status", 200) == 200)


def _predictions(event: Event, kept: Kept | None) -> Iterator[Prediction]:
    rows, answers = event.data["rows"], event.data["prediction"]
    probabilities = event.data.get("probability") or [None] * len(rows)
    for number, (row, answer, probability) in enumerate(zip(rows, answers, probabilities, strict=True)):
        yield Prediction(event.time, f"{event.id}#{number}", kept(row) if kept else row, answer, probability)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
