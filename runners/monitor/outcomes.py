"""The true outcomes, as they arrive later in life: read as the dataset was, kept for the rows that are asked about.

An outcome that is none of the model's classes is refused, never counted as a wrong answer.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
from pyarrow import compute as pc

from runners.contract import InputError
from runners.monitor.parameters import Outcomes
from runners.sources import read
from runners.tables import Reading
from runners.tables.columns import arrow_of, convert, text_of

SHOWN = 5
"""Values that a message names."""


@dataclass(slots=True)
class Known:
    """The outcomes that are known, by the text of their row's identifier, and what a reader must know of them."""

    by_name: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_outcomes(outcomes: Outcomes, reading: Reading, wanted: Collection[str | None]) -> Known:
    """Return the outcomes of the rows that are wanted; the last of several counts, and a blank is none.

    Args:
        outcomes: a query or files that give the columns of the identifier and of the target, and what their values
            stand for.
        reading: how the model's dataset read its columns; it names the identifier and the target.
        wanted: identifiers of rows, as `reading.texts` writes them.

    Raises:
        InputError: the source is wrong, has no such columns, or holds what is no outcome of this model.
        SourceUnavailable: it is out of reach.
    """
    identifier, target = str(reading.identifier), str(reading.target)
    named = _named(outcomes.classes or {}, reading, target)
    own, spelled = outcomes.spellings, reading.spellings
    spelled = replace(own, blanks=spelled.blanks, truths=spelled.truths)
    reading = replace(reading, spellings=spelled)
    asked, known = {name for name in wanted if name is not None}, Known()
    strangers: dict[str, None] = {}
    seen: list[str] = []
    for batch in read(outcomes).batches:
        for name in (identifier, target):
            _check(name, batch.schema.names)
        names = reading.texts(identifier, batch.column(identifier))
        places = pa.array([place for place, name in enumerate(names) if name in asked], pa.int64())
        seen += _texts(batch.column(identifier))[: SHOWN + 1 - len(seen)] if len(seen) <= SHOWN else []
        foreign = batch.column(target).take(places)
        told = _texts(foreign)
        values = reading.classes(target, [named.get(text, text) for text in told] if named else foreign)
        strangers |= dict.fromkeys(text for text, odd in zip(told, values.misfits.to_pylist(), strict=True) if odd)
        pairs = zip(places.to_pylist(), values.listed, strict=True)
        known.by_name |= {str(names[place]): value for place, value in pairs if value is not None}
    if strangers:
        raise _no_classes(sorted(strangers), reading, target)
    if seen and not known.by_name:
        known.notes.append(_unjoined(seen, sorted(asked), reading))
    return known


def _texts(values: Any) -> list[Any]:
    """Return foreign values as they are spelled, without blanks around them; None where one is missing."""
    texts = convert(arrow_of(values), "string")[0]
    return list(pc.utf8_trim_whitespace(texts).to_pylist())


def _named(classes: Mapping[str, Any], reading: Reading, target: str) -> dict[str, str | None]:
    """Return the model's class, as text, by the text that stands for it in the outcomes.

    Raises:
        InputError: one stands for something that is no class of the model.
    """
    named = {text.strip(): text_of(stands_for) for text, stands_for in classes.items()}
    misfits = reading.classes(target, list(named.values())).misfits.to_pylist()
    for text, is_misfit in zip(named, misfits, strict=True):
        if is_misfit:
            what = f"outcomes.classes says that {text} is {named[text]}; {_model_knows(reading, target)}"
            raise InputError(what, f"outcomes.classes.{text}", "name a class of the model, words such as no in quotes")
    return named


def _no_classes(strangers: list[str], reading: Reading, target: str) -> InputError:
    what = f"outcomes hold {reading.shown(target, strangers, SHOWN)}; {_model_knows(reading, target)}"
    first = strangers[0] if target not in reading.sensitive else "value"
    fix = f'correct the outcomes, or say what they stand for: outcomes.classes: {{"{first}": a class of the model, …}}'
    return InputError(what, "outcomes.classes", fix)


def _model_knows(reading: Reading, target: str) -> str:
    column = reading.columns[target]
    if not column.categories:
        return f"{target} is of the type {column.type}"
    return f"the model knows {reading.shown(target, [text_of(value) for value in column.categories], 2 * SHOWN)}"


def _unjoined(seen: list[str], asked: list[str], reading: Reading) -> str:
    name = str(reading.identifier)
    if not asked:
        return f"No logged row tells its identifier {name}: outcomes can't be joined. Send it with each request."
    theirs, ours = reading.shown(name, seen, SHOWN), reading.shown(name, asked, SHOWN)
    return f"No identifier of the outcomes ({name}: {theirs}) is one of those looked for ({ours}): none is joined."


def _check(name: str, names: Collection[str]) -> None:
    if name not in names:
        what = f"the outcomes have no column {name}; they have {', '.join(names)}"
        raise InputError(what, "outcomes", f"let the query or the files give {name}")
