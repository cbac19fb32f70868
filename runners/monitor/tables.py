"""The two tables that are compared: the reference and the window, with the same columns in the same kinds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.chunks import size_of
from runners.monitor.columns import text_of, typed
from runners.monitor.payloads import Prediction
from runners.monitor.performance import TARGET
from runners.monitor.reference import PREDICTION, PROBABILITY, Reference

MOST_CHUNKS, FEWEST_ROWS, MOST_ROWS = 40, 5_000, 20_000
"""How much of the reference is cut into chunks: more would take time and tell nothing new."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The reference, a sample of it in an order by chance, and the window in the order of time; `size` rows a chunk.

    Beside the watched columns they hold the predictions, their probabilities, and the outcomes where they are known.
    """

    reference: pd.DataFrame
    sample: pd.DataFrame
    now: pd.DataFrame
    size: int


def tables_of(reference: Reference, predictions: Sequence[Prediction], *, chunk: int, seed: int) -> Tables:
    """Put the reference and the logged predictions side by side; the outcomes of the window aren't known yet.

    Args:
        reference: the trial's test.
        predictions: the logged rows, at least one.
        chunk: the rows of a chunk that are asked for.
        seed: of the order of the reference's sample.
    """
    before = typed(reference.rows, reference.columns, reference.reading).assign(**_answers_of(reference))
    now = typed(pd.DataFrame([one.row for one in predictions]), reference.columns, reference.reading)
    now = now.assign(**_answers(reference, predictions))
    size = size_of(chunk, len(now), len(before))
    rows = min(len(before), max(FEWEST_ROWS, min(MOST_ROWS, MOST_CHUNKS * size)))
    return Tables(before, before.sample(rows, random_state=seed, ignore_index=True), now, size)


def with_outcomes(tables: Tables, reference: Reference, outcomes: Sequence[Any]) -> Tables:
    """Add the outcomes of the window's rows; None where one isn't known."""
    told = _labels(reference, pd.Series(list(outcomes), dtype=object))
    return Tables(tables.reference, tables.sample, tables.now.assign(**{TARGET: told}), tables.size)


def _answers_of(reference: Reference) -> Mapping[str, Any]:
    rows = reference.rows
    found: dict[str, Any] = {name: rows[name].to_numpy() for name in reference.probabilities}
    if PREDICTION in rows:
        found[PREDICTION] = _labels(reference, rows[PREDICTION])
        if reference.target:
            found[TARGET] = _labels(reference, rows[reference.target])
    return found


def _answers(reference: Reference, predictions: Sequence[Prediction]) -> Mapping[str, Any]:
    answers = pd.Series([one.prediction for one in predictions], dtype=object)
    return {PREDICTION: _labels(reference, answers)} | _probabilities(reference, [p.probability for p in predictions])


def _probabilities(reference: Reference, told: Sequence[Any]) -> dict[str, Any]:
    """Return the columns of probabilities: of the positive class, or of each class in the order of the signature."""
    if reference.probabilities == (PROBABILITY,):
        return {PROBABILITY: pd.to_numeric(pd.Series(told, dtype=object), errors="coerce").to_numpy(float)}
    none = [np.nan] * len(reference.classes)
    wide = np.array([one if isinstance(one, list) and len(one) == len(none) else none for one in told], dtype=float)
    return {name: wide[:, at] for at, name in enumerate(reference.probabilities)}


def _labels(reference: Reference, values: "pd.Series[Any]") -> Any:
    """Return answers as NannyML takes them: numbers, texts of classes, or of two classes 1 for the positive one."""
    if reference.task == "regression":
        return pd.to_numeric(values, errors="coerce").to_numpy(float)
    texts = values.map({value: text_of(value) for value in values.unique()}).astype(object)
    if reference.task != "binary":
        return texts.to_numpy()
    return texts.eq(reference.positive).astype(float).mask(texts.isna()).to_numpy()
