"""Matching: which example of the dataset each answer is of, and which answers are the truth."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.label.answers import Answers, Places, answers_of
from runners.label.examples import Examples
from runners.label.questions import Answer, Answered
from runners.label.scales import Scale, weakest


@dataclass(frozen=True, slots=True)
class Matched:
    """What was said of each example.

    `truths` are the labels that are marked as the ground truth, by example; `clashes` the examples that have several,
    `strays` the tasks that show no example. `is_truth` tells which answers are marked; where none is, it is left out.
    """

    answers: Answers
    truths: Mapping[Any, str] = field(default_factory=dict)
    clashes: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()
    scale: Scale = "nominal"
    is_truth: NDArray[np.bool_] | None = None


class _Places(dict[Any, int]):
    """The place of each thing in the order in which it was first asked for."""

    def __missing__(self, key: Any) -> int:
        self[key] = len(self)
        return self[key]


@dataclass(slots=True)
class _Rows:
    """The answers so far, column by column, and what they name."""

    people: _Places = field(default_factory=_Places)
    labels: _Places = field(default_factory=_Places)
    example: list[int] = field(default_factory=list)
    annotator: list[int] = field(default_factory=list)
    label: list[int] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    is_truth: list[bool] = field(default_factory=list)

    def add(self, place: int, source: str, answer: Answer) -> None:
        """Take in an answer to the example at a place; `source` names the file that tells of it."""
        self.example.append(place)
        self.annotator.append(self.people[source, answer.annotator])
        self.label.append(self.labels[answer.label])
        self.given.append(answer.given)
        self.is_truth.append(answer.is_truth)

    def answers(self, examples: Sequence[Any]) -> tuple[Answers, NDArray[np.bool_] | None]:
        """Return what counts, and which of it is marked as the truth: of one's answers to one example, the last."""
        people, labels = names_of(list(self.people)), list(self.labels)
        known = {name: place for place, name in enumerate(dict.fromkeys(people))}
        same = np.array([known[name] for name in people], np.int64)
        example, label = np.array(self.example, np.int64), np.array(self.label, np.int64)
        annotator = same[np.array(self.annotator, np.int64)] if people else example
        last = _last(example * max(len(known), 1) + annotator, self.given)
        counted = answers_of(examples, list(known), labels, np.stack([example, annotator, label])[:, last])
        if not any(self.is_truth):
            return counted, None
        places = np.stack([example, annotator, np.array(self.is_truth, np.int64)])[:, last]
        marks = answers_of(examples, list(known), ("", "truth"), places)  # in the same order
        return counted, np.array([mark == "truth" for mark in marks.labels])[marks.label]


def match(given: Iterable[Answered], examples: Examples) -> Matched:
    """Bring answers to their examples, in the dataset's order. Of one annotator's answers to one, the last counts."""
    rows = _Rows()
    truths: dict[int, set[str]] = defaultdict(set)
    strays: set[str] = set()
    scales: set[Scale] = set()
    for task in given:
        place = examples.find(task.data)
        scales.update(answer.scale for answer in task.answers)
        if place is None:
            strays.add(task.name)
            continue
        for answer in task.answers:
            rows.add(place, task.source, answer)
            if answer.is_truth:
                truths[place].add(answer.label)
    answers, is_truth = rows.answers(examples.ids)
    return Matched(
        answers,
        {examples.ids[place]: next(iter(labels)) for place, labels in truths.items() if len(labels) == 1},
        tuple(sorted(str(examples.ids[place]) for place, labels in truths.items() if len(labels) > 1)),
        tuple(sorted(strays)),
        weakest(scales),
        is_truth,
    )


def names_of(people: Sequence[tuple[str, str]]) -> list[str]:
    """Return the names of annotators, who are told by their file's name and by what that calls them.

    Where several files tell of one and the same annotator (each person had a Label Studio of their own, where everybody
    is user 1), the names of the files tell them apart, with their folders where those alone differ.
    """
    files, names = {PurePosixPath(file) for file, _ in people}, {name for _, name in people}
    if len(files) == 1 or len(names) > 1:
        return [name for _, name in people]
    is_stem_enough = len({file.stem for file in files}) == len(files)
    return [PurePosixPath(file).stem if is_stem_enough else file for file, _ in people]


def _last(keys: Places, given: Sequence[str]) -> Places:
    """Return, for each key, the row that was given last; of several at one time, the last row."""
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.diff(keys[order], prepend=-1))
    ends = np.append(starts[1:], len(order))
    last = order[ends - 1] if len(order) else order
    for at in np.flatnonzero(ends - starts > 1).tolist():
        rows = order[starts[at] : ends[at]].tolist()
        last[at] = max(rows, key=lambda row: (given[row], row))
    return last
