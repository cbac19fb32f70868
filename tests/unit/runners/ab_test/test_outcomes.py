"""What is known of a unit is a number from 0 to 1, the more the better, or nothing."""

from pathlib import Path
from typing import Any

import pytest

from runners.ab_test.outcomes import values_of
from runners.ab_test.units import Unit
from runners.contract import InputError
from runners.tables.reading import ColumnReading, Reading
from tests.unit.runners.ab_test.dealing import START, event, outcomes, params
from tests.unit.runners.replay.traffic import SCHEMA

NUMBERS = Reading({"id": ColumnReading("string"), "ill": ColumnReading("number")}, identifier="id", target="ill")


def unit(number: int = 1, **data: Any) -> Unit:
    told = event(number, 0, **data)["data"]
    return Unit(START, f"e{number}", 0, {**told, "rows": [row["id"] for row in told["rows"]]})


def value(
    told: dict[int, str], folder: Path, *units: Unit, reading: Reading | None = SCHEMA, **asked: Any
) -> list[Any]:
    asked = {"outcomes": outcomes(folder / "outcomes.csv", told), **asked}
    return list(values_of(units or (unit(),), params(**asked), reading)[0])


def test_an_answer_is_right_or_wrong_or_nothing_is_known_of_it(tmp_path: Path) -> None:
    units = (unit(1), unit(2), unit(3), unit(4, status=500, rows=[], prediction=[]))
    assert value({1: "yes", 2: "no", 4: "yes"}, tmp_path, *units) == [1.0, 0.0, None, None]


def test_the_rows_of_a_request_are_one_unit(tmp_path: Path) -> None:
    rows = {"rows": [{"id": 1}, {"id": 2}, {"id": 3}], "prediction": ["yes", "yes", "no"]}
    assert value({1: "yes", 2: "no"}, tmp_path, unit(**rows)) == [0.5]


def test_an_error_is_a_share_of_the_scale_that_is_stated(tmp_path: Path) -> None:
    asked = {"metric": "error", "scale": 10.0, "reading": NUMBERS}
    units = (unit(1, prediction=[4.0]), unit(2, prediction=[90.0]), unit(3, prediction=["odd"]))
    assert value({1: "7", 2: "7", 3: "7"}, tmp_path, *units, **asked) == [pytest.approx(0.7), 0.0, 0.0]


def test_an_outcome_that_is_wanted_counts_whatever_was_predicted(tmp_path: Path) -> None:
    asked = {"metric": "outcome", "success": "yes"}
    assert value({1: "yes", 2: "no"}, tmp_path, unit(1, prediction=["no"]), unit(2), **asked) == [1.0, 0.0]
    with pytest.raises(InputError, match="maybe is no value of ill"):
        value({1: "yes"}, tmp_path, metric="outcome", success="maybe")


def test_the_service_is_told_by_the_log_alone() -> None:
    units = (unit(), unit(status=503), unit(status=422), unit(status="x"))
    assert list(values_of(units, params(metric="error_rate"), None)[0]) == [1.0, 0.0, None, None]
    quick = params(metric="latency", slower_than=0.05)
    units = (unit(), unit(seconds=0, status=500), Unit(START, "e", 0, {"seconds": 0.2}), Unit(START, "e", 0, {}))
    assert list(values_of(units, quick, None)[0]) == [1.0, None, 0.0, None]


def test_what_can_t_be_joined_is_told() -> None:
    with pytest.raises(InputError, match="no monitor of the deployment says where outcomes arrive"):
        values_of([unit()], params(), SCHEMA)
    asked = params(outcomes={"files": {"url": "file:///nowhere.csv", "format": "csv"}})
    with pytest.raises(InputError, match="names no row by an identifier"):
        values_of([unit()], asked, Reading({}))
    assert values_of([], asked, SCHEMA) == ([], []), "of no unit nobody is asked"
