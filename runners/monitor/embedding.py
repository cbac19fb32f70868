"""Texts as points: hashed words by how rare they are, seen from the directions in which known texts vary most.

That is latent semantic analysis (Deerwester et al., 1990) of hashed words (Weinberger et al., 2009,
https://arxiv.org/abs/0902.2206). It is fit on some of the model's test rows, which stand beside the model, so that
nothing else is to be stored; no model of a language is needed, and none is fetched.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from scipy import sparse

BUCKETS, DIMENSIONS = 2**12, 16
"""Places that words are hashed to, and directions of the points."""
LONGEST = 4_000
"""Characters of a text that are looked at."""
_STEPS, _MORE, _WORD, _WITHOUT_SPACES = 4, 8, re.compile(r"\w+"), "\u2e80"


@dataclass(frozen=True, slots=True)
class Embedding:
    """How much each word counts, and the directions; shapes [buckets] and [buckets, dimensions]."""

    weights: Any
    directions: Any

    def points(self, texts: Sequence[str]) -> Any:
        """Return the points of texts: along each direction, and how much of a text lies along none of them."""
        rows = _weighted(_counted(texts), self.weights)
        along = np.asarray(rows @ self.directions)
        beside = np.sqrt(np.clip(1.0 - (along**2).sum(axis=1), 0.0, 1.0))
        return np.column_stack([along, beside])


def embedding(texts: Sequence[str]) -> Embedding:
    """Return the directions in which some texts vary most; the same texts give the same ones."""
    counts = _counted(texts)
    held = np.bincount(counts.indices, minlength=BUCKETS)
    weights = np.log((1 + len(texts)) / (1 + held)) + 1
    rows = _weighted(counts, weights)
    found = np.random.default_rng(0).normal(size=(BUCKETS, DIMENSIONS + _MORE))
    for _ in range(_STEPS):  # a randomised singular value decomposition (Halko et al., 2011)
        found = np.linalg.qr(rows.T @ (rows @ found))[0]
    _, _, turned = np.linalg.svd(rows @ found, full_matrices=False)
    return Embedding(weights, (found @ turned.T)[:, :DIMENSIONS])


def words_of(text: str) -> Iterator[str]:
    """Yield the words of a text; of scripts without spaces, each two signs that follow each other."""
    for word in _WORD.findall(text[:LONGEST].lower()):
        if word[0] < _WITHOUT_SPACES or len(word) < 3:
            yield word
        else:
            yield from (word[at : at + 2] for at in range(len(word) - 1))


def _counted(texts: Sequence[str]) -> Any:
    """Count the words of each text by their places."""
    place: dict[str, int] = {}
    indices: list[int] = []
    ends = [0]
    for text in texts:
        for word in words_of(text):
            if word not in place:
                place[word] = crc32(word.encode("utf-8", "replace")) % BUCKETS
            indices.append(place[word])
        ends.append(len(indices))
    counts = sparse.csr_matrix((np.ones(len(indices)), indices, ends), shape=(len(texts), BUCKETS))
    counts.sum_duplicates()
    return counts


def _weighted(counts: Any, weights: Any) -> Any:
    """Return counts as weights, of texts that are all as long; a word that comes twice counts little more."""
    rows = counts.copy()
    rows.data = (1 + np.log(rows.data)) * weights[rows.indices]
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return sparse.diags(1 / np.where(lengths > 0, lengths, 1.0)) @ rows
