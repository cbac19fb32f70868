"""Candidates: a trial's own rows and answers, or a clear word about what is missing."""

import json
from pathlib import Path

import pytest

from runners.contract import InputError
from runners.evaluate.candidates import read_candidate
from tests.unit.runners.evaluate.conftest import trial


def test_a_trial_is_read_as_it_was_left(candidate: Path) -> None:
    known = read_candidate(candidate)
    assert (known.run, known.metric, known.slices) == ("experiments/ill/aaaaaaaaaaaa", "roc_auc", ("town",))
    assert (known.task, known.target, known.classes) == ("binary", "ill", ("no", "yes"))
    assert len(known.answers) == len(known.truth) == 300
    assert known.answers.scores is not None
    assert known.column("town")[:2].tolist() == ["north", "south"]


def test_a_column_that_is_not_there_is_told(candidate: Path) -> None:
    with pytest.raises(InputError, match="the candidate's test rows have no column height"):
        read_candidate(candidate).column("height")


@pytest.mark.parametrize("file", ["signature.json", "params.json", "reference.parquet"])
def test_a_trial_without_a_part_is_told(tmp_path: Path, file: str) -> None:
    folder = trial(tmp_path / "trial")
    (folder / file).unlink()
    with pytest.raises(InputError) as failure:
        read_candidate(folder)
    assert file in failure.value.what + failure.value.where + failure.value.fix


def test_a_trial_without_settings_goes_by_its_folder(candidate: Path) -> None:
    (candidate / "params.json").write_text(json.dumps([]))
    known = read_candidate(candidate)
    assert (known.run, known.metric, known.slices) == ("candidate", "", ())
