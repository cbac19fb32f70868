"""Answers as columns: what each annotator said of each example, one row an answer.

A million answers as objects of their own are gigabytes and seconds of collections; as places in lists of names they are
three arrays of numbers, which rules of merging and measures of agreement count without a loop.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]
"""Places in lists, one for each row."""


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What was said of examples. Each annotator has said one thing of an example, at most.

    Rows are in the order of `example`, then of `annotator`; every example, annotator and label has one at least.

    Attributes:
        examples: ids of the examples, in the dataset's order.
        annotators: names of the annotators, sorted.
        labels: what was said, sorted, each once.
        example: place of each row's example in `examples`.
        annotator: place of each row's annotator in `annotators`.
        label: place of each row's label in `labels`.
    """

    examples: Sequence[Any]
    annotators: Sequence[str]
    labels: Sequence[str]
    example: Places
    annotator: Places
    label: Places

    def __len__(self) -> int:
        """Count the answers."""
        return len(self.example)

    def votes(self) -> Places:
        """Return how many answers each example has."""
        return np.bincount(self.example, minlength=len(self.examples))

    def tally(self) -> "Tally":
        """Count the answers to each example by what they say."""
        keys, votes = np.unique(self.example * len(self.labels) + self.label, return_counts=True)
        return Tally(*np.divmod(keys, max(len(self.labels), 1)), votes)

    def where(self, rows: NDArray[np.bool_]) -> "Answers":
        """Return the answers of some rows."""
        places = np.stack([self.example[rows], self.annotator[rows], self.label[rows]])
        return answers_of(self.examples, self.annotators, self.labels, places)

    def of(self, example: int) -> Mapping[str, str]:
        """Return what each annotator said of the example at a place."""
        first, end = np.searchsorted(self.example, [example, example + 1])
        return {self.annotators[self.annotator[row]]: self.labels[self.label[row]] for row in range(first, end)}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many votes a label has for an example, in the order of the examples, then of the labels."""

    example: Places
    label: Places
    votes: Places


def answers_of(examples: Sequence[Any], annotators: Sequence[str], labels: Sequence[str], places: Places) -> Answers:
    """Return rows in any order as answers: sorted, without the names that no row has.

    Args:
        examples: ids in the dataset's order.
        annotators: names in any order, the same one perhaps twice.
        labels: labels in any order, the same one perhaps twice.
        places: each row's places in these three, of the shape (3, rows).
    """
    example, annotator, label = places
    who, annotator = _named(annotators, annotator)
    said, label = _named(labels, label)
    used, example = np.unique(example, return_inverse=True)
    order = np.lexsort((annotator, example))
    return Answers([examples[place] for place in used], who, said, example[order], annotator[order], label[order])


def _named(names: Sequence[str], places: Places) -> tuple[Sequence[str], Places]:
    """Return the names that rows have, sorted and each once, and the rows' places among them."""
    used, compact = np.unique(places, return_inverse=True)
    kept = sorted({names[place] for place in used})
    known = {name: place for place, name in enumerate(kept)}
    moved = np.array([known[names[place]] for place in used], np.int64)
    return kept, moved[compact] if len(used) else np.zeros(0, np.int64)


def pairs_within(answers: Answers) -> Iterator[tuple[Places, Places]]:
    """Yield the rows of every two answers to the same example, so far apart in its rows at a time.

    The row of the annotator that sorts first is in the first array.
    """
    most = int(answers.votes().max(initial=0))
    for apart in range(1, most):
        left = np.flatnonzero(answers.example[:-apart] == answers.example[apart:])
        yield left, left + apart
