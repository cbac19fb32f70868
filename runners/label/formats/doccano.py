"""Doccano's JSON Lines: a text a line, with its labels or its spans; one file for each annotator.

`label` (or `labels`) is a list of texts, or of `[start, end, label]`; with relations the spans are `entities`. See
https://doccano.github.io/doccano/tutorial/.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from runners.contract import InputError
from runners.label.formats.reading import Part, all_answered, file_of, lines_of, number, text_in
from runners.label.questions import Answered, Question
from runners.label.regions import Region
from runners.label.spans import span_of
from runners.sources.files import Found

_EXPORT = "export as JSONL"


def read_doccano(found: Found, question: Question) -> Iterator[Answered]:
    """Yield what each line says.

    Raises:
        InputError: a file isn't Doccano's.
    """
    for path in found.paths:
        name, data = file_of(found, path)
        yield from all_answered(name, parts_of(name, text_in(name, data)), question)


def parts_of(name: str, text: str) -> Iterator[Part]:
    """Yield the lines of a file.

    Raises:
        InputError: a line is no example, or has labels that are none.
    """
    for place, line in enumerate(lines_of(text), 1):
        if line.strip():
            yield _part(f"{name}:{place}", line)


def _part(where: str, line: str) -> Part:
    try:
        told = msgspec.json.decode(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"this is no JSON: {error}", where, _EXPORT) from error
    if not isinstance(told, dict):
        raise InputError("this is no JSON object", where, _EXPORT)
    found: Any = next((told[key] for key in ("label", "labels", "entities", "cats") if told.get(key) is not None), [])
    given = found if isinstance(found, list) else [found]
    meta = told.get("meta")
    everything = told | meta if isinstance(meta, dict) else told
    shown = {key: value for key, value in everything.items() if key not in ("label", "labels", "entities")}
    if all(isinstance(one, str) for one in given):
        return Part(where, shown, [], list(given))
    spans = [_span(one, where) for one in given]
    return Part(where, shown, [span for span in spans if span is not None], [])


def _span(told: Any, where: str) -> Region | None:
    if isinstance(told, dict):
        told = [told.get("start_offset"), told.get("end_offset"), told.get("label")]
    if not isinstance(told, list) or len(told) != 3 or not isinstance(told[2], str):
        raise InputError("a label is neither a text nor [start, end, label]", where, _EXPORT)
    start, end = (number(edge, "an end of a span", where) for edge in told[:2])
    return span_of(told[2], int(start), int(end))
