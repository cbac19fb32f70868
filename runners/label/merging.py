"""Merging: from several annotators' answers to one label for each example, with how sure it is."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

Answers = Mapping[Any, Mapping[str, str]]
"""What each annotator said of each example: labels by annotator, by the example's id."""

ITERATIONS = 100


class Merged(NamedTuple):
    """An example's label, and its confidence from 0 to 1."""

    label: str
    confidence: float


class Rule(Protocol):
    """A rule of merging."""

    def __call__(self, answers: Answers) -> dict[Any, Merged]:
        """Merge the answers to every example; each has one at least."""


def by_majority(answers: Answers) -> dict[Any, Merged]:
    """Take the most frequent answer; its confidence is its share of the votes.

    Of equally frequent ones, the one that is more frequent over all examples, then the first in order.
    """
    overall = Counter(label for given in answers.values() for label in given.values())
    merged = {}
    for example, given in answers.items():
        votes = Counter(given.values())
        label = min(votes, key=lambda choice: (-votes[choice], -overall[choice], choice))
        merged[example] = Merged(label, round(votes[label] / len(given), 6))
    return merged


def by_dawid_skene(answers: Answers) -> dict[Any, Merged]:
    """Estimate the labels and every annotator's errors together; confidence is the label's posterior probability.

    Dawid & Skene, "Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm" (1979,
    https://doi.org/10.2307/2346806), as crowd-kit implements it.
    """
    import pandas as pd
    from crowdkit.aggregation import DawidSkene

    order = list(answers)
    rows = [
        (number, annotator, label)
        for number, example in enumerate(order)
        for annotator, label in sorted(answers[example].items())
    ]
    model = DawidSkene(n_iter=ITERATIONS).fit(pd.DataFrame(rows, columns=["task", "worker", "label"]))
    chances = model.probas_
    assert chances is not None  # it was fitted on the line before
    chances = chances[sorted(chances.columns)]
    best = chances.idxmax(axis="columns")
    return {
        order[int(number)]: Merged(str(best.loc[number]), round(float(chances.loc[number].max()), 6))
        for number in sorted(chances.index)
    }


RULES: Mapping[str, Rule] = MappingProxyType({"majority": by_majority, "dawid-skene": by_dawid_skene})
"""The rules by their names in a spec."""
