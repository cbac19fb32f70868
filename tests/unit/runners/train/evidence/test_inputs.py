"""The inputs on a model card: units, meanings, and what differs between training and serving."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runners.contract.preparations import Encode, Step
from runners.tables import Reading
from runners.tables.reading import ColumnReading
from runners.train.evidence.card import card
from runners.train.evidence.inputs import differences, inputs
from runners.train.trained import Trained
from tests.unit.runners.train.evidence.made import trained


def profiled(made: Trained, folder: Path, text: str) -> Trained:
    (folder / "data").mkdir()
    (folder / "data/profile.json").write_text(text)
    request = made.trial.request.model_copy(update={"inputs": {"dataset": str(folder / "data")}})
    return replace(made, trial=replace(made.trial, request=request))


def test_units_and_meanings_come_from_the_schema_and_are_escaped(tmp_path: Path) -> None:
    columns = {
        "weight": {"unit": "kg", "description": "before | breakfast\n<script>"},
        "ill": {"unit": "days", "description": "<b>Illness"},
        "other": {"unit": "m"},
    }
    made = profiled(trained(tmp_path), tmp_path, json.dumps({"columns": columns}))
    text = inputs(made)
    assert "| weight | integer | kg | before \\| breakfast &lt;script> |" in text
    assert "The answer: &lt;b>Illness, in days." in text
    assert "other" not in text
    assert text in card(made, [])


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"columns": 5}', '{"columns": {"weight": 3}}', "[" * 100_000,
                                  '{"columns": {"weight": {"unit": 7, "description": ["x"]}}}'])  # fmt: skip
def test_a_profile_that_is_none_tells_no_units(tmp_path: Path, text: str) -> None:
    assert "| weight | integer |  |  |" in inputs(profiled(trained(tmp_path), tmp_path, text))


def test_without_a_profile_there_are_no_units(tmp_path: Path) -> None:
    assert "| weight | integer |  |  |" in inputs(trained(tmp_path))


def told(made: Trained, **more: Any) -> str:
    return differences(replace(made, trial=replace(made.trial, told=made.trial.told.model_copy(update=more))))


def test_it_says_what_differs_in_serving(tmp_path: Path) -> None:
    made = trained(tmp_path)
    assert "training data only" not in differences(made)
    reading = Reading({"refund": ColumnReading("number", is_training_only=True), "weight": ColumnReading("number")})
    train = replace(made.parts.train, reading=reading)
    made = replace(made, parts=replace(made.parts, train=train))
    assert "in training data only, and no input: `refund`" in differences(made)
    assert "the same ones" not in differences(made)
    text = told(made, preparations={"town": (Step(encode=Encode(by="target")),)})
    assert "both run the same ones" in text
    assert "mean of the other folds" in text
    assert "other folds" not in told(made, preparations={"town": (Step(encode=Encode(by="one_hot")),)})
