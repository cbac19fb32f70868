"""Drift: limits against the version before, by summaries, and no alarm where chance alone did it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from runners.contract import Violation
from runners.ingest.drift import divergence, drifted, homogeneity, previous_of
from runners.ingest.ingestion import ingest
from runners.tables.columns import ARROW, plain, type_of
from runners.tables.summary import Summary, summarise
from tests.unit.runners.ingest.tables_at_random import params, written

TINY = {"mean": 1e-6, "missing": 1e-6, "distance": 1e-6}


def summary(**columns: Any) -> Summary:
    arrays = {name: plain(pa.array(values)) for name, values in columns.items()}
    types = {name: type_of(values.type) or "string" for name, values in arrays.items()}
    stored = [values.cast(ARROW[types[name]]) for name, values in arrays.items()]
    return summarise([pa.RecordBatch.from_arrays(stored, names=list(arrays))], types)


def told(now: Summary, before: Summary, **drift: Any) -> list[Violation]:
    return list(drifted(now, before, params(drift=drift)))


@pytest.mark.parametrize(("now", "broken"), [(49, "fewer than 50%"), (50, ""), (200, ""), (201, "more than 200%")])
def test_rows_are_counted_against_those_before(now: int, broken: str) -> None:
    found = told(summary(x=[1] * now), summary(x=[1] * 100), rows={"minimum": 0.5, "maximum": 2})
    assert [broken in v.what for v in found] == ([True] if broken else [])


@pytest.mark.parametrize(
    ("limits", "now", "before", "is_broken"),
    [
        ({"mean": 0.5}, [5.0, 6.0] * 50, [0.0, 1.0] * 50, True),
        ({"mean": 20}, [5.0, 6.0] * 50, [0.0, 1.0] * 50, False),
        ({"mean": 0.5}, [5, 6] * 50, [0, 1] * 50, True),
        ({"mean": 0.5}, [3] * 50, [5] * 50, True),
        ({"mean": 0.5}, [3] * 50, [3] * 50, False),
        ({"mean": 0.5}, [9.0], [0.0, 1.0] * 50, False),
        ({"missing": 0.1}, [None] * 30 + [1] * 70, [1] * 100, True),
        ({"missing": 0.4}, [None] * 30 + [1] * 70, [1] * 100, False),
        ({"missing": 0.1}, [None, 1], [1] * 100, False),
        ({"distance": 0.1}, [3] * 100, [5] * 100, True),
        ({"distance": 0.1}, [0.0, 9.0] * 50, [0.0, 10.0] * 50, True),
        ({"distance": 0.1}, ["a", "b"] * 50, ["a", "c"] * 50, True),
        ({"distance": 0.1}, ["a", "b"] * 50, ["b", "a"] * 50, False),
        ({"distance": 0.9}, ["a", "b"] * 50, ["a", "c"] * 50, False),
        ({"distance": 0.1}, [True] * 90 + [False] * 10, [True] * 10 + [False] * 90, True),
        ({"distance": 0.1}, [datetime(2024, 1, 1, tzinfo=UTC)] * 60, [datetime(2023, 1, 1, tzinfo=UTC)] * 60, True),
        ({"distance": 0.1}, [float("inf")] * 60, [1.0] * 60, True),
        ({"distance": 0.1}, ["a"], ["b"] * 100, False),
        ({"distance": 0.1}, [None] * 50, ["b"] * 100, False),
        ({"mean": 0.1}, ["a"] * 50, ["b"] * 50, False),
        ({"mean": 0.1}, [1.0] * 50, ["b"] * 50, False),
    ],
)
def test_a_limit_breaks_where_the_figure_is_beyond_it_and_beyond_chance(
    limits: dict[str, float], now: list[Any], before: list[Any], is_broken: bool
) -> None:
    found = told(summary(x=now), summary(x=before), columns={"x": limits})
    assert [v.where for v in found] == (["x"] if is_broken else [])


@pytest.mark.parametrize("rows", [20, 300])
def test_what_has_not_changed_is_refused_no_more_often_than_is_said(rows: int) -> None:
    chance = np.random.default_rng(7)

    def version() -> Summary:
        gaps = chance.random(rows) < 0.1
        values = [None if gap else value for gap, value in zip(gaps, chance.normal(size=rows).tolist(), strict=True)]
        return summary(x=values, c=chance.integers(0, 4, rows).astype(str).tolist())

    limits = {"x": TINY, "c": {"distance": 1e-6}}
    alarms = sum(bool(told(version(), version(), columns=limits, false_alarms=0.1)) for _ in range(80))
    assert alarms <= 16  # of 80, where 8 are expected at the most: more than this by a chance of 1 in 400


def test_a_column_that_is_new_or_gone_is_held_to_nothing() -> None:
    assert told(summary(x=[1] * 50), summary(y=[1] * 50), columns={"x": TINY, "y": TINY}) == []


def test_no_value_of_a_column_is_told() -> None:
    found = told(summary(x=["secret"] * 50), summary(x=["hidden"] * 50), columns={"x": {"distance": 0.1}})
    assert not [v for v in found if "secret" in str(v) or "hidden" in str(v)]


def test_the_distance_is_that_of_jensen_and_shannon() -> None:
    assert divergence(np.array([[1, 0], [0, 1]])) == 1
    assert divergence(np.array([[3, 1], [6, 2]])) == 0
    assert divergence(np.array([[1, 1], [1, 0]])) == pytest.approx(0.5579, abs=1e-4)
    assert homogeneity(np.array([[1, 0], [0, 1]])) == 1


def test_the_version_before_is_an_input_and_the_first_is_held_to_nothing(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("x\n" + "1\n2\n" * 50)
    asked = params(source={"files": {"url": str(file), "format": "csv"}})
    (tmp_path / "before").mkdir()
    ingest("datasets/x", asked, tmp_path / "before")
    before = {"previous": (tmp_path / "before").as_uri()}
    rows, drift = {"x": [8, 9] * 20}, {"rows": {"minimum": 0.5}, "columns": {"x": {"mean": 1}}}
    assert written(False, rows, drift=drift).violations == ()
    found = written(False, rows, drift=drift, inputs=before).violations
    assert [v.where for v in found] == ["table", "x"]
    assert written(False, rows, drift={"rows": {"minimum": 0.1}}, inputs=before).violations == ()
    assert previous_of(params(), before) is None
