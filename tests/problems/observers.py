"""Labels by Dawid and Skene (1979): every observer's errors and the true labels, estimated together; in NumPy alone."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

MOST_STEPS, MOVED, LEAST = 200, 1e-7, 1e-10
"""Steps at the most; the move of a chance under which they end; the smallest chance of an answer."""
Array = Any


def posteriors(answers: Mapping[Any, Mapping[str, str]]) -> tuple[list[str], list[Array]]:
    """Return the labels, and the posteriors [examples, labels] of the step at which the estimation ends.

    Its neighbours stand beside it, as rounding may decide about the last step.
    """
    labels = sorted({label for said in answers.values() for label in said.values()})
    people = sorted({person for said in answers.values() for person in said})
    told = np.zeros((len(people), len(answers), len(labels)))
    for row, said in enumerate(answers.values()):
        for person, label in said.items():
            told[people.index(person), row, labels.index(label)] = 1
    steps = list(_steps(told))
    moves = [float(np.abs(after - before).max()) for before, after in pairwise(steps)]
    end = next((place for place, move in enumerate(moves[:MOST_STEPS], 1) if move < MOVED), MOST_STEPS)
    return labels, steps[end - 1 : end + 2]


def _steps(told: Array) -> Iterator[Array]:
    """Yield the shares of votes, then each step's posteriors."""
    votes = told.sum(axis=0)
    chances = votes / votes.sum(axis=1, keepdims=True)
    yield chances
    for _ in range(MOST_STEPS + 1):
        chances = _expected(told, chances.mean(axis=0), _errors(told, chances))
        yield chances


def _errors(told: Array, chances: Array) -> Array:
    """Return the chance [people, answer, truth] that a person gives an answer, where another one is true."""
    counts = np.einsum("pel,et->plt", told, chances)
    given = told.any(axis=1)[:, :, None]
    counts = np.where(given, _safe(counts), 0)
    return _safe(counts / counts.sum(axis=1, keepdims=True))


def _expected(told: Array, shares: Array, errors: Array) -> Array:
    logs = np.log(_safe(shares)) + np.einsum("pel,plt->et", told, np.log(errors))
    raised = np.exp(logs - logs.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def _safe(values: Array) -> Array:
    return np.maximum(values, LEAST)


def likeliest(labels: Sequence[str], chances: Sequence[float]) -> tuple[set[str | None], float]:
    """Return which labels may be told of an example, None where several are as likely, and the confidence."""
    best = max(chances)
    near = [label for label, chance in zip(labels, chances, strict=True) if best - chance < TIE]
    sure = [label for label, chance in zip(labels, chances, strict=True) if best - chance < TIE / 100]
    told: set[str | None] = {None} if len(near) > 1 else set()
    return told | ({sure[0]} if len(sure) == 1 else set()), best


TIE = 1e-5
"""Chances nearer than a hundredth of this are equal, those farther apart aren't; between, both may be said."""
