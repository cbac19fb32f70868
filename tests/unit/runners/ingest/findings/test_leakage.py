"""Leakage that the summary tells."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.unit.runners.ingest.findings.looked import found_in

CHANCE = np.random.default_rng(4)
N = 600
TRUTH = CHANCE.integers(0, 2, N)
SIZE = CHANCE.normal(size=N)
NAMES = np.array(["ann", "bob", "cid", "dan"])[TRUTH * 2 + CHANCE.integers(0, 2, N)]


def told(x: Any, x_type: Any, y: Any, y_type: Any, **roles: Any) -> dict[str, str]:
    other = {"z": np.random.default_rng(1).normal(size=len(y))}
    found = found_in({"x": x, "y": y} | other, {"x": x_type, "y": y_type, "z": "number"}, target="y", **roles)
    return {one.kind: one.severity for one in found if one.severity != "info"}


@pytest.mark.parametrize(
    ("x", "x_type", "y", "y_type"),
    [
        (TRUTH * 2.0, "number", TRUTH, "integer"),
        (NAMES.tolist(), "string", TRUTH, "integer"),
        (NAMES.tolist(), "string", (TRUTH == 1).tolist(), "boolean"),
        (3 * SIZE - 1, "number", SIZE, "number"),
        (-SIZE + CHANCE.normal(0, 0.1, N), "number", SIZE, "number"),
    ],
)
def test_copies_and_functions_give_the_target_away(x: Any, x_type: Any, y: Any, y_type: Any) -> None:
    assert told(x, x_type, y, y_type)["target_copied"] == "error"
    for place in range(0, N, 8):  # one row in eight says something else
        x[place] = x[(place * 7 + 3) % N]
    assert "target_copied" not in told(x, x_type, y, y_type)


def test_three_rows_prove_nothing() -> None:
    assert told([1.0, 2.0, 3.0], "number", [2.0, 4.0, 6.1], "number") == {}


def gaps(is_missing: Any, y: Any, y_type: Any, values: Any = SIZE, type_: Any = "number") -> dict[str, str]:
    found = told(pa.array(values, mask=np.array(is_missing)), type_, y, y_type)
    return {kind: severity for kind, severity in found.items() if kind == "target_by_missingness"}


def test_gaps_that_go_with_the_target_are_told() -> None:
    random = CHANCE.random(N)
    assert gaps(TRUTH == 1, TRUTH, "integer") == {"target_by_missingness": "error"}
    assert gaps((TRUTH == 1) & (random < 0.8), TRUTH, "integer") == {"target_by_missingness": "warning"}
    assert gaps(random < 0.3 + 0.3 * TRUTH, TRUTH, "integer") == {}
    assert gaps((SIZE > 0) & (random < 0.95), SIZE, "number", CHANCE.normal(size=N)) == {
        "target_by_missingness": "warning"
    }
    assert gaps(TRUTH == 1, TRUTH, "integer", ["a", "b", "c"] * 200, "string") == {"target_by_missingness": "error"}
    assert gaps(np.arange(N) < 9, np.arange(N) < 9, "boolean") == {}


def test_a_text_that_is_written_once_the_target_is_known_is_told() -> None:
    reasons = pa.array([f"reason {place}" for place in range(N)], mask=TRUTH == 0)
    assert told(reasons, "string", TRUTH, "integer") == {"target_by_missingness": "error"}
    others = pa.array([f"reason {place}" for place in range(N)], mask=CHANCE.random(N) < 0.5)
    assert told(others, "string", TRUTH, "integer") == {}


def test_order_is_told_of_numbers_and_times_only() -> None:
    late = np.sort(SIZE)
    assert told(np.arange(N), "integer", late, "number", identifier="x")["target_by_order"] == "warning"
    assert told(np.arange(N), "integer", SIZE, "number", identifier="x") == {}
    days = np.datetime64("2020-01-01", "s") + np.arange(N)
    assert told(days, "datetime", late, "number", timestamp="x")["target_by_order"] == "warning"
    assert told(days, "datetime", SIZE, "number", timestamp="x") == {}
    names = [f"n{place}" for place in range(150)]
    assert told(names, "string", SIZE[:150], "number", identifier="x") == {}
