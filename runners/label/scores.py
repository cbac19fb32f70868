"""Scores: what a served model says of each example, and how sure it is. Pure functions over its answers.

Figures are rounded, so that the same model says the same of the same row wherever it runs.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

SCORES = "scores.parquet"
DIGITS = 6
_FIGURES = ("confidence", "entropy", "margin")
_SCHEMA = pa.schema([*((name, pa.string()) for name in ("id", "label")), *((name, pa.float64()) for name in _FIGURES)])


@dataclass(frozen=True, slots=True)
class Score:
    """What a model says of an example: a label, and where it tells probabilities how sure it is.

    `confidence` is the largest of its probabilities, `entropy` theirs as a share of the most that it could be, and
    `margin` how far the second one is below the first.
    """

    label: str
    confidence: float | None = None
    entropy: float | None = None
    margin: float | None = None


def scores_in(outputs: Mapping[str, Sequence[Any]], rows: int) -> list[Score]:
    """Read what a model answers of so many rows, by the names of its outputs.

    Raises:
        ValueError: it is no answer about each of them.
    """
    said = outputs.get("prediction")
    if said is None or len(said) != rows:
        raise ValueError(f"{0 if said is None else len(said)} predictions came for {rows} rows")
    one, many = outputs.get("predicted_probability"), outputs.get("probabilities")
    if many is not None and rows and len(many) % rows == 0:
        width = len(many) // rows
        chances = [[float(value) for value in many[row * width : (row + 1) * width]] for row in range(rows)]
    elif one is not None and len(one) == rows:
        chances = [[float(value), 1.0 - float(value)] for value in one]
    else:
        return [Score(label_of(value)) for value in said]
    return [_score(label_of(value), row) for value, row in zip(said, chances, strict=True)]


def label_of(value: Any) -> str:
    """Return a predicted class as labels write it."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _score(label: str, chances: Sequence[float]) -> Score:
    if len(chances) < 2 or not all(math.isfinite(chance) and -1e-6 <= chance <= 1 + 1e-6 for chance in chances):
        raise ValueError("its probabilities are none")
    first, second = sorted(chances, reverse=True)[:2]
    spread = -sum(chance * math.log(chance) for chance in chances if chance > 0) / math.log(len(chances))
    return Score(label, round(first, DIGITS), round(spread, DIGITS) + 0.0, round(first - second, DIGITS))


def write_scores(folder: Path, scores: Mapping[str, Score]) -> None:
    """Write scores by the text of their example's identifier."""
    rows = [
        {"id": name, "label": s.label, "confidence": s.confidence, "entropy": s.entropy, "margin": s.margin}
        for name, s in sorted(scores.items())
    ]
    parquet.write_table(pa.Table.from_pylist(rows, _SCHEMA), folder / SCORES, compression="zstd")


def read_scores(folder: Path) -> dict[str, Score]:
    """Read the scores that a run has left."""
    table = parquet.read_table(folder / SCORES, schema=_SCHEMA)
    return {
        row["id"]: Score(row["label"], row["confidence"], row["entropy"], row["margin"]) for row in table.to_pylist()
    }


def doubt(score: Score | None, by: str) -> float:
    """Return how sure a model is of an example, by entropy or margin: the least sure has the smallest number."""
    if score is None or score.entropy is None or score.margin is None:
        return math.inf
    return -score.entropy if by == "entropy" else score.margin


def apart(one: Score | None, other: Score | None) -> tuple[int, float]:
    """Return how far two models are of one mind: where both are sure and yet differ has the smallest value.

    Where they say the same, the less sure of the two counts.
    """
    if one is None or other is None:
        return 2, 0.0
    sure = min(one.confidence or 0.0, other.confidence or 0.0)
    return (0, -sure) if one.label != other.label else (1, sure)
