"""A small gradient-boosted classifier of two classes, on values that are places among few bins.

Trees of a few levels are grown on the gradients of the logistic loss, a level at a time, by the sums of gradients in
each bin (Friedman, 2001, https://doi.org/10.1214/aos/1013203451; Chen & Guestrin, 2016,
https://doi.org/10.1145/2939672.2939785). A library for it takes longer to import than this takes to learn from some
thousand rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Places = np.ndarray[Any, np.dtype[np.uint8]]
Numbers = np.ndarray[Any, np.dtype[np.float64]]

TREES, LEVELS, RATE, FEWEST = 50, 4, 0.1, 20
"""How many trees, of how many splits below each other; how much of each counts, and the fewest rows of a leaf."""


@dataclass(frozen=True, slots=True)
class _Tree:
    """A tree: for each node by its number, from 1 on, which feature is cut above which place; and its leaves."""

    features: Any
    cuts: Any
    leaves: Numbers

    def of(self, rows: Places) -> Numbers:
        """Return what the tree says of rows."""
        node = np.ones(len(rows), dtype=np.int64)
        every = np.arange(len(rows))
        for _ in range(LEVELS):
            node = 2 * node + (rows[every, self.features[node]] > self.cuts[node])
        return self.leaves[node - (1 << LEVELS)]


def learned(rows: Places, labels: Any, bins: int, start: Any = 0.0) -> Sequence[_Tree]:
    """Learn to tell the rows labelled 1 from those labelled 0.

    Args:
        rows: for each row and feature a place among the bins.
        labels: 1 or 0 for each row.
        bins: how many places there are.
        start: how likely each row was held to be a 1 before, as a logarithm, which is bettered; else as many of both.
    """
    score, trees = np.zeros(len(rows)) + start, list[_Tree]()
    keys = np.ascontiguousarray(rows.T, dtype=np.int64) + bins * np.arange(rows.shape[1])[:, None]
    for _ in range(TREES):
        share = 1 / (1 + np.exp(-score))
        tree = _grown(rows, keys, (share - labels, share * (1 - share)), bins)
        trees.append(tree)
        score += tree.of(rows)
    return trees


def told(trees: Sequence[_Tree], rows: Places) -> Numbers:
    """Return for each row how much likelier it is to be a 1 than a 0, as a logarithm."""
    return np.asarray(np.sum([tree.of(rows) for tree in trees], axis=0))


def _grown(rows: Places, keys: Any, losses: tuple[Numbers, Numbers], bins: int) -> _Tree:
    features, cuts = np.zeros(1 << LEVELS, dtype=np.int64), np.full(1 << LEVELS, bins, dtype=np.int64)
    node, every = np.zeros(len(rows), dtype=np.int64), np.arange(len(rows))
    for level in range(LEVELS):
        first, count = 1 << level, 1 << level
        best = _best_cuts(keys, node, losses, (count, rows.shape[1], bins))
        features[first : first + count], cuts[first : first + count] = best
        node = 2 * node + (rows[every, features[first + node]] > cuts[first + node])
    slopes, bends = (np.bincount(node, each, 1 << LEVELS) for each in losses)
    return _Tree(features, cuts, -RATE * slopes / (bends + 1.0))


def _best_cuts(keys: Any, node: Any, sums_of: Sequence[Numbers], shape: tuple[int, int, int]) -> tuple[Any, Any]:
    """Return for each node the feature and the place whose cut gains most; a place beyond all where none gains.

    Args:
        keys: for each feature and row where its bin stands among all.
        node: where each row is.
        sums_of: its first and its second derivative.
        shape: how many nodes, features and bins there are.
    """
    nodes, features, bins = shape
    places = (keys + node * features * bins).ravel()
    weights = (*(np.tile(each, features) for each in sums_of), None)
    sums = [np.bincount(places, each, nodes * features * bins).reshape(shape) for each in weights]
    (slope, bend, rows), wholes = np.cumsum(sums, axis=3), np.sum(sums, axis=3, keepdims=True)
    gain = slope**2 / (bend + 1) + (wholes[0] - slope) ** 2 / (wholes[1] - bend + 1) - wholes[0] ** 2 / (wholes[1] + 1)
    gain[(rows < FEWEST) | (wholes[2] - rows < FEWEST)] = 0.0
    flat = gain.reshape(nodes, -1)
    best = flat.argmax(axis=1)
    found = flat[np.arange(nodes), best] > 1e-9
    return best // bins, np.where(found, best % bins, bins)
