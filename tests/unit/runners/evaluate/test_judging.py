"""Judging: no row on which two models are compared was seen by either, whatever dealt them out."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.evaluate.candidates import Candidate, read_candidate
from runners.evaluate.judging import judging
from runners.evaluate.seen import FILE, seen_of
from tests.unit.runners.evaluate.conftest import trial

DEALT = {"seed": 7, "split": {"test": 0.25, "validation": 0.15}, "target": "ill"}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    """Return a candidate with 300 test rows, whose identifiers are 0 to 299."""
    return read_candidate(trial(tmp_path_factory.mktemp("own")))


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a live model, which each test tells anew what it saw."""
    return trial(tmp_path_factory.mktemp("live"))


@given(saw=st.sets(st.integers(0, 320), max_size=320))
def test_no_row_is_judged_on_that_the_live_model_has_seen(own: Candidate, live: Path, saw: set[int]) -> None:
    seen_of(["id"], [{"id": np.array(sorted(saw), np.int64)}]).write(live)
    found = judging(own, live)
    left = set(range(300)) - saw
    assert found.told["seen"] == len(saw & set(range(300)))
    if not found.obstacle:
        assert set(own.columns["id"][found.rows].tolist()) == left
    else:
        assert len(left) < 100
        assert f"trained or chosen on {300 - len(left)} of the candidate's 300 test rows" in found.obstacle


@pytest.mark.parametrize(("left", "is_enough"), [(99, False), (100, True), (300, True)])
def test_a_hundred_rows_are_enough(own: Candidate, tmp_path: Path, left: int, is_enough: bool) -> None:
    found = judging(own, trial(tmp_path, saw=[*range(left, 300), 1000]))
    assert (not found.obstacle, len(found.rows)) == (is_enough, left if is_enough else 300)


def test_of_few_rows_half_are_enough(own: Candidate, tmp_path: Path) -> None:
    few = own.at(np.arange(21))
    assert not judging(few, trial(tmp_path / "a", saw=range(10))).obstacle
    assert judging(few, trial(tmp_path / "b", saw=range(11))).obstacle


def test_rows_of_one_class_do_not_do(own: Candidate, tmp_path: Path) -> None:
    of_one_class = own.columns["id"][own.truth == "yes"].tolist()
    found = judging(own, trial(tmp_path, saw=of_one_class))
    assert found.obstacle.endswith("and all others are of one class")


def test_a_name_that_the_candidates_rows_lack_is_told(own: Candidate, tmp_path: Path) -> None:
    live = trial(tmp_path)
    without = {name: values for name, values in own.columns.items() if name != "id"}
    found = judging(Candidate("x", without, own.signature, own.answers, "", ()), live)
    assert found.obstacle == (
        "the live model's rows are told by id, which the candidate's don't have: which of them it has seen isn't known"
    )


def told(folder: Path, *, is_former: bool = True, **parts: Any) -> Path:
    """Tell how the rows of a trial were dealt out; a former one left nothing else."""
    params = {**json.loads((folder / "params.json").read_text()), **DEALT, **parts}
    (folder / "params.json").write_text(json.dumps(params))
    if is_former:
        (folder / FILE).unlink()
    return folder


def by_rule(tmp_path: Path, live: dict[str, Any], **candidate: Any) -> str:
    """Return why a candidate can't be held against a model of before it was written down what it saw."""
    own = read_candidate(told(trial(tmp_path / "own"), **candidate))
    return judging(own, told(trial(tmp_path / "live"), **live)).obstacle


@pytest.mark.parametrize(
    ("live", "candidate"),
    [
        ({}, {}),
        ({"seed": 7}, {"seed": 8, "split": {**DEALT["split"], "seed": 7}}),  # type: ignore[dict-item]
        ({"seed": 1, "sides": {"group": ["town"]}}, {"seed": 2, "sides": {"group": ["town"]}}),
    ],
)
def test_a_former_model_is_compared_where_one_rule_dealt_both(
    tmp_path: Path, live: dict[str, Any], candidate: dict[str, Any]
) -> None:
    assert by_rule(tmp_path, live, **candidate) == ""


@pytest.mark.parametrize(
    "live",
    [
        {"seed": 8},
        {"split": {"test": 0.3, "validation": 0.15}},
        {"split": {"test": 0.25, "validation": 0.15, "by": "age"}},
        {"sides": {"group": ["town"]}},
    ],
)
def test_and_not_where_another_did(tmp_path: Path, live: dict[str, Any]) -> None:
    assert by_rule(tmp_path, live).startswith("which rows the live model was trained on isn't known")


def test_a_trial_that_tells_nothing_of_its_split_is_not_compared(own: Candidate, tmp_path: Path) -> None:
    live = trial(tmp_path)
    (live / FILE).unlink()
    assert judging(own, live).obstacle
    (live / "params.json").write_text("[]")
    assert judging(own, live).obstacle


def test_other_seeds_are_told(tmp_path: Path) -> None:
    own = read_candidate(told(trial(tmp_path / "own"), seed=9))
    live = told(trial(tmp_path / "live", saw=range(300)), is_former=False)
    assert judging(own, live).obstacle.endswith("(its rows were dealt out by seed 7, the candidate's by 9)")


def test_rows_without_a_name_stay_where_their_moment_is(tmp_path: Path) -> None:
    sides = {"time": "age", "validation_from": 1, "test_from": 2}
    own = read_candidate(told(trial(tmp_path / "own", identifier=None), sides=sides))
    live = told(trial(tmp_path / "live", saw=range(300)), is_former=False, sides=sides)
    assert (judging(own, live).obstacle, len(judging(own, live).rows)) == ("", 300)
    assert judging(own, told(live, is_former=False, sides={**sides, "test_from": 3})).obstacle


def test_rows_without_a_name_that_tested_both_are_fair_though_some_equal_rows_of_the_training(tmp_path: Path) -> None:
    mine = read_candidate(trial(tmp_path / "own", identifier=None))
    folder = trial(tmp_path / "live", identifier=None)
    by = ["age", "weight", "ill"]
    seen_of(by, [{name: mine.columns[name][:250] for name in by}]).write(folder)
    assert judging(mine, folder).told == {"tested": 300, "seen": 0}
    fewer = judging(mine.at(np.arange(299)), folder)
    assert fewer.told["seen"] == 250
    assert fewer.obstacle
