"""Merging: from several annotators' answers to one label for each example, with how sure it is."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from runners.label.answers import Answers, Places
from runners.label.spread import Spread, spread_of

Chances = NDArray[np.float64]
"""The probability of each label (columns) for each example (rows)."""

ITERATIONS = 200
"""Steps of Dawid and Skene's estimation, at most; it ends where no probability moves by `MOVED`."""
MOVED = 1e-7
EQUAL = 1e-6
"""Probabilities nearer than this are equal: confidence is told to as many digits."""
_LEAST = 1e-10
"""The least probability of an error that is estimated: none is impossible for having been seen nowhere."""
NOBODYS = -1
"""The place of the label where several are equally likely."""


class Merged(NamedTuple):
    """An example's label, None where several are equally likely, and its confidence from 0 to 1."""

    label: str | None
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """The merged labels of answered examples, in their order: places in `names`, and confidences from 0 to 1.

    `spread` tells how probable every label is, where a rule knows.
    """

    names: tuple[str, ...]
    label: Places
    confidence: NDArray[np.float64]
    spread: Spread | None = None

    def __len__(self) -> int:
        """Count the examples."""
        return len(self.label)

    def __iter__(self) -> Iterator[Merged]:
        """Yield what was merged for each example."""
        for place, confidence in zip(self.label.tolist(), self.confidence.tolist(), strict=True):
            yield Merged(None if place == NOBODYS else self.names[place], confidence)

    def confirms(self, answers: Answers) -> NDArray[np.bool_]:
        """Tell of each answer whether it says what was merged."""
        known = {name: place for place, name in enumerate(self.names)}
        places = np.array([known[label] for label in answers.labels], np.int64)
        is_so: NDArray[np.bool_] = places[answers.label] == self.label[answers.example]
        return is_so

    def with_names(self, names: Iterable[str]) -> "Labels":
        """Return the same labels, with these among the names too."""
        return replace(self, names=tuple(dict.fromkeys([*self.names, *names])))

    def held_to(
        self,
        answers: Answers,
        truths: Mapping[Any, str],
        labels_in: Callable[[str], Iterable[str]] = lambda label: (label,),
    ) -> "Labels":
        """Take the ground truth for the label of each example that has one."""
        names = self.with_names(truths.values()).names
        known = {name: place for place, name in enumerate(names)}
        label, confidence = self.label.copy(), self.confidence.copy()
        for place, example in enumerate(answers.examples) if truths else ():
            if example in truths:
                label[place], confidence[place] = known[truths[example]], 1.0
        spread = self.spread and self.spread.held_to(answers, truths, labels_in)
        return Labels(names, label, confidence, spread)


class Rule(Protocol):
    """A rule of merging."""

    def __call__(self, answers: Answers) -> Labels:
        """Merge the answers to every example."""


def by_majority(answers: Answers) -> Labels:
    """Take the most frequent answer; its confidence is its share of the votes. Where two are, there is no label."""
    tally = answers.tally()
    most = np.zeros(len(answers.examples), np.int64)
    np.maximum.at(most, tally.example, tally.votes)
    leads = tally.votes == most[tally.example]
    label = np.full(len(most), NOBODYS, np.int64)
    label[tally.example[leads]] = tally.label[leads]
    label[np.bincount(tally.example[leads], minlength=len(most)) > 1] = NOBODYS
    votes = answers.votes()
    shares = np.round(tally.votes / votes[tally.example], 6)
    spread = Spread(tuple(answers.labels), tally.example, tally.label, shares)
    return Labels(tuple(answers.labels), label, np.round(most / votes, 6), spread)


def by_dawid_skene(answers: Answers) -> Labels:
    """Estimate the labels and every annotator's errors together; confidence is the label's posterior probability.

    Where two labels are equally probable, there is none.

    Dawid & Skene, "Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm" (1979,
    https://doi.org/10.2307/2346806), from the shares of votes until no probability moves any more.
    """
    if not len(answers):
        return by_majority(answers)
    chances, step = shares_of(answers), _step(answers)
    for _ in range(ITERATIONS):
        former, chances = chances, step(chances)
        if np.abs(chances - former).max() < MOVED:
            break
    return likeliest(answers.labels, chances)


def likeliest(labels: Sequence[str], chances: Chances) -> Labels:
    """Take the most probable label of each example; where two are equally so, there is none."""
    best = chances.max(axis=1)
    likely = best[:, None] - chances < EQUAL
    label = np.where(likely.sum(axis=1) == 1, chances.argmax(axis=1), NOBODYS)
    return Labels(tuple(labels), label, np.round(best, 6), spread_of(labels, chances))


def shares_of(answers: Answers) -> Chances:
    """Return the share of votes of each label (columns) for each example (rows)."""
    tally = answers.tally()
    shares = np.zeros((len(answers.examples), len(answers.labels)))
    shares[tally.example, tally.label] = tally.votes / answers.votes()[tally.example]
    return shares


def _step(answers: Answers) -> Callable[[Chances], Chances]:
    """Return the step of the estimation: from probabilities of the labels (columns) for each example (rows) to better.

    It sums over all answers to an example, or of an annotator who said the same: products with a sparse matrix.
    """
    from scipy import sparse

    labels = len(answers.labels)
    sayings, saying = np.unique(answers.annotator * labels + answers.label, return_inverse=True)
    shape = (len(answers.examples), len(sayings))
    given = sparse.csr_array((np.ones(len(saying)), (answers.example, saying)), shape=shape)
    by_saying = given.T.tocsr()
    speaker = sayings // max(labels, 1)
    first = np.searchsorted(speaker, np.arange(len(answers.annotators)))

    def step(chances: Chances) -> Chances:
        errors = np.maximum(by_saying @ chances, _LEAST)
        errors /= np.add.reduceat(errors, first)[speaker]
        logs = given @ np.log(errors)
        logs += np.log(np.maximum(chances.mean(axis=0), _LEAST))
        better: Chances = np.exp(logs - logs.max(axis=1, keepdims=True))
        better /= better.sum(axis=1, keepdims=True)
        return better

    return step
