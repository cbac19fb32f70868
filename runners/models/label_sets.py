"""Sets of labels as matrices of truths, of which a model answers one row for each example."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.contract.label_sets import labels_in, text_of
from runners.contract.mistakes import shown

Array = NDArray[Any]


def texts_of(has: Array, names: Sequence[Any]) -> Array:
    """Return sets, told as a matrix [N, names] of truths, as texts."""
    patterns, places = np.unique(np.asarray(has, np.bool_), axis=0, return_inverse=True)
    texts = np.empty(len(patterns), np.object_)
    texts[:] = [text_of(str(names[place]) for place in np.flatnonzero(row).tolist()) for row in patterns]
    found: Array = texts[places.reshape(-1)]
    return found


def has_of(texts: Iterable[str], names: Sequence[Any]) -> Array:
    """Return sets as a matrix [N, names], 1 where the set has the name.

    Raises:
        ValueError: a text is no set, or has a name that is none of these.
    """
    places, read = {str(name): place for place, name in enumerate(names)}, dict[str, list[int]]()
    listed = list(texts)
    for text in dict.fromkeys(listed):
        labels = labels_in(text)
        if strangers := [label for label in labels if label not in places]:
            raise ValueError(f"{shown(strangers[0])} is none of the labels {', '.join(map(str, names))}")
        read[text] = [places[label] for label in labels]
    has = np.zeros((len(listed), len(names)), np.int64)
    for row, text in enumerate(listed):
        has[row, read[text]] = 1
    return has
