"""The reference is read with its signature, and without one as far as its columns tell."""

from pathlib import Path

import pandas as pd
import pytest

from runners.contract import InputError, InputGone
from runners.monitor.columns import Column
from runners.monitor.pictures import FIGURES
from runners.monitor.reference import read_reference
from tests.unit.runners.monitor.traffic import FEATURES, SIGNATURE, write_trial

ROWS = pd.DataFrame({name: ["1", "2"] for name in FEATURES} | {"AGEP": [30.0, 40.0], "id": [1, 2]}).assign(
    employed=[0, 1], prediction=[0, 1], predicted_probability=[0.2, 0.8]
)


def test_the_signature_tells_what_the_columns_are(tmp_path: Path) -> None:
    reference = read_reference(write_trial(tmp_path, ROWS))
    assert reference.columns[:2] == (Column("AGEP", "number"), Column("SCHL", "category"))
    assert (reference.task, reference.classes, reference.positive) == ("binary", ("0", "1"), "1")
    assert (reference.identifier, reference.target) == ("id", "employed")
    assert reference.probabilities == ("predicted_probability",)


def test_the_columns_to_watch_can_be_named(tmp_path: Path) -> None:
    reference = read_reference(write_trial(tmp_path, ROWS), ["SEX"])
    assert reference.columns == (Column("SEX", "category"),)


def test_what_the_payload_log_leaves_out_is_not_watched_and_that_is_said(tmp_path: Path) -> None:
    reference = read_reference(write_trial(tmp_path, ROWS), left_out=["SEX", "id"])
    assert "SEX" not in {column.name for column in reference.columns}
    assert "The input SEX isn't compared with the reference: the payload log leaves it out." in reference.unwatched
    assert read_reference(write_trial(tmp_path, ROWS), ["SEX"], ["SEX"]).columns == ()


def test_a_column_that_is_no_feature_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    url = write_trial(tmp_path, ROWS)
    with pytest.raises(InputError) as told:
        read_reference(url, ["SEXX"])
    assert (told.value.where, told.value.fix) == ("columns", "did you mean SEX?")
    with pytest.raises(InputError) as told:
        read_reference(url, ["income"])
    assert told.value.fix.startswith("the features are AGEP, ")


def test_pictures_and_other_tensors_are_not_compared_by_column(tmp_path: Path) -> None:
    inputs = [{"name": "image", "datatype": "FP32", "shape": [-1, 64]}]
    assert read_reference(write_trial(tmp_path, ROWS, {"task": "multiclass", "inputs": inputs})).columns == ()


def test_without_a_signature_the_columns_tell(tmp_path: Path) -> None:
    reference = read_reference(write_trial(tmp_path, ROWS, None))
    assert reference.task == "binary"
    assert {column.name for column in reference.columns} == {*FEATURES, "id", "employed"}
    assert (reference.identifier, reference.target, reference.positive) == (None, None, "1")
    assert None not in reference.reading.columns


def test_several_classes_are_told_by_their_columns(tmp_path: Path) -> None:
    rows = pd.DataFrame({"x": [1.0], "prediction": ["a"], "probability_a": [0.6], "probability_b": [0.4]})
    reference = read_reference(write_trial(tmp_path, rows, None))
    assert (reference.task, reference.classes) == ("multiclass", ("a", "b"))
    assert reference.probabilities == ("probability_a", "probability_b")


def test_numbers_are_told_by_their_predictions(tmp_path: Path) -> None:
    rows = pd.DataFrame({"x": [1.0], "prediction": [0.5]})
    assert read_reference(write_trial(tmp_path, rows, None)).task == "regression"
    assert read_reference(write_trial(tmp_path, rows.drop(columns="prediction"), None)).task is None


def test_a_classifier_without_probabilities_has_none(tmp_path: Path) -> None:
    rows = ROWS.drop(columns="predicted_probability")
    assert read_reference(write_trial(tmp_path, rows)).probabilities == ()


def test_the_positive_class_may_be_the_first(tmp_path: Path) -> None:
    assert read_reference(write_trial(tmp_path, ROWS, SIGNATURE | {"positive": 0})).positive == "0"


def test_a_trial_without_a_reference_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has no reference\.parquet"):
        read_reference(tmp_path.as_uri())
    with pytest.raises(InputGone):
        read_reference((tmp_path / "gone").as_uri())


def test_a_broken_reference_is_refused(tmp_path: Path) -> None:
    (tmp_path / "reference.parquet").write_text("no parquet")
    with pytest.raises(InputError, match=r"reference\.parquet can't be read"):
        read_reference(tmp_path.as_uri())


def test_a_broken_signature_is_refused(tmp_path: Path) -> None:
    url = write_trial(tmp_path, ROWS)
    (tmp_path / "signature.json").write_text("{")
    with pytest.raises(InputError, match=r"signature\.json is no JSON"):
        read_reference(url)


def test_a_picture_is_watched_by_its_figures_and_a_text_by_its_own(tmp_path: Path) -> None:
    inputs = [
        {"name": name, "datatype": kind, "shape": [-1, wide]}
        for name, kind, wide in (("image", "FP32", 4), ("note", "BYTES", 1))
    ]
    rows = pd.DataFrame({"image": [[0.0] * 4] * 30, "note": [f"a note of number {at}" for at in range(30)]})
    told = {"inputs": inputs, "image": {"height": 2, "width": 2, "channels": 1}}
    found = read_reference(write_trial(tmp_path, rows, told))
    names = [column.name for column in found.columns]
    assert names[:3] == ["brightness of image", "contrast of image", "sharpness of image"]
    assert names[3:] == ["length of note", "unknown words of note"]
    assert "image" not in found.rows
    assert (found.texts, found.unwatched) == (("note",), ())
    assert [one.name for one in found.pictures] == ["image"]
    assert {type(point) for point in found.rows["embedding of image"]} == {bytes}
    assert read_reference(tmp_path.as_uri(), ["note"]).pictures == ()
    assert read_reference(tmp_path.as_uri(), left_out=["image"]).pictures == ()
    assert [column.name for column in read_reference(tmp_path.as_uri(), ["image"]).columns] == names[:3]


def test_a_picture_of_one_value_is_watched_as_one(tmp_path: Path) -> None:
    told = {"inputs": [{"name": "image", "datatype": "FP32", "shape": [-1, 1]}], "image": {"height": 1, "width": 1}}
    found = read_reference(write_trial(tmp_path, pd.DataFrame({"image": [[0.25]] * 3}), told))
    assert [column.name for column in found.columns] == [f"{what} of image" for what in FIGURES]
    assert found.rows["brightness of image"].tolist() == [0.25] * 3
    assert found.pictures == (), "its brightness is all there is"


def test_an_input_that_nobody_can_watch_is_told(tmp_path: Path) -> None:
    rows = pd.DataFrame({"x": [[0.0] * 4] * 3})
    (gap,) = read_reference(write_trial(tmp_path, rows, {"inputs": [{"name": "x", "shape": [-1, 4]}]})).unwatched
    assert gap.startswith("The input x isn't compared")
