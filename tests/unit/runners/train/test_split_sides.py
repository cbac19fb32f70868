"""Sides in training: the rows that a dataset's split names are those that train, rank and test."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runners.contract import InputError
from runners.evaluate.tables import Columns, read_parquet
from runners.train.reading import read_table
from runners.train.split import split
from runners.train.tabular import run
from tests.unit.runners.train import data


@pytest.fixture(scope="session")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return 400 visits of 80 people over a year, with a column that says their sides."""
    chance = np.random.default_rng(0)
    days = np.arange(400) * 365 // 400
    columns: Columns = {
        "id": np.arange(400),
        "person": chance.integers(0, 80, 400),
        "when": np.datetime64("2025-01-01", "us") + days.astype("timedelta64[D]"),
        "fold": np.array(["train", "validation", "test"], object)[chance.choice(3, 400, p=[0.6, 0.15, 0.25])],
        "dose": chance.normal(size=400),
    }
    columns["target"] = ((columns["dose"] + chance.normal(size=400)) > 0).astype(np.int64)
    return data.leave_table(tmp_path_factory.mktemp("visits"), columns, "id")


def parts(asking: Any, visits: Path, **split_of: Any) -> Any:
    trial = asking.trial(visits, sides=split_of)
    return split(read_table(trial), trial.told.split, trial.seed)


def test_a_group_is_learned_from_or_tested_on(asking: Any, visits: Path) -> None:
    found = parts(asking, visits, group=["person"])
    people = [set(part.columns["person"].tolist()) for part in (found.train, found.validation, found.test)]
    assert all(people)
    assert sum(map(len, people)) == len(set.union(*people))


def test_what_is_learned_from_was_before_what_is_tested_on(asking: Any, visits: Path) -> None:
    found = parts(asking, visits, time="when", validation_from="2025-08-01", test_from="2025-10-01", gap=7)
    assert found.train.columns["when"].max() < np.datetime64("2025-07-25")
    assert found.validation.columns["when"].min() >= np.datetime64("2025-08-01")
    assert found.validation.columns["when"].max() < np.datetime64("2025-09-24")
    assert found.test.columns["when"].min() >= np.datetime64("2025-10-01")


def test_a_column_says_the_sides_and_is_no_feature(asking: Any, visits: Path) -> None:
    found = parts(asking, visits, column="fold")
    assert set(found.test.columns["fold"]) == {"test"}
    assert set(found.train.columns["fold"]) == {"train"}
    assert "fold" not in [feature.name for feature in found.train.features]


def test_another_seed_of_the_experiment_moves_no_row(asking: Any, visits: Path) -> None:
    trial = asking.trial(visits, sides={})
    one, other = (split(read_table(trial), trial.told.split, seed).test.columns["id"] for seed in (1, 2))
    assert one.tolist() == other.tolist()


def test_an_empty_side_is_told_with_what_to_do(asking: Any, visits: Path) -> None:
    with pytest.raises(InputError, match="there are no rows to test") as failure:
        parts(asking, visits, time="when", validation_from="2025-10-01", test_from="2031-01-01")
    assert "cuts" in failure.value.fix


def test_a_trial_is_tested_on_the_side_of_its_dataset(asking: Any, visits: Path) -> None:
    result = run(asking.request(visits, {"model": "tree"}, sides={"column": "fold"}), asking.folder)
    assert result.accepted
    told = read_parquet(visits / "data.parquet")
    assert result.facts["rows"] == {side: int((told["fold"] == side).sum()) for side in ("train", "validation", "test")}
    assert set(read_parquet(asking.folder / "reference.parquet")["fold"]) == {"test"}
