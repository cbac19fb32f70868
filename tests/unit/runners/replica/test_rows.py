"""Test rows as clients send them."""

import json
from pathlib import Path

import pytest

from runners.contract import InputError
from runners.models.signature import read_signature
from runners.replica.rows import instances_of, rows_of
from tests.unit.runners.replica.trials import trial
from tests.unit.runners.serve.tiny import bright, signature


def test_a_row_is_a_request_of_what_the_model_takes_and_a_missing_number_is_null(tmp_path: Path) -> None:
    folder = trial(tmp_path, [30.0, None, 60.0])
    rows = rows_of(folder, read_signature(folder), 10, 0)
    assert len(rows) == 3
    ages = {"name": "AGEP", "shape": [1, 1], "datatype": "FP32", "data": [30.0]}
    sexes = {"name": "SEX", "shape": [1, 1], "datatype": "BYTES", "data": ["1"]}
    assert {"inputs": [ages, sexes]} in rows
    assert {"AGEP": None, "SEX": "2"} in list(instances_of(rows))


def test_of_many_some_are_drawn_the_same_by_the_same_seed(tmp_path: Path) -> None:
    folder = trial(tmp_path, [float(age) for age in range(100)])
    drawn = rows_of(folder, signature(), 10, 1)
    assert len(drawn) == 10
    assert drawn == rows_of(folder, signature(), 10, 1) != rows_of(folder, signature(), 10, 2)


def test_rows_that_lack_a_column_of_the_model_are_named(tmp_path: Path) -> None:
    folder = trial(tmp_path, [30.0])
    known = signature(inputs=(*signature().inputs, signature().inputs[0].__class__("HOURS", "FP32")))
    with pytest.raises(InputError, match="no column HOURS"):
        rows_of(folder, known, 10, 0)


def test_no_rows_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no test rows"):
        rows_of(trial(tmp_path, []), signature(), 10, 0)
    with pytest.raises(InputError, match=r"no reference\.parquet"):
        rows_of(tmp_path / "nowhere", signature(), 10, 0)


def test_pictures_are_those_that_were_recorded(tmp_path: Path) -> None:
    bright(tmp_path)
    known = read_signature(tmp_path)
    asked = {"inputs": [{"name": "image", "shape": [1, 1], "datatype": "BYTES", "data": ["aGk="]}]}
    (tmp_path / "examples.json").write_text(json.dumps([{"request": asked, "response": {}}] * 3))
    assert rows_of(tmp_path, known, 2, 0) == [asked] * 2
    (tmp_path / "examples.json").write_text('[{"request": {"inputs": 3}}]')
    with pytest.raises(InputError, match="can't be read"):
        rows_of(tmp_path, known, 2, 0)
