"""Drift that is there is found, drift that isn't is not: real census rows of several years."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import jensenshannon

from runners.monitor.chunks import persists
from runners.monitor.columns import Column, typed
from runners.monitor.drift import column_drift, reconstruction
from tests.unit.runners.monitor.traffic import CATEGORIES, FEATURES, NUMBERS, census

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("nannyml")]

COLUMNS = [Column(name, "number" if name in NUMBERS else "category") for name in FEATURES]
REFERENCE = typed(census(2015).sample(6000, random_state=1), COLUMNS)
LEAST = 0.1


def rows(year: int, count: int = 1500) -> pd.DataFrame:
    return typed(census(year).head(count), COLUMNS)


def test_the_same_population_does_not_drift() -> None:
    found = column_drift(REFERENCE, rows(2016), COLUMNS, size=500, least=LEAST)
    assert set(found) == set(FEATURES)
    assert not [name for name, series in found.items() if persists(series.beyond())]
    whole = reconstruction(REFERENCE, rows(2016), COLUMNS, size=500)
    assert whole
    assert not persists(whole.beyond())


def test_residents_of_group_quarters_are_another_population() -> None:
    now = rows(2018)  # the census file of 2018 lists the residents of dormitories and homes first
    assert set(now["RELP"]) == {"16", "17"}
    found = column_drift(REFERENCE, now, COLUMNS, size=500, least=LEAST)
    assert {name for name, series in found.items() if persists(series.beyond())} >= {"RELP", "AGEP", "MAR", "SCHL"}
    whole = reconstruction(REFERENCE, now, COLUMNS, size=500)
    assert whole
    assert persists(whole.beyond())


def test_the_distance_is_scipys() -> None:
    now = rows(2018, 500)
    found = column_drift(REFERENCE, now, COLUMNS, size=500, least=LEAST)
    names = REFERENCE["MAR"].unique()
    shares = [[(table["MAR"] == name).mean() for name in names] for table in (REFERENCE, now)]
    assert found["MAR"].now == (pytest.approx(jensenshannon(*shares, base=2)),)


def test_the_limit_is_never_within_the_noise_of_small_chunks() -> None:
    small = column_drift(REFERENCE, rows(2016, 300), COLUMNS, size=60, least=0.01)
    assert all((series.upper or 0) > max(value or 0 for value in series.reference[:5]) for series in small.values())
    assert small["SCHL"].upper
    assert small["SCHL"].upper > LEAST


def test_categories_that_the_reference_never_held_are_far() -> None:
    now = rows(2016, 500).assign(SEX="X")
    found = column_drift(REFERENCE, now, COLUMNS, size=250, least=LEAST)
    assert found["SEX"].now == (pytest.approx(1.0), pytest.approx(1.0))
    assert reconstruction(REFERENCE, now, COLUMNS, size=250)


def test_a_column_without_values_is_left_out() -> None:
    now = rows(2016, 500).assign(AGEP=np.nan)
    assert set(column_drift(REFERENCE, now, COLUMNS, size=250, least=LEAST)) == set(CATEGORIES)
    assert column_drift(REFERENCE, now, COLUMNS[:1], size=250, least=LEAST) == {}
    assert reconstruction(REFERENCE, now, COLUMNS[:2], size=250) is None
