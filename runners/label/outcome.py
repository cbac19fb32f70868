"""The outcome: merged labels as a table, and the list of those in dispute."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from runners.label.answers import Answers, Places
from runners.label.kinds import Kind
from runners.label.merging import NOBODYS, Labels
from runners.label.spread import Spread
from runners.tables.columns import plain
from runners.tables.content import content_of_table, with_reading

CHANCES = "chances"


def table_of(
    answers: Answers, merged: Labels, is_used: NDArray[np.bool_], kind: Kind, dispute_below: float = 0.0
) -> Any:
    """Return the labels as a table, ids typed as in the dataset; a row without a label trains nothing.

    The column `label` holds texts; of sets it is `labels`, lists of texts, and of regions `regions`, lists of them.
    `chances` tells how probable labels are, where that is known.
    """
    ids = plain(pa.array(list(answers.examples))) if answers.examples else pa.array([], pa.string())
    votes = answers.votes()
    said, label = _texts(answers.labels, answers.label), _texts(merged.names, merged.label, where=is_used)
    if kind.arrow is not None:
        said, label = _told(said, kind), _told(label, kind)
    each = pa.StructArray.from_arrays([_texts(answers.annotators, answers.annotator), said], ["annotator", "answer"])
    ends = np.concatenate([[0], np.cumsum(votes)]).astype(np.int32)
    columns = {
        "id": ids,
        kind.column: label,
        "confidence": pa.array(merged.confidence, pa.float64()),
        "disputed": pa.array(_disputed(merged, dispute_below)),
        "votes": pa.array(votes, pa.int64()),
        "answers": pa.ListArray.from_arrays(pa.array(ends), each),
    }
    return pa.table(columns if merged.spread is None else {**columns, CHANCES: _spread(merged.spread, len(merged))})


def _disputed(merged: Labels, below: float) -> NDArray[np.bool_]:
    return np.asarray((merged.label == NOBODYS) | (merged.confidence < below), np.bool_)


def _spread(spread: Spread, rows: int) -> Any:
    """Return how probable labels are as a column of lists."""
    each = pa.StructArray.from_arrays(
        [_texts(spread.names, spread.label), pa.array(spread.chance, pa.float64())], ["label", "chance"]
    )
    ends = np.concatenate([[0], np.cumsum(np.bincount(spread.example, minlength=rows))]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(ends), each)


def content_of(merged: Labels, is_used: NDArray[np.bool_], table: Any) -> str:
    """Return the digest of what is learned from: ids, labels, confidences, disputes, and how probable labels are."""
    label = _texts(merged.names, merged.label, where=is_used)
    names = ("id", "confidence", "disputed")
    content = content_of_table(pa.table({table.column_names[1]: label, **{name: table[name] for name in names}}))
    if merged.spread is None:
        return content
    spread = merged.spread
    rows = {"example": spread.example, "label": _texts(spread.names, spread.label), "chance": spread.chance}
    return with_reading(content, {CHANCES: content_of_table(pa.table(rows))})


def _texts(names: Sequence[str], places: Places, where: NDArray[np.bool_] | None = None) -> Any:
    """Return the names at some places, null where they don't count."""
    return pa.array(names, pa.string()).take(pa.array(places, pa.int64(), mask=None if where is None else ~where))


def _told(texts: Any, kind: Kind) -> Any:
    """Return answers as what their texts stand for; null stays null."""
    coded = texts.dictionary_encode()
    return pa.array([kind.value(text) for text in coded.dictionary.to_pylist()], kind.arrow).take(coded.indices)


def disputes_of(answers: Answers, merged: Labels, below: float, kind: Kind) -> list[dict[str, Any]]:
    """List the examples whose confidence is too low or that are ties, the most disputed first."""
    said = np.bincount(answers.tally().example, minlength=len(merged))
    places = np.flatnonzero(_disputed(merged, below)).tolist()
    places.sort(key=lambda place: (merged.confidence[place], -said[place], str(answers.examples[place])))
    return [_dispute(answers, merged, place, kind) for place in places]


def _dispute(answers: Answers, merged: Labels, place: int, kind: Kind) -> dict[str, Any]:
    """Tell what was said of an example; where an answer has several labels, also those on which annotators differ."""
    example, label, given = answers.examples[place], merged.label[place], answers.of(place)
    told = {
        "id": example if isinstance(example, int) else str(example),
        kind.column: None if label == NOBODYS else kind.value(merged.names[label]),
        "confidence": float(merged.confidence[place]),
        "answers": {name: kind.value(text) for name, text in given.items()},
    }
    if kind.arrow is None:
        return told
    said: list[set[str]] = [set(kind.labels_in(text)) for text in given.values()]
    return told | {"differ": sorted(set[str]().union(*said) - set[str].intersection(*said))}
