"""Progress: how a job tells how far it is while it works, by lines that it prints among whatever else it prints.

    {"setpoint.progress": {"step": 3, "of": 100, "metrics": {"loss": 0.3}}}

`unit` says what a step is (an epoch, a tree), `figure` what all the metrics hold where that is the same for all, as the
loss of the training rows and of the validation rows. A step that is told again is what it was told last. Any script may
print such lines, so whoever reads them takes numbers from them, a few short names, and nothing else.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from runners.contract.text import printable

KEY = "setpoint.progress"
LONGEST = 4000
"""Characters of a line that is looked at."""
LONGEST_NAME = 60
MOST_METRICS = 8
"""Metrics of a job that are taken, those that were told first."""
MOST_LINES = 2000
"""Lines of a text that are taken; of more, some between the first and the last."""
MOST_STEPS = 200
"""Steps that are kept of a job; of more, some between the first and the last."""
_BEGINNING = re.compile(r'\{\s*"' + re.escape(KEY) + r'"\s*:')
_LINES = re.compile("[\r\n]+")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: its step, of how many where that is known, and what was measured then."""

    step: float
    of: float | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    unit: str = "step"
    figure: str = ""

    @property
    def words(self) -> str:
        """Say how far it is: `epoch 3 of 20`, of trees `tree 3 of 20`."""
        unit = self.unit if self.unit.endswith("ss") else self.unit.removesuffix("s")
        return f"{unit} {self.step:,.10g}" + ("" if self.of is None else f" of {self.of:,.10g}")


def line_of(told: Progress) -> str:
    """Write progress as the line that tells it, as far as its numbers are finite."""
    body: dict[str, Any] = {
        "step": told.step,
        "metrics": {k: float(f"{v:.6g}") for k, v in told.metrics.items() if math.isfinite(v)},
    }
    more = {"of": told.of, "unit": told.unit, "figure": told.figure or None}
    return json.dumps({KEY: body | {key: value for key, value in more.items() if value is not None}})


def read_line(line: str) -> Progress | None:
    """Return what a line of a log tells of progress; None where it tells nothing, or not so.

    What stands before the JSON, such as a logger's time, and after it is passed over.
    """
    found = _BEGINNING.search(line[:LONGEST])
    if found is None:
        return None
    try:
        told, _ = json.JSONDecoder().raw_decode(line[:LONGEST], found.start())
    except (ValueError, RecursionError):
        return None
    return _read(told.get(KEY))


def _read(told: Any) -> Progress | None:
    step = _number(told.get("step")) if isinstance(told, dict) else None
    if step is None or step < 0:
        return None
    of, metrics = _number(told.get("of")), told.get("metrics")
    pairs = list(metrics.items())[: 4 * MOST_METRICS] if isinstance(metrics, dict) else []
    numbers = {_name(name): value for name, each in pairs if (value := _number(each)) is not None}
    return Progress(
        step,
        of if of is not None and of >= step else None,
        dict(list(numbers.items())[:MOST_METRICS]),
        _name(told.get("unit")) or "step",
        _name(told.get("figure")),
    )


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _name(told: Any) -> str:
    return printable(told, LONGEST_NAME).strip() if isinstance(told, str) else ""


def progress_in(text: str) -> Sequence[Progress]:
    """Return what a log tells of progress, in the order in which it was told."""
    lines = [line for line in _LINES.split(text) if KEY in line[:LONGEST]]
    stride = -(-len(lines) // MOST_LINES) or 1
    last = len(lines) - 1
    read = (read_line(line) for place, line in enumerate(lines) if (last - place) % stride == 0)
    return [told for told in read if told is not None]


def history_of(told: Iterable[Progress]) -> dict[str, Any]:
    """Return how a job went as series over steps, None where a step has no figure of a series; empty without any.

    It has the form in which trainings keep theirs: what a step is, what the figures are (empty where each series is
    named by its own), the steps, and the series by name.
    """
    every = list(told)
    by_step = {one.step: one for one in every}
    measured = [by_step[step] for step in sorted(by_step) if by_step[step].metrics]
    names = list(dict.fromkeys(name for one in every for name in one.metrics))[:MOST_METRICS]
    if not measured:
        return {}
    stride = -(-len(measured) // MOST_STEPS)
    kept = [one for place, one in enumerate(measured) if (len(measured) - 1 - place) % stride == 0]
    return {
        "step": every[-1].unit,
        "figure": every[-1].figure,
        "steps": [one.step for one in kept],
        "series": {name: [one.metrics.get(name) for one in kept] for name in names},
    }
