"""A model's answers: rows that it refuses stand alone, and refuse no others."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runners.models import Model, load
from runners.replay.answering import BATCH, answered
from tests.unit.runners.replay.traffic import rows_of, trial


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return load(trial(tmp_path))


def test_rows_are_answered_as_the_model_answers_them(model: Model) -> None:
    rows = rows_of(BATCH + 7)
    found = answered(model, rows, BATCH + 7)
    said = model.predict({name: rows[name] for name in ("age", "weight")})
    assert found.rows.tolist() == list(range(BATCH + 7))
    assert found.prediction.tolist() == said.prediction.tolist()
    assert found.scores is not None
    assert said.probability is not None
    assert np.allclose(found.scores[:, 0], said.probability, atol=1e-6)
    assert found.kinds() == []


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("weight", 0.5, "weight: a number where INT64 is taken"),
        ("weight", None, "weight: a missing value where INT64 is taken"),
        ("weight", "heavy", "weight: a text where INT64 is taken"),
        ("age", "old", "age: a text where FP32 is taken"),
        ("age", [1, 2], "age: a list where FP32 is taken"),
        ("age", 1e300, "age: a number where FP32 is taken"),
        ("age", None, "no finite answer"),
    ],
)
def test_a_row_that_is_refused_is_told_by_its_kind(model: Model, column: str, value: Any, kind: str) -> None:
    rows = rows_of(100)
    for place in (0, 41, 99):
        rows[column][place] = value
    found = answered(model, rows, 100)
    assert found.refused == dict.fromkeys((0, 41, 99), kind)
    assert found.kinds() == [{"kind": kind, "rows": 3}]
    assert found.rows.tolist() == [row for row in range(100) if row not in found.refused]
    assert len(found.prediction) == 97


def test_where_every_row_is_refused_nothing_is_answered(model: Model) -> None:
    found = answered(model, {"age": ["x"] * 9, "weight": [1] * 9}, 9)
    assert (len(found.rows), len(found.prediction), found.scores, len(found.refused)) == (0, 0, None, 9)
