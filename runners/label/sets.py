"""Sets: answers that say several labels at once, such as those of a multiple choice, or none of them.

A set is a text, a JSON list of its labels in order, so that whatever counts, compares or merges answers takes it for
one answer; here stands what knows better: how far apart two sets are, and how they are merged label by label.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from runners.contract import InputError
from runners.contract.label_sets import labels_in, text_of
from runners.label.answers import Answers, Places, pairs_within
from runners.label.distances import Figures
from runners.label.merging import NOBODYS, Labels, Rule
from runners.label.reliability import MOST_LABELS, Parts
from runners.label.spread import Spread, of_columns

MOST_NAMES = 1000
"""Different labels in all sets: each is merged on its own."""
MOST_COMPARED = 2000
"""Different sets up to which a draw's expected distance is exact; above it is that of its first derivatives."""
_BLOCK = 256
Truths: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Sets:
    """Which labels (columns) each set (rows) has."""

    names: Sequence[str]
    has: Truths


def sets_of(texts: Sequence[str]) -> Sets:
    """Read sets.

    Raises:
        InputError: they have too many different labels.
    """
    sets = [labels_in(text) for text in texts]
    names = sorted({name for labels in sets for name in labels})
    if len(names) > MOST_NAMES:
        what = f"the answers have {len(names):,} different labels, and at most {MOST_NAMES:,} are merged one by one"
        raise InputError(what, "choices", "list the labels that are allowed, or ask for texts")
    known = {name: place for place, name in enumerate(names)}
    has = np.zeros((len(sets), len(names)), np.bool_)
    for row, labels in enumerate(sets):
        has[row, [known[name] for name in labels]] = True
    return Sets(names, has)


class SetDistance:
    """The distance MASI: one less the share of common labels, less where neither set holds the other.

    Passonneau, "Measuring Agreement on Set-valued Items (MASI) for Semantic and Pragmatic Annotation" (2006,
    https://aclanthology.org/L06-1392/): 1 - J * M, where J is the number of labels in both by that in either, and M
    is 1 for equal sets, 2/3 where one holds the other, 1/3 where they overlap otherwise. Two empty sets are equal.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._has = sets_of(texts).has.astype(np.float32)
        self._sizes = self._has.sum(axis=1)
        self._near: tuple[Figures, Figures] | None = None

    def within(self, answers: Answers) -> Figures:
        """Add up, for each example, the distances of all ordered pairs of its sets."""
        sums = np.zeros(len(answers.examples))
        for left, right in pairs_within(answers):
            pairs, pair = np.unique(answers.label[left] * len(self._sizes) + answers.label[right], return_inverse=True)
            apart = self._of_pairs(*np.divmod(pairs, len(self._sizes)))
            sums += np.bincount(answers.example[left], 2 * apart[pair], len(sums))
        return sums

    def among(self, weights: Figures, counts: Any) -> Figures:
        """Add up the distances of all ordered pairs."""
        counts = weights @ counts
        if len(self._sizes) <= MOST_COMPARED:
            return np.asarray((self._away(counts) * counts).sum(axis=1), np.float64)
        if self._near is None:  # the counts as they are come before those of any draw
            self._near = (counts[0], self._away(counts[:1])[0])
        centre, away = self._near
        return np.asarray(2 * (counts @ away) - centre @ away, np.float64)

    def _away(self, counts: Figures) -> Figures:
        """Return, for each row of counts, how far all its sets together are from each set."""
        away = np.zeros(counts.shape)
        everything = np.arange(len(self._sizes))
        for first in range(0, len(everything), _BLOCK):
            rows = everything[first : first + _BLOCK]
            common = self._has[rows] @ self._has.T
            away[:, rows] = counts @ _masi(common, self._sizes[rows][:, None], self._sizes[None, :]).T
        return away

    def _of_pairs(self, left: Places, right: Places) -> Figures:
        apart = np.zeros(len(left))
        for first in range(0, len(left), 2**16):
            one, other = left[first : first + 2**16], right[first : first + 2**16]
            common = (self._has[one] * self._has[other]).sum(axis=1)
            apart[first : first + 2**16] = _masi(common, self._sizes[one], self._sizes[other])
        return apart


def _masi(common: Any, left: Any, right: Any) -> Figures:
    either = left + right - common
    jaccard = np.divide(common, either, out=np.ones(either.shape), where=either > 0)
    smaller, larger = np.minimum(left, right), np.maximum(left, right)
    weight = np.where(common == larger, 1, np.where(common == smaller, 2 / 3, 1 / 3))
    return np.asarray(1 - jaccard * weight, np.float64)


def labels_of_sets(answers: Answers) -> Parts:
    """Return the most frequent labels of sets, each of which is said or isn't."""
    sets = sets_of(answers.labels)
    frequent = np.sort(np.argsort(-(np.bincount(answers.label) @ sets.has), kind="stable")[:MOST_LABELS])
    return Parts([sets.names[place] for place in frequent], sets.has[:, frequent].astype(np.float64))


def merge_by_label(rule: Rule, answers: Answers) -> Labels:
    """Merge each label of sets on its own by a rule, as a question with yes and no.

    An example's confidence is that of its least sure label. Where one is a tie, it has no set.
    """
    sets = sets_of(answers.labels)
    chosen = np.zeros((len(answers.examples), len(sets.names)), np.bool_)
    confidence, is_tied = np.ones(len(chosen)), np.zeros(len(chosen), np.bool_)
    spreads: list[Spread | None] = []
    for column in range(len(sets.names)):
        said = sets.has[:, column].astype(np.int64)[answers.label]
        merged = rule(replace(answers, labels=("no", "yes"), label=said))
        chosen[:, column] = merged.label == 1
        is_tied |= merged.label == NOBODYS
        np.minimum(confidence, merged.confidence, out=confidence)
        spreads.append(merged.spread)
    names, label = _coded(chosen, sets.names)
    spread = of_columns(sets.names, spreads, wanted=1)
    return Labels(tuple(names), np.where(is_tied, NOBODYS, label), confidence, spread).with_names(answers.labels)


def _coded(chosen: Truths, names: Sequence[str]) -> tuple[list[str], Places]:
    """Return the different sets as texts, and the place of each row's set among them."""
    packed = np.packbits(chosen, axis=1)
    _, first, places = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    return [text_of(names[column] for column in np.flatnonzero(chosen[row]).tolist()) for row in first], places.reshape(
        -1
    )
