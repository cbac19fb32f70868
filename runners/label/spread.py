"""The spread: how probable each label is for each example, as far as its answers tell; what is learned from softly.

By count it is the shares of the votes, by the other rules the posterior distribution. Of sets each label is probable on
its own, so that an example's don't add up to one. What is hardly probable is left out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.label.answers import Answers, Places

LEAST = 5e-4
"""The least probability that is told."""


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """How probable labels are for examples: a row for each label that is, in the order of the examples.

    Attributes:
        names: what is probable.
        example: place of each row's example.
        label: place of each row's label in `names`.
        chance: from 0 to 1.
    """

    names: tuple[str, ...]
    example: Places
    label: Places
    chance: NDArray[np.float64]

    def held_to(
        self, answers: Answers, truths: Mapping[Any, str], labels_in: Callable[[str], Iterable[str]]
    ) -> "Spread":
        """Take the ground truth's labels, and no others, for sure where an example has one."""
        known = {place: truths[name] for place, name in enumerate(answers.examples) if name in truths} if truths else {}
        if not known:
            return self
        sure = [(place, label) for place, text in known.items() for label in labels_in(text)]
        names = tuple(dict.fromkeys([*self.names, *(label for _, label in sure)]))
        at = {name: place for place, name in enumerate(names)}
        others = ~np.isin(self.example, list(known))
        example = np.concatenate([self.example[others], np.array([place for place, _ in sure], np.int64)])
        label = np.concatenate([self.label[others], np.array([at[name] for _, name in sure], np.int64)])
        chance = np.concatenate([self.chance[others], np.ones(len(sure))])
        order = np.lexsort((label, example))
        return Spread(names, example[order], label[order], chance[order])


def spread_of(names: Sequence[str], chances: NDArray[np.float64]) -> Spread:
    """Return the spread of probabilities [examples, names]."""
    example, label = np.nonzero(chances >= LEAST)
    return Spread(tuple(names), example, label, np.round(chances[example, label], 6))


def of_columns(names: Sequence[str], columns: Iterable[Spread | None], wanted: int) -> Spread:
    """Return the spread of labels that were each merged as a question, by the answer that says they are there.

    Args:
        names: the labels.
        columns: the spread of each one's answers.
        wanted: the place of the answer in these.
    """
    rows: list[tuple[Places, Places, NDArray[np.float64]]] = []
    for place, one in enumerate(columns):
        if one is not None:
            is_so = one.label == wanted
            rows.append((one.example[is_so], np.full(int(is_so.sum()), place), one.chance[is_so]))
    if not rows:
        return Spread(tuple(names), np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    example, label, chance = (np.concatenate(each) for each in zip(*rows, strict=True))
    order = np.lexsort((label, example))
    return Spread(tuple(names), example[order], label[order], chance[order])
