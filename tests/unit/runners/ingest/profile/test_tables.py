"""Profiles of tables."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from runners.ingest.parameters import Parameters
from runners.ingest.profile.tables import profile_table
from runners.ingest.tables import write_table
from runners.sources.reading import Reading
from tests.unit.runners.ingest.tables_at_random import params, written

ROWS: dict[str, list[Any]] = {
    "id": [str(n) for n in range(60)],
    "age": [float(n % 30) for n in range(60)],
    "sex": ["f", "m", "f"] * 20,
    "when": [f"2024-01-{n % 28 + 1:02}" for n in range(60)],
    "leak": [n % 2 * 2.0 for n in range(60)],
    "y": [n % 2 for n in range(60)],
}


def profiled(folder: Path, rows: dict[str, list[Any]], **spec: Any) -> dict[str, Any]:
    params = Parameters.model_validate({"source": {"sql": {"url": "x://", "query": "q"}}, **spec})
    reading = Reading(iter([pa.RecordBatch.from_pydict(rows)]), is_text=False, read_from="here")
    table = write_table(reading, params, folder)
    profile = profile_table(table.summary, params, table.distinct)
    json.dumps(profile, allow_nan=False)
    return profile


def test_roles_are_told_and_associations_measured(tmp_path: Path) -> None:
    profile = profiled(tmp_path, ROWS, identifier="id", target="y", timestamp="when")
    assert profile["identifier"] == {"column": "id", "duplicates": 0, "missing": 0}
    assert profile["target"] == {"column": "y", "missing": 0, "balance": {"0": 0.5, "1": 0.5}}
    assert profile["timestamp"]["from"] == "2024-01-01T00:00:00+00:00"
    measured = {
        name: c["target_association"]["measure"] for name, c in profile["columns"].items() if "target_association" in c
    }
    assert measured == {"age": "point_biserial", "sex": "cramers_v", "when": "point_biserial", "leak": "point_biserial"}
    assert {"name": "check_leakage", "columns": ["leak"]}.items() <= profile["preparations"][-1].items()


def test_a_target_of_numbers_has_a_mean_instead_of_a_balance(tmp_path: Path) -> None:
    profile = profiled(tmp_path, {"a": ROWS["age"], "y": [n / 7 for n in range(60)]}, target="y")
    assert set(profile["target"]) == {"column", "missing", "mean", "std"}
    assert profile["columns"]["a"]["target_association"]["measure"] == "pearson"


def test_roles_that_the_data_lacks_are_nothing(tmp_path: Path) -> None:
    profile = profiled(tmp_path, {"a": [1]}, identifier="id", target="y", timestamp="t")
    assert (profile["identifier"], profile["target"], profile["timestamp"]) == (None, None, None)


def test_no_rows_and_no_values_make_a_profile(tmp_path: Path) -> None:
    profile = profiled(tmp_path, {"a": [], "y": []}, target="y")
    assert (profile["rows"], profile["columns"]["a"]["count"]) == (0, 0)
    assert profiled(tmp_path, {"a": [None], "y": [None]}, target="y")["target"]["balance"] == {}


def test_a_profile_says_what_columns_count_and_mean() -> None:
    columns = {"a": {"type": "integer", "unit": "years", "description": "<age>"}}
    found = written(False, {"a": [1, 2], "b": [1, 2]}, columns=columns, new_columns="allow")
    told = profile_table(found.summary, params(columns=columns))["columns"]
    assert (told["a"]["unit"], told["a"]["description"], "unit" in told["b"]) == ("years", "<age>", False)
