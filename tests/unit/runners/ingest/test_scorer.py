"""The scorer: what its columns are called, of which types they are, and of what they are made."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.contract import InputError
from runners.ingest import scorer as room
from runners.ingest.scorer import Scorer
from runners.models import Column, Model, Signature, Tensor
from runners.sources.parameters import PredictionsSource
from runners.tables.reading import ColumnReading, Reading

SOURCE = PredictionsSource(of="datasets/rows", by="deployments/api")
READING = Reading({"id": ColumnReading("integer"), "x": ColumnReading("number", is_sensitive=True)}, "id")


class Saying:
    """An engine that says for each row what it is told to."""

    def __init__(self, row: Sequence[Any]) -> None:
        self.row = row

    def run(self, tensors: Mapping[str, Any], output: str) -> Any:
        return np.array([self.row] * len(tensors["x"]))


def model(row: Sequence[Any], **told: Any) -> Model:
    signature = Signature(
        task="multiclass", target="y", file="m", format="onnx", digest="sha256:1", inputs=(Column("x", "FP32"),),
        outputs=(), tensors=(Tensor("x", "FP32", ("x",)),), raw="p", reading="probabilities", classes=("A", "B"),
    )  # fmt: skip
    return Model(replace(signature, **told), Saying(row))


def scorer(known: Model, columns: Sequence[str] = ("id", "x"), keep: Sequence[str] = ()) -> Scorer:
    return Scorer.of(known, SOURCE.model_copy(update={"keep": tuple(keep)}), READING, columns)


def rows_of(known: Model, folder: Path) -> Any:
    parquet.write_table(pa.table({"id": [7, 8], "x": [1.5, None]}), folder / "a.parquet")
    empty, batch = scorer(known).rows(folder / "a.parquet", "a.parquet")
    assert (empty.num_rows, empty.schema) == (0, batch.schema)
    return batch


SAID: list[tuple[Model, dict[str, Any]]] = [
    (model([0.3, 0.7]), {"prediction": "B", "probability_A": 0.3, "probability_B": 0.7}),
    (model([0.3, 0.7], classes=(1, 2)), {"prediction": 2, "probability_1": 0.3, "probability_2": 0.7}),
    (
        model([0.3, 0.7], task="binary", classes=(False, True), positive=True),
        {"prediction": True, "predicted_probability": 0.7},
    ),
    (
        model([0.6, 0.7], task="multilabel", thresholds=(0.5, 0.9)),
        {"prediction": '["A"]', "probability_A": 0.6, "probability_B": 0.7},
    ),
    (model(["A"], reading="label"), {"prediction": "A"}),
    (model([2.5], task="regression", reading="value", classes=()), {"prediction": 2.5}),
]


@pytest.mark.parametrize(
    ("known", "said"), SAID, ids=lambda told: told.signature.task if hasattr(told, "engine") else ""
)
def test_answers_of_each_task_have_their_columns_and_types(known: Model, said: dict[str, Any], tmp_path: Path) -> None:
    batch = rows_of(known, tmp_path)
    assert batch.to_pylist() == [{"id": number, **said, "model": "sha256:1"} for number in (7, 8)]


def test_without_an_identifier_nothing_is_kept_unless_it_is_named() -> None:
    bare = Scorer.of(model([0.5, 0.5]), SOURCE, replace(READING, identifier=None), ["x"])
    assert bare.keep == ()


@pytest.mark.parametrize(
    ("known", "columns", "keep", "what"),
    [
        (model([0.5, 0.5]), ["id"], (), "datasets/rows has no column x, which the model of deployments/api"),
        (model([0.5, 0.5]), ["id", "x"], ("y",), "datasets/rows has no column y"),
        (model([0.5, 0.5]), ["id", "x", "probability_A"], ("probability_A",), "two columns are called probability_A"),
        (model([0.5, 0.5]), ["id", "x"], ("id", "id"), "two columns are called id"),
        (model([0.5, 0.5], image={"width": 8}), ["id", "x"], (), "takes pictures"),
    ],
)
def test_what_can_not_be_scored_is_refused(known: Model, columns: list[str], keep: tuple[str, ...], what: str) -> None:
    with pytest.raises(InputError, match=what):
        scorer(known, columns, keep)


def test_a_value_of_a_sensitive_column_is_never_told(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"id": [7], "x": ["secret"]}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="a value of x isn't one that it takes") as refused:
        list(scorer(model([0.5, 0.5])).rows(tmp_path / "a.parquet", "a.parquet"))
    assert "secret" not in str(refused.value)


def test_of_very_many_classes_the_origins_of_each_arent_told(monkeypatch: pytest.MonkeyPatch) -> None:
    many = scorer(model([0.5, 0.5]))
    assert many.origins("rows")["probability_A"] == ["rows.x"]
    monkeypatch.setattr(room, "MOST_ORIGINS", 1)
    assert many.origins("rows") == {
        "id": ["rows.id"], "prediction": ["rows.x"], "probability_A": None, "probability_B": None,
    }  # fmt: skip


def test_answers_are_as_secret_as_what_is_predicted() -> None:
    told = Reading({"y": ColumnReading("number", is_sensitive=True)})
    secret = scorer(model([2.5], task="regression", reading="value", classes=(), schema=told))
    assert secret.sensitive == {"y"}
    assert secret.secrets("rows") == {"id": ["rows.id"], "prediction": ["rows.y"]}


def test_only_classes_stay_from_model_to_model() -> None:
    assert scorer(model([0.5, 0.5])).moving == {"probability_A", "probability_B", "model"}
    assert "prediction" in scorer(model([2.5], task="regression", reading="value", classes=())).moving
