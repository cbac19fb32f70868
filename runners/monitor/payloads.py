"""The payload log of a deployment: CloudEvents 1.0 as JSON lines, one for each answered request.

A process that dies leaves half a line, a replica that is replaced may tell an event twice: what can't be read is
counted and passed over, and an event counts once by its id
(https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md).
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from runners.monitor.blocks import Answers, Block, Kept, Reader, lines_of
from runners.monitor.growing import Array, Growing
from runners.monitor.parameters import Window
from runners.monitor.rows import Numbers, Prediction, Rows, Values, micros, objects, taken
from runners.staging import local

COUNTED = ("events", "broken", "duplicates", "outside", "failed", "other_models", "thinned")
"""What is counted: events in the window, and what was left out and why."""
MOST_ROWS = 2_000_000
"""Rows that are held at a time; of a longer log, so many are drawn by chance, and the report says so."""

__all__ = ["COUNTED", "Log", "Prediction", "read_log"]


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


def read_log(
    url: str,
    window: Window,
    trial: str | None = None,
    *,
    seed: int = 0,
    names: Collection[str] | None = None,
    kept: Kept | None = None,
) -> Log:
    """Read the events of a folder's `*.jsonl` files, at any depth, that lie in a window.

    Args:
        url: fsspec URL of the folder; a folder that isn't there yet is an empty log.
        window: which events count, by their time.
        trial: the model whose predictions count; without it, every model's.
        seed: of the draw, where there are more rows than are held at a time.
        names: the columns that are kept of a row; without it, all.
        kept: what is kept of a row, where that isn't some of its columns.
    """
    try:
        folder = local(url)
    except FileNotFoundError:
        return Log()
    reader, drawn, sifted = Reader(names, kept), _Drawn(seed), _Sifted(window, trial)
    for lines in lines_of(folder):
        block = reader.read(lines)
        wanted = sifted.wanted(block)
        if any(wanted):
            drawn.add(block, wanted, block.rows(wanted))
    rows, seen = drawn.in_order()
    sifted.counts["thinned"] = seen - len(rows)
    return Log(rows, dict(sifted.counts), sifted.seconds)


class _Sifted:
    """Tells which events of a block count, and counts the others by why they don't."""

    def __init__(self, window: Window, trial: str | None) -> None:
        self.counts = Counter(dict.fromkeys(COUNTED, 0))
        self.seconds: list[float] = []
        self._start, self._end = (None if end is None else micros(end) for end in (window.start, window.end))
        self._trial, self._seen = trial, set[str]()

    def wanted(self, block: Block) -> Any:
        """Return a mask of the events that count."""
        inside = np.ones(len(block.ids), dtype=bool)
        inside &= True if self._start is None else block.time >= self._start
        inside &= True if self._end is None else block.time < self._end
        fresh = np.array([is_in and self._is_new(name) for name, is_in in zip(block.ids, inside, strict=True)], bool)
        known = [self._trial is None or not model or model == self._trial for model in block.models]
        wanted = fresh & block.answered & np.array(known, dtype=bool)
        told = {"broken": block.broken, "outside": len(inside) - int(inside.sum()), "events": int(fresh.sum())}
        told |= {"duplicates": int(inside.sum() - fresh.sum()), "failed": int((fresh & ~block.answered).sum())}
        self.counts.update(told | {"other_models": int((fresh & block.answered).sum() - wanted.sum())})
        seconds = block.seconds[wanted]
        self.seconds += seconds[~np.isnan(seconds)].tolist()
        return wanted

    def _is_new(self, name: str) -> bool:
        is_new = name not in self._seen
        self._seen.add(name)
        return is_new


class _Drawn:
    """Rows of a log; a sample of bounded size where there are more, in which every row has the same chance to be.

    Each gets a random key, and those with the lowest stay (Efraimidis & Spirakis, 2006,
    https://doi.org/10.1016/j.ipl.2005.11.003, of equal weights).
    """

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._seen = 0
        self._ids: list[str] = []
        self._times = Array(np.int64)
        self._held = _Held()

    def add(self, block: Block, wanted: Any, answers: Answers) -> None:
        """Take the rows of a block."""
        sizes, first = answers.sizes, len(self._ids)
        self._ids += [name for name, is_in in zip(block.ids, wanted, strict=True) if is_in]
        self._times.add(block.time[wanted], len(sizes))
        rows = int(sizes.sum())
        number = np.arange(rows) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        event = np.repeat(np.arange(first, first + len(sizes)), sizes)
        self._held.add((self._random.random(rows), event, number), answers)
        self._seen += rows
        if len(self._held) > 2 * MOST_ROWS:
            self._thin()

    def in_order(self) -> tuple[Rows, int]:
        """Return the rows in the order of time, within an event in its own; and of how many they were drawn."""
        self._thin()
        times, rows = self._times.whole(), self._held.whole()
        places = _order(times, self._ids, rows.event)
        columns = {name: _ordered(values, places) for name, values in rows.answers.columns.items()}
        answers = (_ordered(values, places) for values in (rows.answers.prediction, rows.answers.probability))
        event, number = (values if places is None else values[places] for values in (rows.event, rows.number))
        return Rows(times[event], self._ids, event, number, columns, *answers), self._seen

    def _thin(self) -> None:
        """Keep the rows with the lowest keys."""
        if len(self._held) > MOST_ROWS:
            rows, self._held = self._held.whole(), _Held()
            kept = rows.at(np.flatnonzero(rows.keys <= np.partition(rows.keys, MOST_ROWS - 1)[MOST_ROWS - 1]))
            self._held.add((kept.keys, kept.event, kept.number), kept.answers)


@dataclass(frozen=True, slots=True)
class _Part:
    """Some rows, with their random keys, and where they stand in the log."""

    keys: Any
    event: Numbers
    number: Numbers
    answers: Answers

    def at(self, places: Any) -> "_Part":
        """Return the rows at some places."""
        columns = {name: taken(values, places) for name, values in self.answers.columns.items()}
        told = (taken(self.answers.prediction, places), self.answers.probability)
        probability = None if told[1] is None else taken(told[1], places)
        answers = Answers(self.answers.sizes, columns, told[0], probability)
        return _Part(self.keys[places], self.event[places], self.number[places], answers)


class _Held:
    """Rows that grow by blocks."""

    def __init__(self) -> None:
        self._marks = (Array(np.float64), Array(np.int32), Array(np.int32))
        self._columns: dict[str, Growing] = {}
        self._prediction, self._probability = Growing(), Growing()

    def __len__(self) -> int:
        return len(self._marks[0])

    def add(self, marks: tuple[Any, Numbers, Numbers], answers: Answers) -> None:
        """Take rows, with their keys, events and numbers."""
        count, before = len(marks[0]), len(self)
        self._columns |= {name: Growing(before) for name in answers.columns if name not in self._columns}
        for name, column in self._columns.items():
            column.add(answers.columns.get(name), count)
        for mine, values in zip(self._marks, marks, strict=True):
            mine.add(values, count)
        self._prediction.add(answers.prediction, count)
        self._probability.add(answers.probability, count)

    def whole(self) -> _Part:
        """Return all rows; none is added afterwards."""
        told = ((name, column.whole()) for name, column in self._columns.items())
        columns = {name: objects([None] * len(self)) if values is None else values for name, values in told}
        answers = Answers(np.zeros(0, np.int64), columns, self._prediction.whole(), self._probability.whole())
        keys, event, number = (mine.whole() for mine in self._marks)
        return _Part(keys, event, number, answers)


def _order(times: Numbers, ids: Sequence[str], event: Numbers) -> Any:
    """Return the places of rows in the order of their events' times, and of one moment, of their ids; None as is."""
    if (np.diff(times) > 0).all():
        return None
    order = sorted(range(len(ids)), key=lambda at: (times[at], ids[at]))
    rank = np.empty(len(ids), dtype=np.int64)
    rank[order] = np.arange(len(ids))
    return np.argsort(rank[event], kind="stable")


def _ordered(values: Values | None, places: Any) -> Values:
    """Return values in an order; of a model that tells no probabilities there are none."""
    if values is None:
        return ()
    return values if places is None else taken(values, places)
