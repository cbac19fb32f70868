"""The reference: all columns of the test rows, the truth, and the answers."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from runners.evaluate.tables import read_parquet
from runners.models import Prediction
from runners.train.evidence.reference import reference_of, write_reference
from tests.unit.runners.train.evidence.made import trained


def test_rows_truth_and_answers_stand_side_by_side(tmp_path: Path) -> None:
    made = trained(tmp_path)
    write_reference(made)
    rows = read_parquet(tmp_path / "reference.parquet")
    assert list(rows) == ["id", "age", "weight", "town", "ill", "prediction", "predicted_probability"]
    assert rows["ill"].tolist() == made.parts.test.truth.tolist()
    assert rows["prediction"].tolist() == made.prediction.prediction.tolist()


def test_several_classes_have_a_column_each(tmp_path: Path) -> None:
    made = trained(tmp_path)
    several = Prediction(made.prediction.prediction, probabilities=np.tile([0.3, 0.7], (100, 1)))
    rows = reference_of(replace(made, prediction=several))
    assert "predicted_probability" not in rows
    assert rows["probability_yes"].tolist() == [0.7] * 100


def test_former_answers_in_the_data_give_way(tmp_path: Path) -> None:
    made = trained(tmp_path)
    columns = {**made.parts.test.columns, "prediction": np.zeros(100), "predicted_probability": np.zeros(100)}
    old = replace(made, parts=replace(made.parts, test=replace(made.parts.test, columns=columns)))
    assert reference_of(old)["prediction"].tolist() == made.prediction.prediction.tolist()
