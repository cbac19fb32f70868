"""The kinds of answers: one label or a set of labels, each with how it is read, compared and merged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from runners.label.annotators import LabelsIn
from runners.label.answers import Answers
from runners.label.distances import Distance, distance_of
from runners.label.matching import Matched
from runners.label.merging import RULES, Labels
from runners.label.parameters import Parameters
from runners.label.reliability import Parts, each_label
from runners.label.scales import values_of
from runners.label.sets import SetDistance, labels_in, labels_of_sets, merge_by_label


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of answers of a kind: their distance, the labels within, the rule that merges them."""

    distance_name: str
    distance: Callable[[Sequence[str]], Distance]
    parts: Callable[[Answers], Parts] | None
    labels_in: LabelsIn
    merge: Callable[[Answers], Labels]
    has_sets: bool = False


def kind_of(params: Parameters, matched: Matched) -> Kind:
    """Return the kind of answers that the parameters tell.

    Raises:
        InputError: an answer has no place on the scale of agreement.
    """
    rule = RULES[params.merge]
    if params.answer == "labels":
        merge = merge_by_label
        return Kind("masi", SetDistance, labels_of_sets, labels_in, lambda answers: merge(rule, answers), has_sets=True)
    scale = params.agreement.scale or matched.scale
    values = values_of(matched.answers.labels, scale, params.choices)
    return Kind(
        scale,
        lambda labels: distance_of(labels, values, by_rank=scale == "ordinal"),
        each_label if scale == "nominal" else None,
        lambda label: [label],
        rule,
    )
