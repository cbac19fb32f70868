"""Leakage that only rows tell."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from runners.ingest.findings.sampled import chatterjee, codes_of, kept
from tests.unit.runners.ingest.findings.looked import found_in

CHANCE = np.random.default_rng(6)
N = 800
X = CHANCE.normal(size=N)


def told(y: Any, type_: Any, x: Any = X, **roles: Any) -> dict[str, str]:
    found = found_in({"x": x, "y": y}, {"x": "number", "y": type_}, target="y", **roles)
    return {one.kind: one.severity for one in found if one.severity != "info"}


def test_a_threshold_and_a_curve_give_the_target_away_though_they_are_not_correlated() -> None:
    assert told(np.abs(X) < 0.7, "boolean") == {"target_copied": "error"}
    assert told(np.digitize(X, [-1, 0, 0.4]), "integer") == {"target_copied": "error"}
    assert told(np.cos(2 * X), "number") == {"target_copied": "error"}


def test_what_is_not_quite_so_is_not_told() -> None:
    noise = CHANCE.random(N) < 0.05
    assert "target_copied" not in told((np.abs(X) < 0.7) ^ noise, "boolean")
    assert told(np.cos(2 * X) + CHANCE.normal(0, 0.3, N), "number") == {}
    assert told(np.abs(X[:90]) < 0.7, "boolean", X[:90]) == {}
    rare = np.arange(N) % 100 == 0
    assert told(rare, "boolean") == {}


def test_of_a_timestamp_it_is_the_order_that_tells() -> None:
    columns = {"t": np.datetime64("2020-01-01", "s") + np.arange(N), "y": (np.arange(N) // 200) % 2}
    found = found_in(columns, {"t": "datetime", "y": "integer"}, target="y", timestamp="t")
    assert [one.kind for one in found if one.severity != "info"] == ["target_by_order"]


@pytest.mark.parametrize(("goals", "value"), [([0, 0, 0, 1, 1, 1], 1.0), ([0, 0, 0], 0.0)])
def test_classes_that_stand_together_are_kept(goals: list[int], value: float) -> None:
    assert kept(np.array(goals)) == value


def test_chance_keeps_nothing_and_chatterjee_is_as_it_was_published() -> None:
    assert abs(kept(CHANCE.integers(0, 3, 5000))) < 0.05
    goals = np.arange(100)
    assert chatterjee(goals) == pytest.approx(1 - 3 * 99 / (100**2 - 1))
    assert abs(chatterjee(CHANCE.permutation(5000))) < 0.05
    assert chatterjee(np.zeros(5, np.int64)) == 0


def test_codes_are_in_the_order_of_values() -> None:
    assert codes_of(pa.array(["b", "a", "b"])).tolist() == [1, 0, 1]
    assert codes_of(pa.array([True, False])).tolist() == [1, 0]
    assert codes_of(pa.array([2.5, -1.0, 2.5])).tolist() == [1, 0, 1]
