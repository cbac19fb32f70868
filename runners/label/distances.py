"""Distances: how far apart two answers are, summed over all pairs of an example's answers and of all answers.

Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011). Distances of ranks and of numbers are squared, so
that their sums over all pairs are variances: time and memory grow with the answers, not with the distinct ones.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from runners.label.answers import Answers, Places

Figures: TypeAlias = NDArray[np.float64]


class Distance(Protocol):
    """A distance of answers; each sum is over ordered pairs, so that every two answers count twice."""

    def within(self, answers: Answers) -> Figures:
        """Return, for each example, the sum over the pairs of its answers."""

    def among(self, weights: Figures, counts: Any) -> Figures:
        """Return, for each row of weights of the examples, the sum over the pairs of all answers.

        Args:
            weights: how often each example (columns) counts.
            counts: how often each label (columns) is said of each example (rows), a sparse matrix.
        """


class Unlike:
    """Any two different labels are equally far apart."""

    def within(self, answers: Answers) -> Figures:
        """Count, for each example, the ordered pairs of different labels."""
        tally = answers.tally()
        alike = np.bincount(tally.example, tally.votes.astype(float) ** 2, len(answers.examples))
        unlike: Figures = answers.votes().astype(np.float64) ** 2 - alike
        return unlike

    def among(self, weights: Figures, counts: Any) -> Figures:
        """Count the ordered pairs of different labels."""
        said = weights @ counts
        unlike: Figures = said.sum(axis=1) ** 2 - (said**2).sum(axis=1)
        return unlike


UNLIKE = Unlike()


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """The squared difference of the numbers that labels stand for, in the order of the labels."""

    values: Figures

    def within(self, answers: Answers) -> Figures:
        """Add up, for each example, the squared differences of all ordered pairs of its numbers."""
        given, counts = self.values[answers.label], answers.votes()
        away = given - (np.bincount(answers.example, given) / counts)[answers.example]
        return np.asarray(2 * counts * np.bincount(answers.example, away**2), np.float64)

    def among(self, weights: Figures, counts: Any) -> Figures:
        """Add up the squared differences of all ordered pairs, by sums of the numbers and of their squares."""
        said = counts.sum(axis=0)
        away = self.values - said @ self.values / max(said.sum(), 1)  # from the mean, so that no digits are lost
        sums = weights @ np.column_stack([counts.sum(axis=1), counts @ away, counts @ away**2])
        return np.asarray(2 * (sums[:, 0] * sums[:, 2] - sums[:, 1] ** 2), np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Ranks:
    """The squared difference of ranks among all answers; equal ones share the mean of theirs."""

    values: Figures

    def given(self, counts: Figures) -> Numbers:
        """Return the ranks as numbers, where there are so many answers of each label."""
        _, level = np.unique(self.values, return_inverse=True)
        each = np.bincount(level, counts)
        return Numbers((np.cumsum(each) - (each - 1) / 2)[level])

    def within(self, answers: Answers) -> Figures:
        """Return the sums by the ranks among these answers."""
        return self.given(_counts(answers)).within(answers)

    def among(self, weights: Figures, counts: Any) -> Figures:
        """Return the sums, each by its own ranks."""
        return np.array([float(self.given(row @ counts).among(row[None, :], counts)[0]) for row in weights])


def distance_of(labels: Iterable[str], values: Mapping[str, float] | None, *, by_rank: bool = False) -> Distance:
    """Return the distance of labels that stand for numbers, or for none.

    Args:
        labels: the labels, in their order.
        values: the numbers that they stand for; left out, any two different labels are equally far apart.
        by_rank: whether ranks count, not differences.
    """
    if values is None:
        return UNLIKE
    given = np.array([values[label] for label in labels], np.float64)
    return Ranks(given) if by_rank else Numbers(given)


def _counts(answers: Answers) -> Figures:
    return np.bincount(answers.label, minlength=len(answers.labels)).astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Examples of which each stands for several: those whose answers say the same, whoever gave them.

    Of a million answers there are few such patterns, unless each is a number of its own.
    """

    answers: Answers
    stands_for: Places

    def counts(self) -> Any:
        """Return how often each label (columns) is said of each example (rows), as a sparse matrix."""
        from scipy import sparse

        tally = self.answers.tally()
        shape = (len(self.answers.examples), len(self.answers.labels))
        return sparse.csr_array((tally.votes.astype(np.float64), (tally.example, tally.label)), shape=shape)


def sample_of(answers: Answers) -> Sample:
    """Bring examples with the same answers together, by a hash of 64 bits."""
    if not len(answers):
        return Sample(answers, np.zeros(0, np.int64))
    codes = np.random.default_rng(0).integers(0, 2**64, len(answers.labels), np.uint64)
    sums = np.concatenate([[np.uint64(0)], np.cumsum(codes[answers.label], dtype=np.uint64)])
    ends = np.cumsum(answers.votes())
    hashes = sums[ends] - sums[ends - answers.votes()]  # modulo 2 ** 64, whatever was added before
    _, first, units = np.unique(hashes, return_index=True, return_counts=True)
    is_first = np.zeros(len(ends), np.bool_)
    is_first[first] = True
    return Sample(answers.where(is_first[answers.example]), units[np.argsort(first)])
