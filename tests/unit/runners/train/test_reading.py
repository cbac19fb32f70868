"""Reading: a dataset's columns get their roles, and what is missing is told with the nearest name."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runners.contract import InputError, InputGone
from runners.contract.request import read_params
from runners.evaluate.tables import write_parquet
from runners.ingest.ingestion import ingest
from runners.ingest.parameters import Parameters
from runners.models import ModelInputError
from runners.models.feed import feed
from runners.models.signature import read_signature
from runners.tables import ColumnReading, Reading
from runners.tables.schema import write_schema
from runners.train import tabular
from runners.train.reading import read_table
from tests.unit.runners.train.conftest import Asking
from tests.unit.runners.train.data import leave_table


def test_roles_come_from_the_request_and_the_metadata(asking: Asking, cancer: Path) -> None:
    known = read_table(asking.trial(cancer, exclude=["cells"]))
    assert known.identifier == "id"
    assert known.classes == (0, 1)
    names = [feature.name for feature in known.features]
    assert not {"id", "cells", "target"} & set(names)
    assert len(names) == 11
    assert "cells" in known.columns


@pytest.mark.parametrize(
    ("told", "where", "fix"),
    [
        ({"target": "targit"}, "target", "did you mean target?"),
        ({"features": ["mean_radios"]}, "features", "did you mean mean_radius?"),
        ({"exclude": ["ID"]}, "exclude", "there are"),
        ({"slices": ["wards"]}, "slices", "did you mean ward?"),
        ({"split": {"by": "yaer"}}, "split.by", "there are"),
    ],
)
def test_a_column_that_is_not_there_is_told(
    asking: Asking, cancer: Path, told: dict[str, Any], where: str, fix: str
) -> None:
    with pytest.raises(InputError, match="the data has no column") as failure:
        read_table(asking.trial(cancer, **told))
    assert failure.value.where == where
    assert fix in failure.value.fix


def test_a_dataset_that_is_not_there_is_told(asking: Asking, tmp_path: Path) -> None:
    with pytest.raises(InputGone) as failure:
        read_table(asking.trial(tmp_path / "nowhere"))
    assert failure.value.exit_code == 75


def test_an_album_is_for_another_runner(asking: Asking, album: Path) -> None:
    with pytest.raises(InputError) as failure:
        read_table(asking.trial(album, target="label"))
    assert "images" in failure.value.fix


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """Return what people said of every second row."""
    folder = tmp_path / "labels"
    folder.mkdir()
    ids = np.arange(1000, 1569, 2)
    said = np.where(ids % 4 == 0, "ill", "well").astype(object)
    write_parquet({"id": ids, "label": said, "confidence": np.full(len(ids), 0.9)}, folder / "labels.parquet")
    return folder


def test_labels_find_their_rows(asking: Asking, cancer: Path, labels: Path) -> None:
    known = read_table(asking.trial(cancer, target="label", inputs={"labels": str(labels)}))
    assert known.classes == ("ill", "well")
    assert len(known) == 285
    assert "284 rows without label" in known.notes
    assert not {"label", "confidence"} & {feature.name for feature in known.features}
    assert set(known.columns["confidence"].tolist()) == {0.9}


def test_a_target_of_truths_with_gaps_has_classes_of_truths(asking: Asking, tmp_path: Path) -> None:
    truths = np.array([True, False] * 10 + [None] * 3, object)
    folder = leave_table(tmp_path, {"x": np.arange(23), "target": truths}, None)
    write_schema(folder, Reading({"x": ColumnReading("integer"), "target": ColumnReading("boolean")}))
    known = read_table(asking.trial(folder))
    assert [type(label) for label in known.classes] == [bool, bool]
    assert len(known) == 20


def test_labels_of_other_rows_are_told(asking: Asking, cancer: Path, labels: Path) -> None:
    write_parquet({"id": np.arange(5), "label": np.full(5, "x", object)}, labels / "labels.parquet")
    with pytest.raises(InputError, match="none of the 5 labels is of any of the 569 rows"):
        read_table(asking.trial(cancer, target="label", inputs={"labels": str(labels)}))


def test_labels_need_an_identifier(asking: Asking, iris: Path, labels: Path) -> None:
    with pytest.raises(InputError, match="the dataset names no identifier"):
        read_table(asking.trial(iris, inputs={"labels": str(labels)}))


def test_a_trial_is_told_how_its_version_read_the_columns(asking: Asking, cancer: Path) -> None:
    reading = read_table(asking.trial(cancer)).reading
    assert reading
    assert reading.identifier == "id"


def test_a_column_of_training_alone_is_no_input_of_a_model(asking: Asking, tmp_path: Path) -> None:
    """It is there in the rows, as what they are tested by; who asks with it is told that the model has none."""
    lines = [f"{n},{n % 7},{n % 3},{'yes' if n % 7 > 3 else 'no'}" for n in range(120)]
    (tmp_path / "x.csv").write_text("\n".join(["id,age,refund,target", *lines]) + "\n")
    columns = {name: {"type": "integer"} for name in ("id", "age")}
    columns["refund"] = {"type": "integer", "environments": ["training"]}  # type: ignore[dict-item]
    source = {"files": {"url": str(tmp_path / "x.csv"), "format": "csv"}}
    (tmp_path / "data").mkdir()
    told = {"source": source, "columns": {**columns, "target": {"type": "string"}}, "identifier": "id"}
    ingest("datasets/x", read_params(Parameters, told), tmp_path / "data")
    examples = read_table(asking.trial(tmp_path / "data"))
    assert [feature.name for feature in examples.features] == ["age"]
    assert "refund" in examples.columns
    assert examples.notes == ("refund: in training data only: no request has it",)
    result = tabular.run(asking.request(tmp_path / "data", {"model": "logistic"}), asking.folder)
    assert result.accepted
    signature = read_signature(asking.folder)
    assert (signature.columns, signature.schema and list(signature.schema.columns)) == (
        ("age",),
        ["age", "id", "target"],
    )
    with pytest.raises(ModelInputError, match="refund is no column of this model"):
        feed(signature, {"age": [1], "refund": [2]})
