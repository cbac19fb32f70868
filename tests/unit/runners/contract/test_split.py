"""The split of a dataset: what makes no sense is told before anything runs."""

from typing import Any

import pytest

from runners.contract.split import DatasetSplit


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ({"group": ["a"], "time": "t", "validation_from": 1, "test_from": 2}, "group and time both"),
        ({"time": "t", "test_from": "2026-01-01"}, "time needs validation_from"),
        ({"time": "t", "validation_from": "2026-01-01", "test_from": "2026-01-01"}, "not before test_from"),
        ({"time": "t", "validation_from": "2026-01-01", "test_from": 3}, "both moments, or both numbers"),
        ({"time": "t", "validation_from": "soon", "test_from": "2026-01-01"}, "`soon` is no moment"),
        ({"gap": 3}, "gap cuts a time"),
        ({"column": "fold", "test": 0.2}, "test is for rows that are dealt out"),
        ({"test": 0.9, "validation": 0.2}, "leave no rows to train on"),
    ],
)
def test_a_split_that_makes_no_sense_is_told_before_anything_runs(told: dict[str, Any], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        DatasetSplit.model_validate(told)


def test_what_it_needs_is_told() -> None:
    split = DatasetSplit(time="day", validation_from="2026-01-01", test_from="2026-01-02T01:00:00+01:00", stratify="y")
    assert split.columns == ("day", "y")
    assert split.cuts == (1767225600.0, 1767312000.0)
    assert not split.of_identifier
    assert DatasetSplit().of_identifier
    assert DatasetSplit(test=0.3).shares == (0.15, 0.3)
