"""The sides of a version: told with their classes, and refused where rows can't be split."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.runners.ingest.test_ingestion import csv, ingested, load

ROWS = "\n".join(f"{row},{'AB'[row % 2]},{2000 + row // 10},{row % 3}" for row in range(200))


def test_how_many_rows_are_on_which_side_is_told(tmp_path: Path) -> None:
    told = {"identifier": "id", "target": "y", "split": {"stratify": "y"}}
    result = ingested(csv(tmp_path, f"id,a,year,y\n{ROWS}\n"), tmp_path / "out", **told)
    assert result.accepted
    sides = load(tmp_path / "out" / "profile.json")["sides"]
    assert result.facts["sides"] == sides
    assert list(sides) == ["train", "validation", "test"]
    assert sum(side["rows"] for side in sides.values()) == 200
    assert all(set(side["classes"]) == {"0", "1", "2"} for side in sides.values())


@pytest.mark.parametrize(
    ("split", "what"),
    [
        ({"time": "year", "validation_from": 2018, "test_from": 2030}, "no row is on the side test"),
        ({"group": ["a"]}, "no row is on the side"),
        ({"column": "a"}, "200 rows have something else than train"),
        ({"group": ["town"]}, "no column town"),
        ({"time": "year", "validation_from": 2010, "test_from": 2015, "stratify": "year"}, "of year have no row on"),
    ],
)
def test_rows_that_cannot_be_split_are_not_accepted(split: dict[str, Any], what: str, tmp_path: Path) -> None:
    file = csv(tmp_path, f"id,a,year,y\n{ROWS}\n")
    result = ingested(file, tmp_path / "out", identifier="id", target="y", split=split)
    assert {violation.where for violation in result.violations} == {"split"}, result
    assert any(what in violation.what for violation in result.violations), result
    assert all(violation.fix for violation in result.violations)
