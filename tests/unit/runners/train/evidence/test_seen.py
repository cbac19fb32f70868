"""The rows that a trial has seen: those that train and validate, by what keeps rows together."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runners.evaluate.seen import read_seen
from runners.train.evidence.seen import named_by, seen_in, write_seen
from runners.train.split import split
from runners.train.trial import Split, TrainParams
from tests.unit.runners.train.evidence.made import trained
from tests.unit.runners.train.rows import examples


def told(**parts: Any) -> TrainParams:
    return TrainParams.model_validate({"target": "y", "metric": {"name": "roc_auc"}, **parts})


def test_what_trains_and_validates_was_seen_and_what_tests_was_not(tmp_path: Path) -> None:
    made = trained(tmp_path)
    write_seen(made)
    seen = read_seen(tmp_path)
    assert seen is not None
    target = made.trial.told.target
    for part, is_seen in ((made.parts.train, True), (made.parts.validation, True), (made.parts.test, False)):
        assert set(seen.among({**part.columns, target: part.truth}).tolist()) == {is_seen}


ROWS = {"id": range(40), "who": list("abcd") * 10, "age": np.arange(40) % 7, "day": range(40), "y": [0, 1] * 20}
CUTS = {"validation_from": 10, "test_from": 20}


@pytest.mark.parametrize(
    ("identifier", "sides", "by"),
    [
        ("id", None, ("id",)),
        ("id", {"test": 0.3}, ("id",)),
        ("id", {"time": "day", **CUTS}, ("id",)),
        ("id", {"group": ["who"]}, ("who",)),
        ("id", {"content": True}, ("age", "day", "who")),
        (None, None, ("age", "day", "id", "who", "y")),
        (None, {"column": "who"}, ("age", "day", "id", "who", "y")),
    ],
)
def test_rows_are_named_by_what_keeps_them_together(
    identifier: str | None, sides: dict[str, Any] | None, by: tuple[str, ...]
) -> None:
    rows = examples({name: list(values) for name, values in ROWS.items()}, identifier=identifier)
    assert named_by(rows, told(sides=sides)) == by


def test_a_column_that_answers_stand_in_names_no_row() -> None:
    rows = examples({"prediction": [1, 2], "age": [1, 2], "y": [0, 1]})
    assert named_by(rows, told()) == ("age", "y")


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("named", [True, False])
def test_another_seed_tests_rows_that_were_seen_and_the_same_one_tests_none(
    tmp_path: Path, seed: int, named: bool
) -> None:
    generator = np.random.default_rng(3)
    columns = {"id": range(800), "age": generator.normal(size=800), "y": [0, 1] * 400}
    rows = examples({name: list(values) for name, values in columns.items()}, identifier="id" if named else None)
    made = trained(tmp_path)
    trial = replace(made.trial, told=told())
    seen = seen_in(replace(made, trial=trial, parts=split(rows, Split(), seed)))

    def share(how: Split, another: int) -> float:
        test = split(rows, how, another).test
        return float(seen.among({**test.columns, "y": test.truth}).mean())

    assert share(Split(), seed) == 0
    assert share(Split(seed=seed), seed + 1) == 0
    assert 0.6 < share(Split(), seed + 1) < 0.9
