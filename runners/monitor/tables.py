"""The two tables that are compared: the reference and the window, with the same columns in the same kinds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.chunks import size_of
from runners.monitor.columns import Column, Kind, numbers_of, text_of, typed, widened
from runners.monitor.hiding import hidden
from runners.monitor.payloads import Prediction
from runners.monitor.performance import TARGET
from runners.monitor.reference import PREDICTION, PROBABILITY, Reference
from runners.monitor.rows import Rows, Values, factored, listed, objects, rows_of
from runners.monitor.texts import figures, vocabulary

MOST_CHUNKS, FEWEST_ROWS, MOST_ROWS = 40, 5_000, 20_000
"""How much of the reference NannyML gets, which the report says: its estimators take minutes for more."""
MOST_PARTS = 60
"""Chunks that a window is cut into at the most: those of a large window are larger."""
CONFIDENCE = "confidence"
"""The column of the probability of the class that is the likeliest."""
TIME = "setpoint_time"
"""The column of times in the tables of this module, beside features of any name."""
KNOWN_SHARE = 0.25
"""The share of the reference that bins, forests and components are made of; the rest is held out for their limits."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The reference, a sample of it in an order by chance, and the window in the order of time; `size` rows a chunk.

    The reference is `known` and `held_out`, by chance: what is made of the one is held against the other. Beside the
    watched columns they hold the predictions, their probabilities, their time, and the outcomes where they are known;
    so does `former`, of the columns those that make segments alone: the rows before the window whose outcomes may still
    arrive.
    """

    reference: pd.DataFrame
    sample: pd.DataFrame
    known: pd.DataFrame
    held_out: pd.DataFrame
    now: pd.DataFrame
    size: int
    former: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def held_out_sample(self) -> pd.DataFrame:
        """Return no more of the held-out rows than NannyML gets."""
        return self.held_out.head(MOST_ROWS)


def tables_of(reference: Reference, predictions: Sequence[Prediction], *, chunk: int, seed: int) -> Tables:
    """Put the reference and the logged predictions side by side; the outcomes of the window aren't known yet.

    Args:
        reference: the trial's test.
        predictions: the logged rows, at least one.
        chunk: the rows of a chunk that are asked for.
        seed: of the order of the reference's sample.
    """
    rows = rows_of(predictions)
    usual, asked = _with_texts(reference, rows, seed)
    sides = (typed(told, reference.compared, reference.reading) for told in (usual, asked))
    before, now = hidden(reference.compared, reference.reading, *sides)
    before = widened(before.reindex(range(len(usual))) if before.columns.empty else before, _answers_of(reference))
    now = widened(now.reindex(range(len(rows))) if now.columns.empty else now, _answers(reference, rows))
    before, now = (_with_confidence(reference, rows) for rows in (before, now))
    size = size_of(max(chunk, -(-len(now) // MOST_PARTS)), len(now), len(before))
    count = min(len(before), max(FEWEST_ROWS, min(MOST_ROWS, MOST_CHUNKS * size)))
    sample = before.sample(count, random_state=seed, ignore_index=True)
    return Tables(before, sample, *parted(before, seed), now, size)


def outputs_of(reference: Reference, tables: Tables) -> tuple[Column, ...]:
    """Return what the model answers as columns: its prediction, and how sure it is, where the reference tells them."""
    found = () if PREDICTION not in tables.reference else (Column(PREDICTION, _kind_of_answer(reference)),)
    return found + ((Column(CONFIDENCE, "number"),) if CONFIDENCE in tables.reference else ())


def _kind_of_answer(reference: Reference) -> Kind:
    return "category" if reference.task not in ("regression", "binary") else "number"


def _with_confidence(reference: Reference, rows: pd.DataFrame) -> pd.DataFrame:
    """Add the probability of the class that is the likeliest, where no feature has that name."""
    names = list(reference.probabilities)
    if not names or CONFIDENCE in rows:
        return rows
    likeliest = rows[names[0]].to_numpy(float) if len(names) == 1 else rows[names].to_numpy(float).max(1)
    sure = np.maximum(likeliest, 1 - likeliest) if len(names) == 1 else likeliest
    return widened(rows, {CONFIDENCE: sure})


def _with_texts(reference: Reference, told: Rows, seed: int) -> tuple[pd.DataFrame, Mapping[str, Any]]:
    """Add the figures of texts; a word is known that half of the known rows hold, as the others show what is usual."""
    usual, asked = reference.rows, dict(told.columns)
    if not reference.texts:
        return usual, asked
    words = parted(usual, seed)[0].head(round(len(usual) * KNOWN_SHARE / 2))
    for name in reference.texts:
        known = vocabulary(words[name])
        values = listed(asked[name]) if name in asked else [None] * len(told)
        usual = pd.concat(
            [usual.reset_index(drop=True), figures(usual[name].reset_index(drop=True), name, known)], axis=1
        )
        found = figures(pd.Series(values, dtype=object), name, known)
        asked |= {str(figure): found[figure].to_numpy() for figure in found}
    return usual, asked


def parted(rows: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Part rows by chance into those that things are made of, and those that are held out."""
    order = np.random.default_rng(seed).permutation(len(rows))
    count = round(len(rows) * KNOWN_SHARE)
    parts = rows.iloc[order[:count]], rows.iloc[order[count:]]
    for part in parts:
        part.index = pd.RangeIndex(len(part))
    return parts


def with_outcomes(
    tables: Tables, reference: Reference, outcomes: Sequence[Any], former: Sequence[Prediction] = ()
) -> Tables:
    """Add the outcomes of former rows and of the window's, in this order; None where one isn't known."""
    told = _labels(reference, objects(list(outcomes)))
    now = widened(tables.now, {TARGET: told[len(former) :]})
    if not former:
        return replace(tables, now=now)
    rows = rows_of(former)
    earlier = pd.DataFrame(_answers(reference, rows)).assign(**{TARGET: told[: len(former)]})
    return replace(tables, now=now, former=widened(earlier, _apart(reference, rows)))


def _apart(reference: Reference, rows: Rows) -> Mapping[Any, Any]:
    """Return the columns that make segments, of rows before the window."""
    columns, reading = reference.segments, reference.reading
    if not columns:
        return {}
    usual, now = typed(reference.rows, columns, reading), typed(rows.columns, columns, reading)
    now = now.reindex(range(len(rows))) if len(now) < len(rows) else now
    return {str(name): values.array for name, values in hidden(columns, reading, usual, now)[1].items()}


def _answers_of(reference: Reference) -> Mapping[str, Any]:
    rows = reference.rows
    found: dict[str, Any] = {name: rows[name].to_numpy() for name in reference.probabilities}
    if PREDICTION in rows:
        found[PREDICTION] = _labels(reference, rows[PREDICTION])
        if reference.target:
            found[TARGET] = _labels(reference, rows[reference.target])
    return found


def _answers(reference: Reference, rows: Rows) -> Mapping[str, Any]:
    moments = pd.DatetimeIndex(np.asarray(rows.time, np.int64).view("M8[us]")).tz_localize(UTC)
    answers = {PREDICTION: _labels(reference, rows.prediction)} | _probabilities(reference, rows.probability)
    return answers | {TIME: moments.array}


def _probabilities(reference: Reference, told: Values) -> dict[str, Any]:
    """Return the columns of probabilities: of the positive class, or of each class in the order of the signature."""
    if reference.probabilities == (PROBABILITY,):
        return {PROBABILITY: numbers_of(told)}
    if not reference.probabilities:
        return {}
    none = [np.nan] * len(reference.classes)
    listed_ = listed(told)
    wide = np.array([one if isinstance(one, list) and len(one) == len(none) else none for one in listed_], dtype=float)
    return {name: wide[:, at] for at, name in enumerate(reference.probabilities)}


def _labels(reference: Reference, values: Any) -> Any:
    """Return answers as NannyML takes them: numbers, texts of classes, or of two classes 1 for the positive one."""
    if reference.task == "regression":
        return numbers_of(values)
    codes, distinct = factored(values)
    texts = [text_of(value) for value in distinct]
    if reference.task != "binary":
        return objects(texts)[codes] if texts else objects([])
    labels = [np.nan if isinstance(text, float) else float(text == reference.positive) for text in texts]
    return np.array(labels, dtype=float)[codes]
