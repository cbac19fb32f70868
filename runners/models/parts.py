"""The parts of a row that its explanation tells apart: columns, the words of a text, the patches of a picture.

They are parts of the tensors of the model's file, so that what is asked about needs no reading of a request again.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.models.signature import Signature

Array = NDArray[Any]
PATCHES = 4
"""Patches along each side of a picture."""
MOST_WORDS = 16
"""Words of a text that are told apart; of more, so many in a row are taken together."""
_WORD = re.compile(r"^\s*\S+\s*|\S+\s*")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a row: the place of its column, and which words of a text it is; those of a picture are in order."""

    column: int
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row in parts. `owners` are the places of the parts that values of tensors belong to, by tensor."""

    tensors: Mapping[str, Array]
    parts: tuple[Part, ...]
    owners: Mapping[str, Array]
    texts: Mapping[str, tuple[int, tuple[str, ...]]]
    """The first part and the words of each tensor that is one text."""

    @property
    def columns(self) -> Array:
        """Return the place of each part's column."""
        return np.array([part.column for part in self.parts], np.int64)

    def taken(self, sets: Array, background: Mapping[str, Array], rows: Array) -> dict[str, Array]:
        """Return tensors in which the parts of sets [m, parts] are this row's, and the others the background's [m]."""
        found = {}
        for name, own in self.tensors.items():
            if name in self.texts:
                found[name] = _spoken(sets, *self.texts[name])
            else:
                found[name] = np.where(sets[:, self.owners[name]], own, background[name][rows])
        return found

    def differing(self, background: Mapping[str, Array]) -> Array:
        """Tell of which parts a value is another than in some row of the background; the others add nothing."""
        differs = np.zeros(len(self.parts), np.bool_)
        for name, own in self.tensors.items():
            if name in self.texts:
                first, words = self.texts[name]
                differs[first : first + len(words)] = True
                continue
            others = background[name]
            is_other = own != others
            if own.dtype.kind == "f":
                is_other &= ~(np.isnan(own) & np.isnan(others))
            differs[self.owners[name][is_other.any(axis=0)]] = True
        return differs


def in_parts(signature: Signature, tensors: Mapping[str, Array], row: int, texts: Sequence[str] = ()) -> Row:
    """Return a row of tensors in its parts, of columns in the order of the signature."""
    one = {name: array[row : row + 1] for name, array in tensors.items()}
    of = {tensor.columns[0]: tensor.name for tensor in signature.tensors if len(tensor.columns) == 1}
    parts: list[Part] = []
    owned: dict[str, Array] = {}
    spoken: dict[str, tuple[int, tuple[str, ...]]] = {}
    for place, given in enumerate(signature.inputs):
        first = len(parts)
        if given.width != 1:
            owned[given.name] = first + patches_of(signature, given.width)
            parts += [Part(place)] * (int(owned[given.name].max()) + 1 - first)
        elif given.name in texts and given.name in of:
            words = words_of(str(one[of[given.name]][0, 0]))
            parts += [Part(place, word) for word in words]
            spoken[of[given.name]] = (first, words)
            owned[given.name] = np.array([first])
        else:
            parts.append(Part(place))
            owned[given.name] = np.array([first])
    owners = {tensor.name: np.concatenate([owned[c] for c in tensor.columns]) for tensor in signature.tensors}
    return Row(one, tuple(parts), owners, spoken)


def patches_of(signature: Signature, width: int) -> Array:
    """Return the patch of each value of a picture, by channel, row and column; one for all where it is no picture."""
    told = signature.image or {}
    height, across = int(told.get("height") or 0), int(told.get("width") or 0)
    if not height or not across or width % (height * across):
        return np.zeros(width, np.int64)
    down, right = (np.arange(size) * min(PATCHES, size) // size for size in (height, across))
    plane = down[:, None] * min(PATCHES, across) + right[None, :]
    return np.tile(plane.ravel(), width // (height * across))


def words_of(text: str) -> tuple[str, ...]:
    """Return a text's words with the space about them, so many in a row together that there are few parts."""
    words = _WORD.findall(text)
    each = max(1, -(-len(words) // MOST_WORDS))
    return tuple("".join(words[start : start + each]) for start in range(0, len(words), each))


def _spoken(sets: Array, first: int, words: tuple[str, ...]) -> Array:
    """Return a text for each set, of the words that are in it."""
    if not words:
        return np.full((len(sets), 1), "", np.object_)
    has = sets[:, first : first + len(words)]
    known, places = np.unique(has, axis=0, return_inverse=True)
    texts = np.empty(len(known), np.object_)
    texts[:] = ["".join(word for word, is_in in zip(words, row, strict=True) if is_in) for row in known.tolist()]
    found: Array = texts[places.reshape(-1)].reshape(-1, 1)
    return found
