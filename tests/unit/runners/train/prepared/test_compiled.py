"""All columns of a trial: those that are named, those that aren't, and what doesn't fit its column."""

from typing import Any

import numpy as np
import pytest

from runners.contract import InputError
from runners.train.examples import Parts
from runners.train.onnx_export import OPSETS
from runners.train.prepared import prepare
from tests.unit.runners.train.rows import examples

COLUMNS = {"age": [3, 1, 2, 9], "town": ["a", "b", "a", "a"], "paid": [1.5, None, 0.5, 1.0], "y": [0, 1, 0, 1]}


def prepared(asking: Any, tmp_path: Any, steps: dict[str, Any], encoding: Any = "ordinal") -> Any:
    trial = asking.trial(tmp_path, target="y", preparations=steps)
    columns = {**COLUMNS, "paid": np.array(COLUMNS["paid"], float)}
    rows = examples(columns)
    return prepare(trial, Parts(rows, rows.take(np.array([0, 1])), rows.take(np.array([3]))), encoding, OPSETS)


def test_columns_that_are_not_named_are_prepared_as_ever(asking: Any, tmp_path: Any) -> None:
    made = prepared(asking, tmp_path, {"age": [{"clip": {"maximum": 3}}]})
    assert made.parts.train.columns["prepared"].tolist() == [[3, 0, 1.5], [1, 1, 1], [2, 0, 0.5], [3, 0, 1]]
    assert made.parts.test.columns["prepared"].tolist() == [[3, 0, 1]]
    scaled = prepared(asking, tmp_path, {"age": [{"scale": "robust"}]}, "one-hot").parts.train
    assert scaled.features[0].shape == (-1, 4)
    assert scaled.columns["prepared"][:, 3].mean() == pytest.approx(0, abs=1e-6)
    assert made.notes[0] == "age: prepared by clip"


@pytest.mark.parametrize(
    ("steps", "what"),
    [
        ({"age": [{"datetime": {}}]}, "age holds numbers, which datetime doesn't prepare"),
        ({"town": [{"log": True}]}, "town holds texts, which log doesn't prepare"),
        ({"age": [{"text": {}}]}, "age holds numbers, which text doesn't prepare"),
        ({"paid": [{"encode": {"by": "one_hot"}}]}, "paid holds numbers with fractions"),
    ],
)
def test_what_does_not_fit_its_column_is_told(asking: Any, tmp_path: Any, steps: dict[str, Any], what: str) -> None:
    with pytest.raises(InputError, match=what) as failure:
        prepared(asking, tmp_path, steps)
    assert failure.value.where == f"preparations.{next(iter(steps))}"
    assert failure.value.fix
