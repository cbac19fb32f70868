"""Joint targets: several labels at once, each of which a row has or hasn't; a model answers each one's probability."""

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.contract import InputError
from runners.contract.label_sets import labels_in, text_of
from runners.contract.mistakes import shown
from runners.train.examples import Examples
from runners.train.soft import duplicated

Array = NDArray[Any]
MOST_LABELS = 200
"""Labels of a joint target: each has a model of its own."""
FEWEST = 10
"""Rows that have a label, and rows that haven't, from which on its threshold is chosen."""
USUAL = 0.5
SIDES = 3
"""Rows that have a label, and rows that lack it, at least: one to train on, one to rank by, one to judge by."""


def labels_of(truth: Array, name: str) -> tuple[str, ...]:
    """Return the labels of a target of sets, in order.

    Raises:
        InputError: the target holds no sets, or a label can't be learned: hardly any row has it, or lacks it.
    """
    counts = Counter(label for labels in _sets(truth, name) for label in set(labels))
    if not counts:
        raise InputError(f"every set of {name} is empty", name, "there is nothing to learn")
    if len(counts) > MOST_LABELS:
        what = f"{name} has {len(counts)} labels, and at most {MOST_LABELS} are learned at once"
        raise InputError(what, name, "predict one of them, such as labels.cat, or merge rare ones")
    for label, count in sorted(counts.items()):
        if min(count, len(truth) - count) < SIDES:
            word = f"has {shown(label)}" if count < SIDES else f"lacks {shown(label)}"
            what = f"{min(count, len(truth) - count)} of {len(truth):,} rows {word}"
            raise InputError(what, name, f"collect {SIDES} at least, one for each side of the split, or drop the label")
    return tuple(sorted(counts))


def _sets(truth: Array, name: str) -> list[list[str]]:
    try:
        return [labels_in(text) for text in truth.tolist()]
    except (ValueError, TypeError) as error:
        fix = "predict `labels`, with labels whose answers are sets"
        raise InputError(f"the target {name} holds no sets of labels", name, fix) from error


def sets_as_texts(lists: list[Any]) -> Array:
    """Return sets as a column of texts; None stays."""
    texts = np.empty(len(lists), np.object_)
    texts[:] = [None if labels is None else text_of(labels) for labels in lists]
    return texts


def strata_of(has: Array) -> Array:
    """Return, for each row, the label by which it is dealt out: its rarest; rows without any come last.

    So a rare label is on each side: Sechidis, Tsoumakas & Vlahavas, "On the Stratification of Multi-label Data" (2011,
    https://doi.org/10.1007/978-3-642-23808-6_10), begin with the rarest, too.
    """
    order = np.argsort(has.sum(axis=0), kind="stable")
    ranked = has[:, order] > 0
    return np.asarray(np.where(ranked.any(axis=1), ranked.argmax(axis=1), has.shape[1]))


def unlearned(examples: Examples) -> str:
    """Say which class these rows can't teach; empty where there is none."""
    codes = examples.codes
    if not examples.is_joint:
        absent = set(range(len(examples.classes))) - set(np.unique(codes).tolist())
        return f"no row to train on is of the class {examples.classes[min(absent)]}" if absent else ""
    counts = codes.sum(axis=0)
    for place, name in enumerate(examples.classes):
        if counts[place] in (0, len(examples)):
            return f"{'no' if not counts[place] else 'every'} row to train on has the label {name}"
    return ""


def fit_each(model: Any, matrix: Any, train: Examples) -> None:
    """Fit a `OneVsRestClassifier`, whose own way to fit takes no weights: an estimator for each label."""
    from sklearn.base import clone
    from sklearn.preprocessing import LabelBinarizer

    has, fitted = train.codes, []
    for place in range(has.shape[1]):
        rows, codes, weights = np.arange(len(train)), has[:, place], train.weights
        if train.soft is not None:
            chance = train.soft[:, place]
            rows, codes, weights = duplicated(np.column_stack([1 - chance, chance]), train.weights)
        one = clone(model.estimator)
        told = {} if weights is None else {"sample_weight": weights}
        fitted.append(
            one.fit(matrix if len(rows) == len(train) and train.soft is None else matrix[rows], codes, **told)
        )
    model.estimators_, model.n_features_in_ = fitted, matrix.shape[1]
    model.label_binarizer_ = LabelBinarizer(sparse_output=True).fit(has)
    model.classes_ = model.label_binarizer_.classes_


def thresholds_of(has: Array, scores: Array) -> tuple[float, ...]:
    """Return, for each label, from which probability on it is answered: where F1 is best on these rows.

    A label of which there are too few rows with it, or without, has the usual one.
    """
    return tuple(_threshold(has[:, place], scores[:, place]) for place in range(has.shape[1]))


def _threshold(has: Array, scores: Array) -> float:
    positive = int(has.sum())
    if min(positive, len(has) - positive) < FEWEST:
        return USUAL
    levels = np.unique(scores)
    cuts = np.append((levels[1:] + levels[:-1]) / 2, USUAL)
    order = np.argsort(-scores, kind="stable")
    hits = np.concatenate([[0], np.cumsum(has[order])])
    chosen = np.searchsorted(-scores[order], -cuts, side="right")
    f1 = 2 * hits[chosen] / (chosen + positive)
    best = np.flatnonzero(f1 >= f1.max() - 1e-12)
    return float(cuts[best[np.argmin(np.abs(cuts[best] - USUAL))]])
