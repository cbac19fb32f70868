"""Merged answers in Label Studio's short forms: JSON-MIN, an object for each task, and CSV, a row for each.

They are read again as they were. A cell of the CSV that a spreadsheet would take for a formula is written as JSON, a
text in quotes (https://owasp.org/www-community/attacks/CSV_Injection); answers are JSON in any case.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from runners.label.formats.label_studio_writing import object_of, values_of
from runners.label.formats.written import EXAMPLE, Asked, File, Settled, Unsayable

MERGED = "merged"
"""Whose the answers are called."""
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", '"', "|", "%")
"""How a cell begins that a spreadsheet may take for more than a text, and one that was written as JSON."""


def write_label_studio_min(settled: Sequence[Settled], asked: Asked) -> Iterator[File]:
    """Yield one file of all tasks."""
    tasks = [
        {"id": place, **told} for place, (_, told) in enumerate(asked.each(settled, lambda one: _task(one, asked)), 1)
    ]
    yield "labels.label-studio-min.json", msgspec.json.encode(tasks) + b"\n"


def write_label_studio_csv(settled: Sequence[Settled], asked: Asked) -> Iterator[File]:
    """Yield one file of all tasks."""
    stream = io.StringIO(newline="")
    rows = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")  # else a carriage return would part rows
    head = ["id", EXAMPLE, object_of(asked.answer), "annotator", asked.question]
    rows.writerow([cell_of(name) for name in head])
    for place, (_, told) in enumerate(asked.each(settled, lambda one: _row(one, asked)), 1):
        rows.writerow([place, *told])
    yield "labels.label-studio.csv", stream.getvalue().encode()


def _row(one: Settled, asked: Asked) -> list[str]:
    task = _task(one, asked)
    if cell_of(asked.question) != asked.question:
        raise Unsayable("the question's name begins as a formula does")
    answer = msgspec.json.encode(task[asked.question]).decode()
    return [cell_of(str(task[EXAMPLE])), cell_of(task[object_of(asked.answer)]), MERGED, answer]


def _task(one: Settled, asked: Asked) -> dict[str, Any]:
    of = object_of(asked.answer)
    if asked.question in ("id", EXAMPLE, of, "annotator"):
        raise Unsayable(f"the question is called {asked.question}, which is another column")
    shown = str(one.name) if one.text is None else one.text
    return {EXAMPLE: one.name, of: shown, "annotator": MERGED, asked.question: values_of(one, asked.answer)}


def cell_of(text: str) -> str:
    """Return a text as a cell that no spreadsheet takes for a formula."""
    return msgspec.json.encode(text).decode() if text.startswith(_FORMULAS) else text


def text_in(cell: str) -> str:
    """Return the text of a cell that was written so."""
    if not cell.startswith('"'):
        return cell
    try:
        return msgspec.json.decode(cell, type=str)
    except (ValueError, RecursionError):
        return cell
