"""Outcomes of replayed rows: joined by identifier, and both models held against the same ones."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runners.evaluate.comparison import AskedBound
from runners.evaluate.predictions import Answers
from runners.models import Signature
from runners.monitor.parameters import Outcomes
from runners.replay.outcomes import Said, compared, known_of, mcnemar
from runners.tables.reading import ColumnReading, Reading
from tests.unit.runners.models.conftest import signature
from tests.unit.runners.replay.traffic import SCHEMA


def named(**parts: Any) -> Signature:
    return replace(signature(), **{"schema": SCHEMA, **parts})


def given(path: Path, text: str) -> Outcomes:
    path.write_text(text)
    return Outcomes.model_validate({"files": {"url": path.as_uri(), "format": "csv"}})


def test_outcomes_are_joined_by_the_row_s_identifier(tmp_path: Path) -> None:
    outcomes = given(tmp_path / "o.csv", "id,ill\n7,yes\n3,no\n99,yes\n5,\n")
    found = known_of(outcomes, named(), [3, None, 5, 7.0, 8])
    assert (found.places.tolist(), found.values) == ([0, 3], ["no", "yes"])


def test_where_nothing_can_be_joined_it_says_why(tmp_path: Path) -> None:
    assert "No monitor" in known_of(None, named(), [1]).notes[0]
    outcomes = given(tmp_path / "o.csv", "id,ill\n7,yes\n")
    assert "names no row" in known_of(outcomes, named(schema=None), [1]).notes[0]
    nameless = Reading({"ill": ColumnReading("string", ("no", "yes"))}, target="ill")
    assert "names no row" in known_of(outcomes, named(schema=nameless), [1]).notes[0]
    assert "none is joined" in known_of(outcomes, named(), [1, 2]).notes[0]
    assert not len(known_of(outcomes, named(), []).places)


def said(answers: list[str], chances: list[float]) -> Said:
    return Said(np.array(answers, object), np.array(chances)[:, None])


def test_both_are_measured_on_the_same_rows() -> None:
    truth = ["yes", "no"] * 50
    right = said(truth, [0.9, 0.1] * 50)
    wrong = said(["no", "yes"] * 50, [0.1, 0.9] * 50)
    asked = [AskedBound(metric="roc_auc", confidence=0.95)]
    metrics, told = compared(truth, (right, wrong), (named(), named()), asked, 0)
    assert (metrics["live.roc_auc"], metrics["candidate.roc_auc"], metrics["difference.roc_auc"]) == (1, 0, -1)
    assert told["bounds"][0] | {"low": 0, "high": 0} == {
        "metric": "roc_auc",
        "confidence": 0.95,
        "slice": None,
        "value": None,
        "low": 0,
        "high": 0,
    }
    assert told["mcnemar"] == {"candidate_alone": 0, "live_alone": 100, "p": pytest.approx(2**-99)}


def test_without_outcomes_or_of_other_classes_nothing_is_compared() -> None:
    one = said(["yes"], [0.9])
    assert compared(["yes"], (one, one), (named(), named()), [], 0) == ({}, {})
    two = said(["yes", "no"], [0.9, 0.1])
    assert compared(["yes", "no"], (two, two), (named(), named(classes=("no", "maybe"))), [], 0) == ({}, {})


def test_mcnemar_counts_rows_that_one_alone_gets_right() -> None:
    truth = np.array([1] * 10)
    live, own = (Answers("binary", truth, np.array(said)) for said in ([1] * 8 + [0] * 2, [1] * 2 + [0] * 7 + [1]))
    assert mcnemar(live, own)["mcnemar"] == {"candidate_alone": 1, "live_alone": 6, "p": pytest.approx(0.125)}
    assert mcnemar(live, live)["mcnemar"]["p"] == 1.0
    numbers = Answers("regression", truth.astype(float), truth.astype(float))
    assert mcnemar(numbers, numbers) == {}
