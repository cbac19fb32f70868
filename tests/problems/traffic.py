"""Traffic: rows that clients ask a model about, hour by hour, and the outcomes that become known."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import strategies as st

from runners.models import Model
from runners.serve.columns import of_instances
from runners.serve.events import Origin
from runners.serve.payloads import line_of
from runners.serve.request_context import Exchange
from tests.problems.columns import meaning
from tests.problems.problem import Problem

MOODS = ("normal", "quiet", "empty", "malformed", "shifted")
ARRIVALS = ("all", "never", "late", "doubled", "another coding", "foreign")
"""How outcomes come: in another coding they are numbered, and the spec says for which class each number stands."""
START = datetime(2026, 3, 1, 10, tzinfo=UTC)
HOURS, ROWS, QUIET, LEAST = 3, 60, 5, 30
"""Windows; the rows asked about in one, and in a quiet one; the rows from which on a report judges."""
TRIAL = "experiments/problem/0123456789ab"
BROKEN = (b'{"specversion": "1.0", "id": "half', b"[]", b"null", b'{"id": 1}', b"\xff\xfe")
_UNSEEN = "never seen before"


@dataclass(frozen=True, slots=True)
class Traffic:
    """A problem whose model is asked for some hours, each in a mood, and how its outcomes arrive."""

    problem: Problem
    moods: tuple[str, ...]
    arrival: str

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Let Hypothesis print it on a few lines."""
        printer.text(repr(self))


@dataclass(frozen=True, slots=True)
class Asked:
    """A row that was asked about and answered."""

    hour: int
    place: int
    row: Mapping[str, Any]
    prediction: Any


def traffics(problems: st.SearchStrategy[Problem]) -> st.SearchStrategy[Traffic]:
    """Draw a problem with its traffic."""
    moods = st.tuples(*[st.sampled_from(MOODS)] * HOURS)
    return st.builds(Traffic, problems, moods, st.sampled_from(ARRIVALS))


def window_of(hour: int) -> dict[str, str]:
    """Return the window of an hour, as a job is told."""
    return {name: (START + timedelta(hours=hour + n)).isoformat() for n, name in enumerate(("start", "end"))}


def log_hour(traffic: Traffic, hour: int, model: Model, log: Path) -> list[Asked]:
    """Have a model asked for an hour, and log it as its server does; return what was answered."""
    mood, chance = traffic.moods[hour], Random(hour)
    count = {"quiet": QUIET, "empty": 0}.get(mood, ROWS)
    asked, lines = [], []
    for number in range(count):
        place = chance.randrange(traffic.problem.rows)
        row = _row(traffic.problem, model, place, is_shifted=mood == "shifted")
        columns = of_instances({"instances": [row]}, model.signature)
        prediction, moment = model.predict(columns), START + timedelta(hours=hour, seconds=1 + number)
        exchange = Exchange(f"{hour}-{number}", columns, prediction, status=200, time=moment.timestamp())
        lines.append(line_of(exchange, Origin("deployments/problem", "r1", TRIAL)))
        asked.append(Asked(hour, place, row, prediction.prediction.tolist()[0]))
    if mood == "malformed":
        refused = Exchange(f"{hour}-refused", error="no such column", status=400, time=moment.timestamp())
        lines += [line_of(refused, Origin("deployments/problem", "r1", TRIAL)), lines[0]]
        lines += [line + b"\n" for line in BROKEN]
    log.mkdir(exist_ok=True)
    (log / f"{hour}.jsonl").write_bytes(b"".join(lines))
    return asked


def _row(problem: Problem, model: Model, place: int, *, is_shifted: bool) -> dict[str, Any]:
    """Return a row as a client sends it, with its identifier; the first of its columns may be another one's now."""
    row: dict[str, Any] = {name: meaning(problem.column(name).values[place]) for name in model.signature.columns}
    row = {name: None if value == float("inf") else value for name, value in row.items()}
    if is_shifted:
        first = model.signature.inputs[0]
        row[first.name] = {"BYTES": _UNSEEN, "BOOL": True}.get(first.datatype, 2_000_000)
    if problem.identifier is not None:
        row[problem.identifier] = problem.column(problem.identifier).values[place]
    return row


def write_outcomes(traffic: Traffic, path: Path, hour: int, classes: Sequence[Any]) -> dict[str, Any] | None:
    """Write the outcomes that are known after an hour; return the spec's `outcomes`, or None where none ever come."""
    if traffic.arrival == "never":
        return None
    problem, is_late = traffic.problem, traffic.arrival == "late" and hour < HOURS - 1
    truths = [] if is_late else list(enumerate(problem.column(problem.target).values))
    codes = {_spelled(label): f"code {place}" for place, label in enumerate(classes)}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([problem.identifier, problem.target])
        for row, truth in truths:
            name = problem.column(str(problem.identifier)).values[row]
            if traffic.arrival == "doubled" and truth is not None:
                writer.writerow([name, _spelled(classes[0] if classes else 0)])
            is_coded = traffic.arrival in ("another coding", "foreign") and classes and truth is not None
            writer.writerow([name, codes[_spelled(truth)] if is_coded else _spelled(truth)])
    told: dict[str, Any] = {"files": {"url": str(path), "format": "csv"}}
    coded = dict(zip(codes.values(), classes, strict=True))
    return told | ({"classes": coded} if traffic.arrival == "another coding" and classes else {})


def _spelled(value: Any) -> str:
    return "" if value is None else str(value)


def known(traffic: Traffic, asked: Sequence[Asked], hour: int) -> list[tuple[Asked, Any]]:
    """Return the rows that were asked about whose outcomes are known after an hour, with these."""
    if traffic.arrival == "never" or (traffic.arrival == "late" and hour < HOURS - 1):
        return []
    truth = traffic.problem.column(traffic.problem.target).values
    return [(one, truth[one.place]) for one in asked if truth[one.place] is not None]
