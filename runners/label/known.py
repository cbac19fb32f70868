"""Known answers to gold questions: read, mixed in among other examples, and held against what annotators said.

Who answers can't tell them apart: a task of theirs looks like any other, has as many slots, and comes at a place
within its stretch of tasks that nobody has chosen.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyarrow import parquet

from runners.contract import InputError
from runners.label.annotators import wilson
from runners.label.matching import Matched
from runners.label.parameters import HeldTo, KnownAnswers
from runners.label.pool import KEY, Row, draw_of
from runners.sources.files import read_files
from runners.sources.parameters import FileSource
from runners.staging import local

LABELS = "labels.parquet"
MOST = 100_000
"""Known answers that are read."""
MOST_TOLD = 20
"""Annotators that the facts name: those with the most answers to gold questions."""


def known_answers(place: KnownAnswers, labels: str | None) -> dict[str, str]:
    """Read the known answers by the text of their example's identifier.

    Args:
        place: where the table is, where it is no version of labels.
        labels: URL of the folder of labels that hold them.

    Raises:
        InputError: there are none, or an example has two.
        SourceUnavailable: they are out of reach.
    """
    found: dict[str, str] = {}
    for name, label in _of_labels(labels) if labels else _of_table(place):
        if found.setdefault(name, label) != label:
            raise InputError(f"{name} has two known answers: {found[name]} and {label}", "gold", "keep one of them")
        if len(found) > MOST:
            raise InputError(f"these are more than {MOST:,} known answers", "gold", "give fewer")
    if not found:
        raise InputError("there are no known answers", "gold", "give some, or leave gold out")
    return found


def _of_labels(url: str) -> Iterator[tuple[str, str]]:
    table = parquet.ParquetFile(local(url) / LABELS)
    if not {"id", "label"} <= set(table.schema_arrow.names):
        raise InputError("these labels aren't single ones", "gold.labels", "name labels whose answer is a label")
    for batch in table.iter_batches(columns=["id", "label"]):
        rows = batch.to_pylist()
        yield from ((str(row["id"]), str(row["label"])) for row in rows if row["label"] is not None)


def _of_table(place: KnownAnswers) -> Iterator[tuple[str, str]]:
    if place.url is None:
        raise InputError("the request has no known answers", "inputs.gold", "give the URL of a folder of labels")
    for batch in read_files(FileSource(url=place.url, format=place.format)).batches:
        if not {"id", "label"} <= set(batch.schema.names):
            there = ", ".join(batch.schema.names[:10])
            raise InputError(f"the table has the columns {there}", "gold.url", "give it the columns id and label")
        for row in batch.select(["id", "label"]).to_pylist():
            if row["id"] not in (None, "") and row["label"] not in (None, ""):
                yield str(row["id"]), str(row["label"])


@dataclass(frozen=True, slots=True)
class Mixed:
    """Rows with gold questions among them: how many there are, and how many the share asks for."""

    rows: Sequence[Row]
    gold: int
    wanted: int


def mixed(rows: Sequence[Row], golds: Sequence[Row], share: float) -> Mixed:
    """Mix gold questions in among rows, spread evenly, each at a place of its stretch that its lot says."""
    wanted = math.ceil(share / (1 - share) * len(rows) - 1e-9)
    taken = sorted(golds, key=lambda row: draw_of(f"gold {row[KEY]}"))[:wanted]
    found: list[Row] = []
    begin = 0
    for number, gold in enumerate(taken):
        end = len(rows) * (number + 1) // len(taken)
        place = begin + int(draw_of(f"place {gold[KEY]}")[:12], 16) % (end - begin + 1)
        found += [*rows[begin:place], gold, *rows[place:end]]
        begin = end
    return Mixed([*found, *rows[begin:]], len(taken), wanted)


@dataclass(frozen=True, slots=True)
class Judged:
    """Answers without those to gold questions, and what these tell of each annotator."""

    matched: Matched
    facts: dict[str, Any] = field(default_factory=dict)


def judged(matched: Matched, known: Mapping[str, str], held: HeldTo) -> Judged:
    """Hold annotators against the known answers, and take the answers to gold questions out.

    An annotator is under the minimum when the 95 % interval of Wilson of the share that is right ends below it: of
    those who are right just so often, 2.5 % are taken for worse. Where the spec leaves them out, none of their answers
    counts.
    """
    answers = matched.answers
    is_gold_example = np.array([str(example) in known for example in answers.examples], np.bool_)
    is_gold = is_gold_example[answers.example]
    figures = _figures(matched, known, is_gold, held.minimum)
    under = sorted(name for name, told in figures.items() if told.get("under"))
    counts = ~is_gold
    if held.leaves_out:
        counts &= ~np.isin(answers.annotator, [answers.annotators.index(name) for name in under])
    busiest = sorted(figures, key=lambda name: (-figures[name]["answers"], name))[:MOST_TOLD]
    facts = {
        "questions": int(is_gold_example.sum()),
        "answers": int(is_gold.sum()),
        "minimum": held.minimum,
        "annotators": {name: figures[name] for name in sorted(busiest)},
        "under": under[:MOST_TOLD],
        "unheld": len(answers.annotators) - len(figures),
        "left_out": int((~is_gold & ~counts).sum()),
    }
    return Judged(_only(matched, counts, known), facts)


def _figures(
    matched: Matched, known: Mapping[str, str], is_gold: NDArray[np.bool_], minimum: float | None
) -> dict[str, dict[str, Any]]:
    answers, found = matched.answers, dict[str, list[int]]()
    for row in np.flatnonzero(is_gold).tolist():
        right = answers.labels[answers.label[row]] == known[str(answers.examples[answers.example[row]])]
        counts = found.setdefault(answers.annotators[answers.annotator[row]], [0, 0])
        counts[0] += 1
        counts[1] += right
    told = {}
    for name, (count, right) in sorted(found.items()):
        interval = wilson(right, count)
        figures = {"answers": count, "right": right, "accuracy": round(right / count, 6), "interval": interval}
        is_under = minimum is not None and interval is not None and interval[1] < minimum
        told[name] = figures | ({"under": True} if is_under else {})
    return told


def _only(matched: Matched, counts: NDArray[np.bool_], known: Collection[str]) -> Matched:
    """Return what was said but for some rows; truths and clashes of gold examples go with them."""
    return replace(
        matched,
        answers=matched.answers.where(counts),
        truths={example: label for example, label in matched.truths.items() if str(example) not in known},
        clashes=tuple(name for name in matched.clashes if name not in known),
        is_truth=None if matched.is_truth is None else matched.is_truth[counts],
    )
