"""Drift that is there is found, drift that isn't is not: real census rows of several years."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import jensenshannon

from runners.monitor.columns import Column, typed
from runners.monitor.drift import Drift, column_drift, comparable, spans
from runners.monitor.reconstruction import reconstruction
from runners.monitor.tables import Tables, parted
from tests.unit.runners.monitor.traffic import CATEGORIES, FEATURES, NUMBERS, census

pytestmark = pytest.mark.xdist_group("nannyml")

COLUMNS = [Column(name, "number" if name in NUMBERS else "category") for name in FEATURES]
REFERENCE = typed(census(2015).sample(6000, random_state=1), COLUMNS)
LEAST = 0.1


EACH = 0.0005


def rows(year: int, count: int = 1500) -> pd.DataFrame:
    return typed(census(year).head(count), COLUMNS)


def tables(now: pd.DataFrame, size: int = 500) -> Tables:
    return Tables(REFERENCE, REFERENCE, *parted(REFERENCE, 0), now, size)


def drift_of(now: pd.DataFrame, size: int = 500, least: float = LEAST) -> Mapping[str, Drift]:
    return column_drift(tables(now, size), COLUMNS, least=least, each=EACH, seed=0)


def drifted(found: Mapping[str, Drift]) -> set[str]:
    return {name for name, drift in found.items() if drift.is_beyond}


def test_the_same_population_does_not_drift() -> None:
    found = drift_of(rows(2016))
    assert set(found) == set(FEATURES)
    assert not drifted(found)
    assert reconstruction(tables(rows(2016)), COLUMNS)


def test_residents_of_group_quarters_are_another_population() -> None:
    now = rows(2018)  # the census file of 2018 lists the residents of dormitories and homes first
    assert set(now["RELP"]) == {"16", "17"}
    assert drifted(drift_of(now)) >= {"RELP", "AGEP", "MAR", "SCHL"}
    whole = reconstruction(tables(now), COLUMNS)
    assert whole
    assert any(whole.beyond())


def test_the_distance_is_scipys() -> None:
    now = rows(2018, 500)
    held_out, names = tables(now).held_out, REFERENCE["MAR"].unique()
    shares = [[(table["MAR"] == name).mean() for name in names] for table in (held_out, now)]
    assert drift_of(now)["MAR"].distance == pytest.approx(jensenshannon(*shares, base=2))


def test_the_limit_is_never_within_the_noise_of_small_windows() -> None:
    small = drift_of(rows(2016, 120), size=60, least=0.01)
    assert not drifted(small)
    assert small["SCHL"].limit > LEAST
    assert all(drift.chunks.upper and drift.chunks.upper > drift.limit for drift in small.values())


def test_categories_that_the_reference_never_held_are_far() -> None:
    now = rows(2016, 500).assign(SEX="X")
    assert drift_of(now, 250)["SEX"].chunks.now == (pytest.approx(1.0), pytest.approx(1.0))
    assert reconstruction(tables(now, 250), COLUMNS)


def test_the_newest_chunks_are_judged_by_themselves() -> None:
    now = pd.concat([rows(2016, 8000), rows(2018, 600)], ignore_index=True)
    found = drift_of(now, 200)["RELP"]
    assert found.is_beyond
    assert found.distance > 0.5
    assert spans([200] * 40) == (8000, 600)
    assert spans([200] * 3) == (600,)


def test_a_column_without_values_is_left_out() -> None:
    now = rows(2016, 500).assign(AGEP=np.nan)
    assert set(drift_of(now, 250)) == set(CATEGORIES)
    assert comparable(tables(now), COLUMNS) == len(CATEGORIES)
    assert column_drift(tables(now), COLUMNS[:1], least=LEAST, each=EACH, seed=0) == {}
    assert reconstruction(tables(now, 250), COLUMNS[:2]) is None


def test_a_reference_of_fewer_rows_than_a_chunk_is_compared_all_the_same() -> None:
    few = REFERENCE.head(35)
    small = Tables(few, few, *parted(few, 0), rows(2016, 90), 30)
    assert reconstruction(small, COLUMNS)
    assert not drifted(column_drift(small, COLUMNS, least=LEAST, each=EACH, seed=0))
