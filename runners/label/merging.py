"""Merging: from several annotators' answers to one label for each example, with how sure it is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

Answers = Mapping[Any, Mapping[str, str]]
"""What each annotator said of each example: labels by annotator, by the example's id."""

ITERATIONS = 100
EQUAL = 1e-6
"""Probabilities nearer than this are equal: confidence is told to as many digits."""


class Merged(NamedTuple):
    """An example's label, None where several are equally likely, and its confidence from 0 to 1."""

    label: str | None
    confidence: float


class Rule(Protocol):
    """A rule of merging."""

    def __call__(self, answers: Answers) -> dict[Any, Merged]:
        """Merge the answers to every example; each has one at least."""


def by_majority(answers: Answers) -> dict[Any, Merged]:
    """Take the most frequent answer; its confidence is its share of the votes. Where two are, there is no label."""
    merged = {}
    for example, given in answers.items():
        (label, most), *others = Counter(given.values()).most_common(2)
        is_tie = any(votes == most for _, votes in others)
        merged[example] = Merged(None if is_tie else label, round(most / len(given), 6))
    return merged


def by_dawid_skene(answers: Answers) -> dict[Any, Merged]:
    """Estimate the labels and every annotator's errors together; confidence is the label's posterior probability.

    Where two labels are equally probable, there is none.

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
    labels = sorted(chances.columns)
    chances = chances[labels].sort_index()
    return {
        order[number]: _likeliest(labels, row)
        for number, row in zip(chances.index.tolist(), chances.to_numpy().tolist(), strict=True)
    }


def _likeliest(labels: Sequence[str], chances: Sequence[float]) -> Merged:
    best = max(chances)
    likely = [label for label, chance in zip(labels, chances, strict=True) if best - chance < EQUAL]
    return Merged(str(likely[0]) if len(likely) == 1 else None, round(best, 6))


RULES: Mapping[str, Rule] = MappingProxyType({"majority": by_majority, "dawid-skene": by_dawid_skene})
"""The rules by their names in a spec."""
