"""Other estimates: nearer to what comes true where more rows are of a kind that the model is worse on."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from runners.monitor.columns import Column
from runners.monitor.opinions import FEWEST_ROWS, opinions
from runners.monitor.performance import TARGET
from runners.monitor.reference import PREDICTION, PROBABILITY, Reference
from runners.monitor.tables import Tables, parted

COLUMNS = (Column("size", "number"), Column("kind | of", "category"))


def rows(count: int, seed: int, *, odd: float = 0.2, task: str = "binary") -> pd.DataFrame:
    """Draw rows: of the kind that is odd, outcomes have nothing to do with what the model says."""
    random = np.random.default_rng(seed)
    is_odd, size = random.random(count) < odd, random.normal(size=count)
    share = 1 / (1 + np.exp(-3 * size))
    true = np.where(is_odd, 0.5, share)
    told = {"size": np.where(random.random(count) < 0.1, np.nan, size), "kind | of": np.where(is_odd, "odd", "usual")}
    if task == "regression":
        answers = {PREDICTION: size, TARGET: size + random.normal(size=count) * np.where(is_odd, 4.0, 1.0)}
    else:
        outcomes = (random.random(count) < true) * 1.0
        answers = {PREDICTION: (share > 0.5) * 1.0, PROBABILITY: share, TARGET: outcomes}
    return pd.DataFrame(told | answers).astype({"kind | of": "category"})


def tables(before: pd.DataFrame, now: pd.DataFrame) -> Tables:
    return Tables(before, before, *parted(before, 0), now, 100)


def reference(before: pd.DataFrame, task: str = "binary") -> Reference:
    return Reference(before, COLUMNS, task, ("0", "1"), "1", target=TARGET)  # type: ignore[arg-type]


def test_both_see_that_more_rows_are_of_the_kind_that_the_model_fails_on() -> None:
    before, now = rows(4_000, 0), rows(4_000, 1, odd=0.8)
    found = opinions(reference(before), tables(before, now.drop(columns=TARGET)), COLUMNS, "accuracy", 0)
    usual, true = ((side[PREDICTION] == side[TARGET]).mean() for side in (before, now))
    assert found
    assert found.metric == "accuracy"
    assert found.weighted == pytest.approx(true, abs=0.05)
    assert found.multicalibrated == pytest.approx(true, abs=0.05)
    assert true < usual - 0.15
    assert FEWEST_ROWS < found.rows < 4_000


def test_where_nothing_changed_all_say_the_same() -> None:
    before, now = rows(3_000, 2), rows(2_000, 3)
    found = opinions(reference(before), tables(before, now), COLUMNS, "roc_auc", 0)
    assert found
    assert found.weighted is not None
    assert found.weighted == pytest.approx(found.multicalibrated, abs=0.04)


def test_an_error_of_numbers_is_told_by_weights() -> None:
    before, now = rows(3_000, 4, task="regression"), rows(3_000, 5, odd=0.8, task="regression")
    found = opinions(reference(before, "regression"), tables(before, now), COLUMNS, "mae", 0)
    assert found
    assert found.weighted == pytest.approx((now[PREDICTION] - now[TARGET]).abs().mean(), rel=0.15)
    assert found.multicalibrated is None


def test_rows_that_the_reference_hardly_holds_are_no_estimate() -> None:
    before, now = rows(1_000, 6), rows(1_000, 7)
    far = now.assign(size=now["size"] + 9)
    found = opinions(reference(before), tables(before, far), COLUMNS, "accuracy", 0)
    assert found
    assert found.weighted is None


def test_with_few_rows_or_without_outcomes_nothing_is_told() -> None:
    before, now = rows(150, 8), rows(1_000, 9)
    assert opinions(reference(before), tables(before, now), COLUMNS, "accuracy", 0) is None
    whole = tables(rows(1_000, 8), now)
    bare = replace(whole, sample=whole.sample.drop(columns=TARGET))
    assert opinions(reference(before), bare, COLUMNS, "accuracy", 0) is None
    assert opinions(reference(before), whole, (), "accuracy", 0) is None
