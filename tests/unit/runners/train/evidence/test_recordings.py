"""Recordings: requests that a server is to answer exactly so."""

import json
from pathlib import Path

import numpy as np
import pytest

from runners.models import Column
from runners.train.evidence.recordings import MOST, _told, chosen, write_recordings
from tests.unit.runners.train.evidence.made import trained
from tests.unit.runners.train.rows import examples


def test_a_recording_is_a_request_of_version_two_with_its_answer(tmp_path: Path) -> None:
    made = trained(tmp_path)
    write_recordings(made)
    recorded = json.loads((tmp_path / "examples.json").read_text())
    assert len(recorded) == MOST
    first = recorded[0]
    assert [tensor["name"] for tensor in first["request"]["inputs"]] == ["age", "weight"]
    assert first["request"]["inputs"][1] | {"data": 0} == {
        "name": "weight", "shape": [1, 1], "datatype": "INT64", "data": 0
    }  # fmt: skip
    answered = {tensor["name"]: tensor["data"] for tensor in first["response"]["outputs"]}
    columns = {tensor["name"]: tensor["data"] for tensor in first["request"]["inputs"]}
    again = made.model.predict(columns)
    assert answered["prediction"] == again.prediction.tolist()
    assert again.probability is not None
    assert answered["predicted_probability"] == pytest.approx(again.probability.tolist())


def test_a_missing_number_is_null() -> None:
    told = _told(Column("age", "FP32"), np.array([np.nan]))
    assert told == {"name": "age", "shape": [1, 1], "datatype": "FP32", "data": [None]}


def test_every_class_is_among_the_chosen() -> None:
    rows = examples({"a": list(range(60)), "y": ["rare"] * 2 + ["usual"] * 58})
    assert {0, 1} <= set(chosen(rows, 0).tolist())
    assert len(chosen(rows, 0)) == MOST


def test_numbers_are_chosen_by_chance_and_few_rows_all() -> None:
    rows = examples({"a": list(range(8)), "y": [float(i) for i in range(8)]})
    assert chosen(rows, 0).tolist() == list(range(8))
