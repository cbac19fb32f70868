"""The outcome: merged labels as a table, and the list of those in dispute."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from runners.label.answers import Answers, Places
from runners.label.merging import NOBODYS, Labels
from runners.label.sets import labels_in, lists_of
from runners.tables.columns import plain
from runners.tables.content import content_of_table


def table_of(answers: Answers, merged: Labels, is_used: NDArray[np.bool_], *, has_sets: bool) -> Any:
    """Return the labels as a table, ids typed as in the dataset; a row without a label trains nothing.

    The column `label` holds texts; where answers are sets, `labels` holds lists of texts instead.
    """
    ids = plain(pa.array(list(answers.examples))) if answers.examples else pa.array([], pa.string())
    votes = answers.votes()
    said, label = _texts(answers.labels, answers.label), _texts(merged.names, merged.label, where=is_used)
    if has_sets:
        said, label = lists_of(said), lists_of(label)
    each = pa.StructArray.from_arrays([_texts(answers.annotators, answers.annotator), said], ["annotator", "answer"])
    ends = np.concatenate([[0], np.cumsum(votes)]).astype(np.int32)
    return pa.table(
        {
            "id": ids,
            "labels" if has_sets else "label": label,
            "confidence": pa.array(merged.confidence, pa.float64()),
            "votes": pa.array(votes, pa.int64()),
            "answers": pa.ListArray.from_arrays(pa.array(ends), each),
        }
    )


def content_of(merged: Labels, is_used: NDArray[np.bool_], table: Any) -> str:
    """Return the digest of the labels alone: of their ids, texts and confidences."""
    label = _texts(merged.names, merged.label, where=is_used)
    name = table.column_names[1]
    return content_of_table(pa.table({"id": table["id"], name: label, "confidence": table["confidence"]}))


def _texts(names: Sequence[str], places: Places, where: NDArray[np.bool_] | None = None) -> Any:
    """Return the names at some places, null where they don't count."""
    return pa.array(names, pa.string()).take(pa.array(places, pa.int64(), mask=None if where is None else ~where))


def disputes_of(answers: Answers, merged: Labels, below: float, *, has_sets: bool) -> list[dict[str, Any]]:
    """List the examples whose confidence is too low or that are ties, the most disputed first."""
    said = np.bincount(answers.tally().example, minlength=len(merged))
    places = np.flatnonzero((merged.label == NOBODYS) | (merged.confidence < below)).tolist()
    places.sort(key=lambda place: (merged.confidence[place], -said[place], str(answers.examples[place])))
    return [(_dispute_of_sets if has_sets else _dispute)(answers, merged, place) for place in places]


def _dispute(answers: Answers, merged: Labels, place: int) -> dict[str, Any]:
    example, label = answers.examples[place], merged.label[place]
    return {
        "id": example if isinstance(example, int) else str(example),
        "label": None if label == NOBODYS else merged.names[label],
        "confidence": float(merged.confidence[place]),
        "answers": answers.of(place),
    }


def _dispute_of_sets(answers: Answers, merged: Labels, place: int) -> dict[str, Any]:
    """Tell which labels the annotators differ on, too."""
    told = _dispute(answers, merged, place)
    text = told.pop("label")
    said = {name: labels_in(answer) for name, answer in told["answers"].items()}
    union, common = set().union(*said.values()), set.intersection(*map(set, said.values()))
    return told | {
        "labels": None if text is None else labels_in(text),
        "differ": sorted(union - common),
        "answers": said,
    }
