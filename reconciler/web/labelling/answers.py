"""What a person filled in as Label Studio's results, and such results as what is filled in.

See https://labelstud.io/guide/export. Places in a picture are per cent of its sides, places in a text are counted in
units of UTF-16, as browsers and Label Studio count them, and places in a recording in seconds.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from reconciler.model.text import counted, printable
from reconciler.web.labelling.questions import SIDES, Form, Question

LONGEST = 20_000
"""Characters of a text that is an answer."""
MOST_PLACES = 500
"""Places that one answer marks."""
_BOX, _PART = ("x", "y", "width", "height"), ("start", "end")
Fields = Mapping[str, Sequence[str]]
"""What was filled in, by the names of the fields; of a choice of several there are several."""
Result = dict[str, Any]


class Mistake(ValueError):
    """What was filled in is no answer. The message says what is wrong and what to do."""


def results_of(form: Form, fields: Fields, data: Mapping[str, Any]) -> list[Result]:
    """Return what was filled in as results.

    Args:
        form: what is asked.
        fields: what was filled in.
        data: what the task shows, by its columns.

    Raises:
        Mistake: it is no answer to one of the questions, or all of them were left out.
    """
    found: list[Result] = []
    for question in form.questions:
        values = list(_values(form, question, fields, data))
        if question.needed and not values:
            raise Mistake(f"{question.name} has no answer yet: {_wanted(question)}, or skip the task")
        found += [_result(question, place, value) for place, value in enumerate(values)]
    if not found and not any(question.marks for question in form.questions):
        raise Mistake("nothing is answered yet: answer a question, or skip the task")
    return found


def _wanted(question: Question) -> str:
    return {"Rating": "give stars", "TextArea": "write a text", "Number": "write a number"}.get(question.tag, "choose")


def _result(question: Question, place: int, value: Mapping[str, Any]) -> Result:
    told = {"from_name": question.name, "to_name": question.about, "type": question.tag.lower(), "value": dict(value)}
    name = sha256(f"{question.name} {place} {value}".encode()).hexdigest()[:10]
    return {"id": name, **told, "origin": "manual"}


def _values(form: Form, question: Question, fields: Fields, data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if question.marks:
        yield from _places(form, question, fields, data)
        return
    given = [one for one in fields.get(question.name, ()) if one.strip()]
    if not given:
        return
    match question.tag:
        case "Choices":
            yield {"choices": _chosen(question, given)}
        case "Pairwise":
            yield {"selected": _one_of(question, given, SIDES)}
        case "Rating":
            yield {"rating": int(_one_of(question, given, [str(n + 1) for n in range(question.most)]))}
        case "Number":
            yield {"number": _number(question, given[0])}
        case _:
            yield {"text": [_text(question, given[0])]}


def _chosen(question: Question, given: Sequence[str]) -> list[str]:
    for one in given:
        _one_of(question, [one], question.labels)
    if len(given) > 1 and not question.many:
        raise Mistake(f"{question.name} takes one choice, and there are {len(given)}")
    return [label for label in question.labels if label in given]


def _one_of(question: Question, given: Sequence[str], known: Sequence[str]) -> str:
    if given[0] not in known:
        raise Mistake(f"{question.name} offers no {printable(given[0], 60)}: choose what is there")
    return given[0]


def _text(question: Question, given: str) -> str:
    text = given.replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        raise Mistake(f"{question.name} has {len(text):,} characters, and {LONGEST:,} are taken")
    return text


def _number(question: Question, given: str) -> float | int:
    number = _finite(question, given)
    low, high = question.least, question.largest
    if (low is not None and number < low) or (high is not None and number > high):
        raise Mistake(f"{question.name} is {number:g}, and it goes from {_end(low)} to {_end(high)}")
    return int(number) if number.is_integer() else number


def _end(number: float | None) -> str:
    return "anywhere" if number is None else f"{number:g}"


def _finite(question: Question, given: str) -> float:
    try:
        number = float(given.strip().replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Mistake(f"{question.name}: {printable(given, 40)} is no number")
    return number


def _places(form: Form, question: Question, fields: Fields, data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the places that were marked; a row that is empty is none."""
    media, names = form.media_of(question), (_BOX if question.tag == "RectangleLabels" else _PART)
    columns = [fields.get(f"{question.name}.{name}", ()) for name in (*names, "label")]
    if len({len(column) for column in columns}) > 1:
        raise Mistake(f"{question.name} has places that are told in part: load the page again")
    rows = [row for row in zip(*columns, strict=True) if any(part.strip() for part in row[:-1])]
    if len(rows) > MOST_PLACES:
        raise Mistake(f"{question.name} marks {counted(len(rows), 'place')}, and {MOST_PLACES} are taken")
    for number, (*given, label) in enumerate(rows, 1):
        if label not in question.labels:
            raise Mistake(f"place {number} of {question.name} has no label: choose one, or empty the row")
        place = dict(zip(names, (_finite(question, one or "x") for one in given), strict=True))
        told = {question.tag.lower(): [label]}
        if media == "Image":
            yield {**_box(question, number, place), "rotation": 0, **told}
        elif media == "Audio":
            yield {**_stretch(question, number, place), "channel": 0, **told}
        else:
            yield {**_span(question, number, place, str(data.get(form.column_of(question), ""))), **told}


def _box(question: Question, number: int, place: Mapping[str, float]) -> dict[str, float]:
    x, y, width, height = (place[name] for name in _BOX)
    if min(x, y) < 0 or min(width, height) <= 0 or max(x + width, y + height) > 100 + 1e-6:
        raise Mistake(f"place {number} of {question.name} isn't within the picture, whose sides are 0 to 100 %")
    return dict(place)


def _stretch(question: Question, number: int, place: Mapping[str, float]) -> dict[str, float]:
    if not 0 <= place["start"] < place["end"]:
        raise Mistake(f"place {number} of {question.name} ends before it begins")
    return dict(place)


def _span(question: Question, number: int, place: Mapping[str, float], text: str) -> dict[str, Any]:
    """Return a part of a text. Browsers show the end of a line as one character, however many it has."""
    shown = _starts(text)
    start, end = place["start"], place["end"]
    if not (start.is_integer() and end.is_integer() and 0 <= start < end < len(shown)):
        raise Mistake(f"place {number} of {question.name} isn't within the text: it has {len(shown) - 1} characters")
    first, last = shown[int(start)], shown[int(end)]
    part = text.encode("utf-16-le")[2 * first : 2 * last].decode("utf-16-le", "replace")
    return {"start": first, "end": last, "text": part}


def _starts(text: str) -> list[int]:
    """Return where each unit that a browser shows begins in a text, and where the last ends, in units of UTF-16."""
    starts: list[int] = []
    at = 0
    for place, char in enumerate(text):
        size = 2 if ord(char) > 0xFFFF else 1
        if not (char == "\n" and place and text[place - 1] == "\r"):
            starts += range(at, at + size)
        at += size
    return [*starts, at]


def fields_of(form: Form, results: Sequence[Any], data: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what fills the fields, from results that anybody has written; what fits no field is left out."""
    fields: dict[str, list[str]] = {}
    for question in form.questions:
        own = [one for one in results if isinstance(one, Mapping) and one.get("from_name") == question.name]
        for value in (one["value"] for one in own if isinstance(one.get("value"), Mapping)):
            for name, told in _told(form, question, value, data):
                fields.setdefault(name, []).append(told)
    return fields


def _told(
    form: Form, question: Question, value: Mapping[str, Any], data: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    match question.tag, value:
        case "Choices", {"choices": list() as told}:
            yield from ((question.name, label) for label in told if label in question.labels)
        case "Pairwise", {"selected": str() as told}:
            yield question.name, told
        case "Rating", {"rating": int() as told}:
            yield question.name, str(told)
        case "Number", {"number": int() | float() as told}:
            yield question.name, f"{told:g}"
        case "TextArea", {"text": [str() as told, *_]}:
            yield question.name, told
        case (("RectangleLabels" | "Labels"), _):
            yield from _place_told(form, question, value, data)


def _place_told(
    form: Form, question: Question, value: Mapping[str, Any], data: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    names, labels = (_BOX if question.tag == "RectangleLabels" else _PART), value.get(question.tag.lower())
    told: list[Any] = [value.get(name) for name in names]
    if not (isinstance(labels, list) and labels and labels[0] in question.labels):
        return
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in told):
        return
    if form.media_of(question) in ("Text", "HyperText"):
        shown = _starts(str(data.get(form.column_of(question), "")))
        if not all(one in shown for one in told):
            return
        told = [shown.index(one) for one in told]
    yield from ((f"{question.name}.{name}", f"{one:.10g}") for name, one in zip(names, told, strict=True))
    yield f"{question.name}.label", labels[0]
