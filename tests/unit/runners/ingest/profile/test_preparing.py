"""Preparations in the words of a spec, by what the profile shows."""

from typing import Any

import pyarrow as pa
import pytest

from runners.contract.preparations import Step, flaw
from runners.ingest.profile.preparations import Roles, find_preparations
from runners.ingest.profile.preparing import propose_preparations
from runners.ingest.profile.statistics import describe
from runners.tables.summary import summarise

ROWS = 400
COLUMNS: dict[str, tuple[str, list[Any]]] = {
    "id": ("integer", list(range(ROWS))),
    "y": ("integer", [row % 2 for row in range(ROWS)]),
    "same": ("string", ["x"] * ROWS),
    "serial": ("string", [f"S{row}" for row in range(ROWS)]),
    "note": ("string", [f"the customer {row} wrote about parcel {row * 7}" for row in range(ROWS)]),
    "shop": ("string", [f"shop {row % 90}" for row in range(ROWS)]),
    "town": ("string", ["ABC"[row % 3] for row in range(ROWS)]),
    "income": ("number", [None if row % 9 == 0 else row * 1000.0 for row in range(ROWS)]),
    "ratio": ("number", [(row % 40) / 13.0 for row in range(ROWS)]),
    "opened": ("datetime", [1_600_000_000_000_000 + row * 10**9 for row in range(ROWS)]),
    "odd ${x}": ("number", [None if row % 9 == 0 else row * 1000.0 for row in range(ROWS)]),
}
ARROW = {"integer": pa.int64(), "number": pa.float64(), "string": pa.string(), "datetime": pa.timestamp("us", "UTC")}


@pytest.fixture(scope="module")
def proposed() -> dict[str, list[dict[str, Any]]]:
    types: dict[str, Any] = {name: type_ for name, (type_, _) in COLUMNS.items()}
    arrays = [pa.array(values, ARROW[type_]) for type_, values in COLUMNS.values()]
    summary = summarise([pa.RecordBatch.from_arrays(arrays, names=list(COLUMNS))], types, "y")
    columns, roles = {name: describe(column) for name, column in summary.columns.items()}, Roles("id", "y")
    return propose_preparations(columns, roles, find_preparations(columns, roles))


def test_what_is_needed_is_proposed_by_column(proposed: dict[str, list[dict[str, Any]]]) -> None:
    assert proposed == {
        "same": [{"drop": True}],
        "serial": [{"drop": True}],
        "note": [{"text": {}}],
        "shop": [{"encode": {"by": "target"}}],
        "income": [{"impute": {"indicator": True}}, {"scale": "standard"}],
        "opened": [{"datetime": {}}],
    }


def test_a_spec_can_hold_all_of_it(proposed: dict[str, list[dict[str, Any]]]) -> None:
    for steps in proposed.values():
        assert flaw(tuple(map(Step.model_validate, steps))) == ""
