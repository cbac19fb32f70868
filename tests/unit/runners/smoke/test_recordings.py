"""The examples that a trial has left are read, and what can't be read is told."""

import json
from pathlib import Path

import pytest

from runners.contract import InputError
from runners.smoke.recordings import read_recordings
from tests.unit.runners.smoke.answering import EXAMPLES


def test_they_are_requests_and_expected_values(tmp_path: Path) -> None:
    (tmp_path / "examples.json").write_text(json.dumps(EXAMPLES))
    first, *_ = read_recordings(tmp_path)
    assert first.request == EXAMPLES[0]["request"]
    assert first.outputs == {"prediction": [0], "predicted_probability": [0.5]}
    assert first.instance == {"AGEP": 30.0, "SEX": "1"}


def test_a_picture_is_a_list_in_version_1(tmp_path: Path) -> None:
    inputs = [{"name": "image", "shape": [1, 3], "datatype": "FP32", "data": [0, 1, 0]}]
    told = [{"request": {"inputs": inputs}, "response": {"outputs": []}}]
    (tmp_path / "examples.json").write_text(json.dumps(told))
    assert read_recordings(tmp_path)[0].instance == {"image": [0, 1, 0]}


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", "{}", "3", '[{"request": {}}]', '[{"request": {"inputs": []}}]', '["x"]']
)
def test_what_can_t_be_read_is_told(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "examples.json").write_text(text)
    with pytest.raises(InputError) as caught:
        read_recordings(tmp_path)
    assert caught.value.where == "examples.json"
    assert caught.value.fix
