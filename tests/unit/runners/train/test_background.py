"""The background: values as training rows have them, column by column, and nothing of a single row."""

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from runners.models import Column, load
from runners.models.background import FILE
from runners.models.explaining import Explainer
from runners.tables import ColumnReading, Reading
from runners.train.background import ROWS, background_of
from runners.train.tabular import run
from tests.unit.runners.train.conftest import Asking
from tests.unit.runners.train.rows import examples

DAYS = np.array("2026-01-01", "datetime64[us]") + np.arange(160).astype("timedelta64[D]")


def columns() -> dict[str, object]:
    generator = np.random.default_rng(0)
    return {
        "number": np.append(generator.normal(size=120), np.full(40, np.nan)),
        "count": np.arange(160),
        "truth": np.arange(160) % 4 == 0,
        "town": ["Bremen"] * 80 + ["Ulm"] * 40 + [None] * 20 + [f"village {place}" for place in range(20)],
        "y": generator.normal(size=160),
    }


def test_each_column_has_values_as_often_as_the_rows_have_them() -> None:
    rows = examples(columns())
    known = background_of(rows, rows.features, frozenset({"town", "other"}))
    assert known is not None
    assert known.rows == ROWS
    assert known.texts == ("town",)
    assert Counter(known.columns["town"]) == {"Bremen": 8, "Ulm": 4, None: 4}  # no village: few rows hold one
    assert Counter(known.columns["truth"]) == {False: 12, True: 4}
    assert known.columns["number"].count(None) == 4
    assert sorted(known.columns["count"]) == list(range(5, 160, 10))
    assert all(type(one) is int for one in known.columns["count"])


def test_no_row_of_it_is_a_row_that_there_was() -> None:
    twins = np.arange(160.0)
    rows = examples({"a": twins, "b": twins, "c": -twins, "y": twins})
    known = background_of(rows, rows.features, frozenset())
    assert known is not None
    pairs = list(zip(known.columns["a"], known.columns["b"], known.columns["c"], strict=True))
    assert sum(a == b == -c for a, b, c in pairs) < 2
    assert known.columns == background_of(rows, rows.features, frozenset()).columns  # type: ignore[union-attr]


def test_a_sensitive_column_is_told_by_its_mean_or_not_at_all() -> None:
    told = columns()
    rows = examples({**told, "wage": told["number"]})
    rows = replace(rows, columns={**rows.columns, "day": DAYS})
    hidden = ("count", "truth", "town", "day", "wage")
    kinds = {"count": "integer", "truth": "boolean", "town": "string", "day": "datetime", "wage": "number"}
    reading = Reading({name: ColumnReading(kinds[name], is_sensitive=True) for name in hidden})  # type: ignore[arg-type]
    inputs = (*(Column(name, "FP32") for name in hidden), Column("number", "FP32"))
    known = background_of(replace(rows, reading=reading), inputs, frozenset())
    assert known is not None
    assert set(known.columns["count"]) == {80}
    assert set(known.columns["truth"]) == {False}
    assert set(known.columns["town"]) == {None}
    assert set(known.columns["day"]) == {"2026-03-21T12:00:00Z"}
    assert len(set(known.columns["wage"])) == 2  # the mean, and what is missing
    assert len(set(known.columns["number"])) > 10


def test_pictures_and_too_many_columns_have_none() -> None:
    rows = examples({"a": [1.0, 2.0], "y": [1.0, 2.0]})
    assert background_of(rows, (Column("image", "FP32", (-1, 4)),), frozenset()) is None
    assert background_of(rows, (Column("a", "FP32"),) * 1001, frozenset()) is None


@pytest.mark.parametrize("model", ["gbm", "tree", "mlp"])
def test_a_trial_leaves_one_by_which_its_model_is_explained(asking: Asking, cancer: Path, model: str) -> None:
    run(asking.request(cancer, {"model": model}), asking.folder)
    known = load(asking.folder)
    assert FILE in known.signature.files
    columns = {name: [None] if name in ("mean_radius", "size") else [1] for name in known.signature.columns}
    columns |= {"ward": ["north"], "is_rough": [True]}
    tensors = known.prepare(columns)
    found = Explainer(known).explain(tensors, 0, time.monotonic() + 60)
    assert found.base + found.columns.sum(axis=0) == pytest.approx(found.whole)
    assert np.abs(found.columns).max() > 0.001
