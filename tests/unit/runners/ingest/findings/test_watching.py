"""All findings of a table: false alarms, order, sensitive columns; each kind's power stands beside its module."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.ingest.findings.finding import KINDS, SEVERITIES
from tests.unit.runners.ingest.findings.looked import batch_of, clean, found_in

TABLES, MOST = 200, 2
"""Of so many clean tables no more than so many may raise a warning: one in a hundred."""


def test_clean_tables_raise_no_warning() -> None:
    alarms = {}
    for seed in range(TABLES):
        columns, types, roles = clean(seed)
        if told := [one.what for one in found_in(columns, types, **roles) if one.severity != "info"]:
            alarms[seed] = told
    assert len(alarms) <= MOST, alarms


def planted(seed: int) -> tuple[dict[str, Any], Any, dict[str, Any]]:
    """Return a clean table in which several things are wrong now."""
    columns, types, roles = clean(seed)
    chance = np.random.default_rng(seed)
    rows = len(columns["id"])
    columns["code"], types["code"] = np.where(chance.random(rows) < 0.1, -999, chance.integers(0, 9, rows)), "integer"
    columns["city"], types["city"] = np.array(["NY", "ny ", "LA"])[chance.integers(0, 3, rows)].tolist(), "string"
    columns["far"], types["far"] = np.append(chance.normal(size=rows - 1), 1e7), "number"
    return columns, types, roles


@settings(max_examples=15)
@given(st.integers(0, 50), st.integers(0, 2**32), st.lists(st.integers(0, 900), max_size=4))
def test_the_order_of_rows_and_where_they_are_cut_make_no_difference(seed: int, order: int, cuts: list[int]) -> None:
    columns, types, roles = planted(seed)
    batch = batch_of(columns, types)
    shuffled = batch.take(np.random.default_rng(order).permutation(batch.num_rows))
    other = dict(zip(types, shuffled.columns, strict=True))
    told = [one.as_json() for one in found_in(columns, types, **roles)]
    assert told == [one.as_json() for one in found_in(other, types, cuts, **roles)]
    assert {"spelling_variants", "outliers"} <= {one["kind"] for one in told}


@pytest.mark.parametrize("seed", range(6))
def test_no_value_of_a_sensitive_column_is_told(seed: int) -> None:
    columns, types, roles = planted(seed)
    hidden = {name: {"type": type_, "sensitive": True, "missing": 1.0} for name, type_ in types.items()}
    columns["city"] = ["Secretville" if one == "NY" else "secretville " for one in columns["city"]]
    found = found_in(columns, types, columns=hidden, **roles)
    text = json.dumps([one.as_json() for one in found]).casefold()
    assert {"spelling_variants", "outliers", "sentinel_numbers"} <= {one.kind for one in found}
    for value in ("secretville", "e+07", "10000000", "row-"):
        assert value not in text


def test_the_most_severe_come_first_and_all_say_what_to_do() -> None:
    columns, types, roles = planted(3)
    columns["twin"], types["twin"] = columns["far"], "number"
    found = found_in(columns, types, **(roles | {"target": "far"}))
    assert found[0].kind == "target_copied"
    places = [SEVERITIES.index(one.severity) for one in found]
    assert places == sorted(places)
    assert all(one.what and one.fix and one.kind in KINDS for one in found)


@pytest.mark.parametrize("rows", [0, 1, 2, 5])
def test_a_few_rows_and_empty_columns_are_no_trouble(rows: int) -> None:
    types: Any = {"id": "string", "a": "number", "b": "string", "t": "datetime", "y": "boolean", "w": "integer"}
    gone = {name: [None] * rows for name in types}
    found_in(gone, types, identifier="id", target="y")
    there = {"id": ["x"] * rows, "a": [float("inf")] * rows, "b": [""] * rows, "t": [None] * rows, "y": [True] * rows}
    found_in(there | {"w": [2**63 - 1] * rows}, types, identifier="id", target="y", timestamp="t")
    found_in({"y": [True] * rows}, {"y": "boolean"}, target="y")
