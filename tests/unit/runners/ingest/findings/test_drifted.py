"""Drift since the former version, by its profile: found where there is some, and no alarm where there is none."""

import json
from typing import Any

import numpy as np
import pytest

from runners.ingest.findings import drifted
from runners.ingest.findings.drifted import of_drift
from runners.ingest.findings.finding import Finding
from runners.ingest.findings.ground import ground_of
from runners.ingest.parameters import Parameters
from runners.ingest.profile.tables import profile_table
from runners.tables.summary import summarise
from tests.unit.runners.ingest.findings.looked import batch_of, clean

ROLES = {"source": {"sql": {"url": "x://", "query": "q"}}}


def profiled(values: dict[str, Any], types: Any, **roles: Any) -> tuple[Any, dict[str, Any]]:
    """Return what is known of a table, and its profile as it's read again."""
    params = Parameters.model_validate({**ROLES, **roles})
    summary = summarise([batch_of(values, types)], types, params.target)
    profile = json.loads(json.dumps(profile_table(summary, params, {})))
    return ground_of(summary, params, {}), profile


def drift(now: Any, before: Any, type_: str, **roles: Any) -> list[Finding]:
    types = {"x": type_}
    ground, _ = profiled({"x": now}, types, **roles)
    return list(of_drift(ground, profiled({"x": before}, types, **roles)[1]))


CHANCE = np.random.default_rng(5)
NORMAL = CHANCE.normal(size=2_000)


@pytest.mark.parametrize(
    ("now", "before", "type_", "kind"),
    [
        (NORMAL + 1, NORMAL, "number", "drifted_mean"),
        (NORMAL * 3, NORMAL, "number", "drifted_values"),
        (CHANCE.integers(0, 5, 900), CHANCE.integers(0, 3, 900), "integer", "drifted_mean"),
        (["a"] * 500 + ["b"] * 500, ["a"] * 900 + ["b"] * 100, "string", "drifted_values"),
        (["a"] * 500 + ["new"] * 500, ["a"] * 900 + ["b"] * 100, "string", "drifted_values"),
        ([True] * 500 + [False] * 500, [True] * 900 + [False] * 100, "boolean", "drifted_values"),
        ([None] * 300 + [1.5, 2.5] * 350, [1.5, 2.5] * 500, "number", "drifted_missing"),
        ([1.5, 2.5] * 50, [1.5, 2.5] * 500, "number", "drifted_rows"),
        (NORMAL + 0.05, NORMAL, "number", ""),
        (NORMAL[:15] + 5, NORMAL[:25], "number", ""),
        (["a"] * 90 + ["b"] * 12, ["a"] * 95 + ["b"] * 5, "string", ""),
        ([f"n{n}" for n in range(500)], [f"m{n}" for n in range(500)], "string", ""),
        (range(1000, 2000), range(1000), "integer", ""),
    ],
)
def test_a_change_is_found_where_it_is_large_and_beyond_chance(now: Any, before: Any, type_: str, kind: str) -> None:
    found = drift(now, before, type_)
    assert [one.kind for one in found] == ([kind] if kind else [])
    assert all(one.fix and one.evidence for one in found)


def test_the_interval_holds_the_change() -> None:
    (told,) = drift(NORMAL + 1, NORMAL, "number")
    low, high = told.evidence["interval"]
    assert low < 1 / NORMAL.std() < high
    assert high - low < 0.2


def test_of_a_sensitive_column_no_value_is_told() -> None:
    columns = {"x": {"type": "number", "sensitive": True, "missing": 1.0}}
    gaps = np.where(CHANCE.random(2_000) < 0.3, None, NORMAL + 77.125)  # type: ignore[arg-type]
    found = drift(gaps.tolist(), NORMAL, "number", columns=columns)
    assert [one.kind for one in found] == ["drifted_missing"]
    assert "77" not in str(found)


def test_clean_versions_raise_no_alarm() -> None:
    alarms = []
    for seed in range(200):
        columns, types, roles = clean(seed)
        batch = batch_of(columns, types)
        parts = np.random.default_rng(seed).permutation(batch.num_rows)
        halves = [batch.take(parts[start::2]) for start in (0, 1)]
        known = [profiled(dict(zip(types, half.columns, strict=True)), types, **roles) for half in halves]
        alarms += list(of_drift(known[0][0], known[1][1]))
    assert len(alarms) <= 2, alarms


@pytest.mark.parametrize(
    "former",
    [
        {},
        {"rows": "many", "columns": []},
        {"rows": -1, "columns": {"x": 5}},
        {"rows": 10**30, "columns": {"x": {"type": "number"}}},
        {"columns": {"x": {"type": "number", "count": 100, "missing": 0, "mean": "a", "std": None, "histogram": 7}}},
        {
            "columns": {
                "x": {"type": "number", "count": 100, "missing": 0, "histogram": {"edges": [2, 1], "counts": [5]}}
            }
        },
        {"columns": {"x": {"type": "number", "count": 10, "missing": 90, "mean": 1, "std": 1e-320, "infinite": 99}}},
        {"columns": {"x": {"type": "number", "count": True, "missing": 90, "top": [{"value": [], "count": "x"}]}}},
    ],
)
def test_what_is_no_profile_is_passed_over(former: dict[str, Any]) -> None:
    ground, _ = profiled({"x": NORMAL}, {"x": "number"})
    assert [one.kind for one in of_drift(ground, former) if one.kind not in ("drifted_rows", "drifted_missing")] == []


@pytest.mark.parametrize(
    ("step", "type_"), [(0.1, "number"), (0.05, "number"), (1 / 3, "number"), (1, "integer"), (7, "integer")]
)
def test_values_on_the_edges_of_bars_are_in_the_bars_they_were_in(
    step: float, type_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Measured values are rounded, and so lie on edges: a version that is the former one differs in nothing at all."""
    monkeypatch.setattr(drifted, "MUCH_DISTANCE", 0)
    monkeypatch.setattr(drifted, "LEVEL", 100)
    for many in range(10, 120):
        values = [round(number * step, 10) for number in CHANCE.integers(0, many, 100).tolist()]
        assert not drift(values, values, type_), many
