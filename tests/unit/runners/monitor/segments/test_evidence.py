"""Drift within segments: the evidence is that of the sequential tests, and it is of the segment alone."""

import numpy as np
import pandas as pd
import pytest

from runners.monitor.parameters import Segments
from runners.monitor.segments.evidence import evidence, moved
from runners.monitor.segments.groups import groupings
from runners.sequential import columns
from tests.unit.runners.monitor.segments import world


def test_the_evidence_is_that_of_the_sequential_tests() -> None:
    random = np.random.default_rng(0)
    usual, now = (random.multinomial(rows, random.dirichlet(np.ones(6)), 20) for rows in (300, 100))
    told = evidence(usual, now)
    assert told == pytest.approx([columns.evidence(*pair) for pair in zip(usual, now, strict=True)])
    assert evidence(np.zeros(3, int), np.zeros(3, int)) == 0.0


def test_evidence_is_one_on_average_where_nothing_moved() -> None:
    random = np.random.default_rng(1)
    usual, now = (random.multinomial(rows, [0.5, 0.3, 0.2], 20_000) for rows in (40, 30))
    assert np.exp(evidence(usual, now)).mean() < 1.1


def test_a_column_that_moved_in_one_segment_alone_is_found_there() -> None:
    random = np.random.default_rng(2)
    before, now = world.population(4_000, random), world.population(3_000, random)
    now["income"] = np.where(now["group"] == "c", now["income"] * 3, now["income"])
    tables = world.tables_of(before, now)
    groups = groupings(tables, world.COLUMNS[:2], Segments(columns=("group",)))
    (found,) = moved(groups, tables, world.COLUMNS, fewest=50, limits=(0.1, 0.01))
    told = {
        name: [one.column for one in segment if one.is_drifted]
        for name, segment in zip(groups[0].names, found, strict=True)
    }
    assert told.pop("group = c") == ["income"]
    assert not any(told.values())
    assert {one.column for one in found[0]} == {"age", "income", "job|title"}, "the group's own column is one value"


def test_a_segment_with_few_rows_is_not_judged() -> None:
    random = np.random.default_rng(3)
    before, now = world.population(2_000, random), world.population(300, random)
    tables = world.tables_of(before, now)
    groups = groupings(tables, world.COLUMNS[:2], Segments(columns=("group",)))
    (found,) = moved(groups, tables, world.COLUMNS, fewest=100, limits=(0.1, 0.01))
    judged = [name for name, segment in zip(groups[0].names, found, strict=True) if segment]
    assert judged == ["group = a"] or set(judged) == {"group = a", "group = b"}


def test_what_moved_less_than_the_threshold_is_no_drift() -> None:
    random = np.random.default_rng(4)
    before, now = world.population(9_000, random), world.population(9_000, random)
    now["income"] = now["income"] * 1.2
    tables = world.tables_of(before, now)
    groups = groupings(tables, world.COLUMNS[:2], Segments(columns=("group",)))
    (found,) = moved(groups, tables, world.COLUMNS, fewest=50, limits=(0.5, 0.01))
    assert found[0][0].column == "income"
    assert found[0][0].nats > 10
    assert not found[0][0].is_drifted
    assert isinstance(tables.now, pd.DataFrame)
