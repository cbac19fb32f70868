"""Only rows with an answer are measured, and what NannyML can't tell is noted."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from runners.monitor.appraisal import appraise, or_noted
from runners.monitor.engine import Unanswered
from runners.monitor.reference import Reference, read_reference
from runners.monitor.tables import Tables, tables_of, with_outcomes
from tests.unit.runners.monitor.traffic import census, predictions_of, write_trial


def compared(folder: Path, now: pd.DataFrame, before: pd.DataFrame | None = None) -> tuple[Reference, Tables]:
    rows = census(2015).sample(3000, random_state=1) if before is None else before
    reference = read_reference(write_trial(folder, rows), ["AGEP", "SEX"])
    tables = tables_of(reference, predictions_of(now), chunk=200, seed=0)
    return reference, with_outcomes(tables, reference, now["employed"].tolist())


def test_what_can_be_told_is_told() -> None:
    notes: list[str] = []
    assert or_noted("It", lambda: 3, notes) == 3
    assert notes == []


def test_what_cannot_be_told_is_noted() -> None:
    def ask() -> int:
        raise Unanswered("too few rows")

    notes: list[str] = []
    assert or_noted("The answer", ask, notes) is None
    assert notes == ["The answer can't be told: too few rows"]


def test_rows_without_any_answer_measure_nothing(tmp_path: Path) -> None:
    notes: list[str] = []
    reference, tables = compared(tmp_path, census(2016).head(600).assign(predicted_probability=None))
    assert appraise(reference, tables, ["roc_auc"], notes) == []
    assert notes == ["600 rows without a whole answer are left out of the performance."]
    assert appraise(reference, replace(tables, now=tables.now[["AGEP"]]), ["roc_auc"], []) == []
    assert appraise(reference, tables, [], []) == []


@pytest.mark.xdist_group("nannyml")
def test_rows_without_a_whole_answer_are_left_out(tmp_path: Path) -> None:
    now = census(2016).head(900)
    now = now.assign(predicted_probability=now["predicted_probability"].where(now.index % 3 > 0, None))
    notes: list[str] = []
    (told,) = appraise(*compared(tmp_path, now), ["accuracy"], notes)
    assert notes == ["300 rows without a whole answer are left out of the performance."]
    assert told.weights == ((200, 200, 200), (200, 200, 200))
    answered = now[now.index % 3 > 0]
    assert told.now(is_realized=True)[0] == pytest.approx((answered["prediction"] == answered["employed"]).mean())


@pytest.mark.xdist_group("nannyml")
def test_a_reference_that_is_too_small_is_noted(tmp_path: Path) -> None:
    notes: list[str] = []
    tables = compared(tmp_path, census(2016).head(600), census(2015).sample(3000, random_state=1).head(5))
    (told,) = appraise(*tables, ["accuracy"], notes)
    assert told.estimated is None
    assert told.realized
    assert [note.split(":")[0] for note in notes] == ["The estimated performance can't be told"]
