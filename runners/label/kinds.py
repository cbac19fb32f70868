"""The kinds of answers: a label, a set of labels, regions or a text, and how each is compared and merged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pyarrow as pa

from runners.contract.label_sets import labels_in
from runners.label import annotators, pairwise, rankings, regions, sets
from runners.label.agreement import pairs_of
from runners.label.annotators import LabelsIn
from runners.label.answers import Answers
from runners.label.comparisons import Compared, apart
from runners.label.distances import Distance, distance_of
from runners.label.marks import marking_of
from runners.label.matching import Matched
from runners.label.merging import Labels
from runners.label.pairwise import Likeness
from runners.label.parameters import Parameters
from runners.label.regional import SHAPES, Regional
from runners.label.reliability import Parts, each_label
from runners.label.rules import RULES
from runners.label.scales import values_of
from runners.label.texts import likeness_of, merge_texts, words_in

Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of answers of a kind.

    Attributes:
        distance_name: what the distance is called.
        distance: makes the distance of answers, given as their texts.
        merge: merges the answers to each example.
        annotators: returns the figures of each annotator.
        pairs: compares each two annotators.
        parts: returns the labels that have an alpha of their own.
        labels_in: returns the labels that an answer's text says.
        column: what merged answers are called.
        value: returns what an answer's text stands for.
        arrow: the type of that; None of plain texts.
        score: what tells how like the merged answers an annotator's are; empty where that is a share, `accuracy`.
    """

    distance_name: str
    distance: Callable[[Sequence[str]], Distance]
    merge: Callable[[Answers], Labels]
    annotators: Callable[[Matched, Labels], dict[str, dict[str, Any]]]
    pairs: Callable[[Answers], list[dict[str, Any]]] = pairs_of
    parts: Callable[[Answers], Parts] | None = None
    labels_in: LabelsIn = lambda label: (label,)
    column: str = "label"
    value: Callable[[str], Any] = str
    arrow: Any = None
    score: str = ""


def kind_of(params: Parameters, matched: Matched, compared: Compared | None = None) -> Kind:
    """Return the kind of answers that the parameters tell.

    Args:
        params: what an answer is, and how several are merged.
        matched: the answers.
        compared: the things of each pair, where answers compare two.

    Raises:
        InputError: an answer has no place on the scale of agreement.
    """
    if params.answer == "labels":
        return _sets(params)
    if (marking := marking_of(params.answer)) is not None:
        return _regions(SHAPES[marking])
    if params.answer == "text":
        return _compared("words", Likeness("likeness", likeness_of, words_in), merge_texts, "text")
    if params.answer == "comparison":
        merge = compared.merge if compared and params.merge == "bradley-terry" else RULES[params.merge]
        return Kind("comparison", apart, merge, _held, parts=each_label)
    if params.answer == "ranking":
        return replace(
            _compared(
                "kendall",
                Likeness("likeness", rankings.likeness_of, rankings.ranked_in),
                rankings.merge_rankings,
                "ranking",
            ),
            value=rankings.ranked_in,
            arrow=pa.list_(pa.string()),
        )
    scale = params.agreement.scale or matched.scale
    values = values_of(matched.answers.labels, scale, params.choices)
    return Kind(
        scale,
        lambda labels: distance_of(labels, values, by_rank=scale == "ordinal"),
        RULES[params.merge],
        _held,
        parts=each_label if scale == "nominal" else None,
    )


def _held(matched: Matched, merged: Labels) -> dict[str, dict[str, Any]]:
    return annotators.annotators_of(matched.answers, merged, matched.truths, matched.is_truth)


def _sets(params: Parameters) -> Kind:
    return Kind(
        "masi",
        sets.SetDistance,
        partial(sets.merge_by_label, RULES[params.merge]),
        _held,
        parts=sets.labels_of_sets,
        labels_in=labels_in,
        column="labels",
        value=labels_in,
        arrow=pa.list_(pa.string()),
    )


def _compared(name: str, likeness: Likeness, merge: Callable[[Answers], Labels], column: str) -> Kind:
    """Return a kind of which two answers are more or less alike."""
    return Kind(
        name,
        partial(pairwise.PairDistance, likeness),
        merge,
        lambda matched, merged: pairwise.annotators_of(
            matched.answers, merged, likeness, matched.truths, matched.is_truth
        ),
        pairs=partial(pairwise.pairs_of, likeness=likeness),
        labels_in=lambda _: (),
        column=column,
        score=likeness.name,
    )


def _regions(shape: Regional) -> Kind:
    likeness = Likeness("f1", shape.f1, regions.regions_in)
    return replace(
        _compared(shape.distance_name, likeness, partial(regions.merge_regions, shape.merge), "regions"),
        labels_in=regions.labels_in,
        value=lambda text: [{"label": one.label, **shape.tell(one)} for one in regions.regions_in(text)],
        arrow=pa.list_(pa.struct([("label", pa.string()), *shape.fields])),
    )
