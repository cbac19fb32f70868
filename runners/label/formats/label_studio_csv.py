"""Label Studio's CSV: a row for each annotation, with the columns of JSON-MIN; what isn't text is JSON in its cell."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import msgspec

from runners.contract import InputError
from runners.label.formats.label_studio import of_minimum, shown
from runners.label.formats.label_studio_short import text_in as text_of
from runners.label.formats.reading import file_of, text_in
from runners.label.formats.written import EXAMPLE
from runners.label.questions import Answered, Question
from runners.sources.files import Found

LONGEST = 2**24
"""Characters of a cell."""


def read_label_studio_csv(found: Found, question: Question) -> Iterator[Answered]:
    """Yield the rows with an answer to a question.

    Raises:
        InputError: a file is no CSV, or has no column of the question.
    """
    csv.field_size_limit(LONGEST)
    for path in found.paths:
        name, data = file_of(found, path)
        text = text_in(name, data)
        rows = csv.DictReader(
            io.StringIO(text, newline=""), delimiter="\t" if name.endswith(".tsv") else ",", strict=True
        )
        try:
            if question.name not in (rows.fieldnames or ()):
                columns = ", ".join((rows.fieldnames or ())[:10])
                fix = "set exports.question to the column of the answers"
                raise InputError(f"it has no column {question.name}, but {columns or 'none'}", name, fix)
            yield from _answered(name, rows, question)
        except csv.Error as error:
            raise InputError(f"this is no CSV: {error}", f"{name}:{rows.line_num}", "export it again") from error


def _answered(name: str, rows: "csv.DictReader[str]", question: Question) -> Iterator[Answered]:
    for row in rows:
        where = f"{name}:{rows.line_num}"
        task: dict[str, Any] = {key: value for key, value in row.items() if key is not None and value is not None}
        task["annotator"] = task.get("annotator") or None
        if EXAMPLE in task and question.name != EXAMPLE:
            task[EXAMPLE] = text_of(task[EXAMPLE])
        task[question.name] = _value(task.get(question.name, ""), where)
        if answers := tuple(of_minimum(task, question, where, name)):
            yield Answered(where, name, shown(task, question.name), answers)


def _value(cell: str, where: str) -> Any:
    """Return what a cell holds: nothing, JSON where it looks like that, a number, or a text."""
    if not cell:
        return None
    if cell[0] not in "[{":
        return cell
    try:
        return msgspec.json.decode(cell)
    except (ValueError, RecursionError) as error:
        raise InputError(f"a cell is no JSON: {error}", where, "export it again") from error
