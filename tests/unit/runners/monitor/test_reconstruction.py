"""Columns that stop varying together are told, as NannyML tells them."""

import numpy as np
import pandas as pd
import pytest

from runners.monitor.columns import Column
from runners.monitor.engine import chunker, frames, nannyml, quiet, series
from runners.monitor.reconstruction import reconstruction
from runners.monitor.tables import Tables, parted

COLUMNS = (Column("a", "number"), Column("b", "number"), Column("c", "number"), Column("kind", "category"))


def rows(count: int, seed: int, *, together: bool = True) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    first = random.normal(size=count)
    second = first + random.normal(scale=0.2, size=count) if together else random.normal(size=count)
    gaps = np.where(random.random(count) < 0.05, np.nan, random.exponential(size=count))
    kinds = np.where(first > 0, "x", random.choice(["y", "z"], count))
    return pd.DataFrame({"a": first, "b": second, "c": gaps, "kind": kinds.astype(object)})


def tables(now: pd.DataFrame) -> Tables:
    reference = rows(4000, 1)
    return Tables(reference, reference, *parted(reference, 0), now, 500)


def test_it_grows_where_columns_part() -> None:
    usual, other = (reconstruction(tables(rows(2000, 2, together=together)), COLUMNS) for together in (True, False))
    assert usual
    assert other
    assert (any(usual.beyond()), all(other.beyond())) == (False, True)


def test_a_strange_window_and_one_column_are_no_reason_to_fail() -> None:
    strange = rows(100, 2).assign(kind="never seen", a=np.nan, b=7.0)
    found = reconstruction(tables(strange), COLUMNS)
    assert found
    assert all(value is not None and np.isfinite(value) for value in found.now)
    assert reconstruction(tables(strange), COLUMNS[:2]) is None, "of a there is nothing"


@pytest.mark.slow
@pytest.mark.xdist_group("nannyml")
@pytest.mark.parametrize("together", [True, False])
def test_it_is_nannymls(together: bool) -> None:
    compared = tables(rows(2000, 2, together=together))
    names = [one.name for one in COLUMNS]
    with quiet():
        theirs = nannyml().DataReconstructionDriftCalculator(column_names=names, chunker=chunker(500))
        found = frames(theirs.fit(compared.known[names]).calculate(compared.now[names]))
    ours = reconstruction(compared, COLUMNS)
    assert ours
    assert ours.now == pytest.approx(series(found, "reconstruction_error").now, rel=0.01)
