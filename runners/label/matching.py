"""Matching: which example of the dataset each answer is of, and which answers are the truth."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from runners.label.examples import Examples
from runners.label.exports import Answer
from runners.label.merging import Answers
from runners.label.scales import Scale, weakest


@dataclass(frozen=True, slots=True)
class Matched:
    """What was said of each example, in the dataset's order.

    `truths` are the labels that are marked as the ground truth, by example; `clashes` the examples that have several,
    `strays` the tasks that show no example.
    """

    answers: Answers
    truths: Mapping[Any, str] = field(default_factory=dict)
    clashes: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()
    scale: Scale = "nominal"


def match(given: Iterable[Answer], examples: Examples) -> Matched:
    """Bring answers to their examples. Of one annotator's answers to one example, the last counts."""
    found: dict[Any, dict[str, Answer]] = {}
    truths: dict[Any, dict[str, None]] = {}
    strays: dict[str, None] = {}
    ordered = sorted(given, key=lambda answer: answer.given)
    for answer in ordered:
        example = examples.find(answer.data)
        if example is None:
            strays[answer.task] = None
            continue
        found.setdefault(example, {})[answer.annotator] = answer
        if answer.is_truth:
            truths.setdefault(example, {})[answer.label] = None
    return Matched(
        {
            example: {who: answer.label for who, answer in found[example].items()}
            for example in examples.by_text.values()
            if example in found
        },
        {example: next(iter(labels)) for example, labels in truths.items() if len(labels) == 1},
        tuple(sorted(str(example) for example, labels in truths.items() if len(labels) > 1)),
        tuple(sorted(strays)),
        weakest(answer.scale for answer in ordered),
    )
