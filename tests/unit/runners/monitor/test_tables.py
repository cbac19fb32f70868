"""Both tables hold the same columns in the same kinds, whoever wrote them."""

import numpy as np
import pandas as pd
import pytest

from runners.monitor.columns import Column
from runners.monitor.payloads import Prediction
from runners.monitor.performance import TARGET
from runners.monitor.reference import Reference
from runners.monitor.tables import TIME, outputs_of, tables_of, with_outcomes
from tests.unit.runners.monitor.traffic import START

COLUMNS = (Column("age", "number"), Column("sex", "category"))
ROWS = pd.DataFrame({"age": [1.0, 2.0, 3.0], "sex": [1, 2, 1], "y": [0, 1, 1], "prediction": [0, 1, 0]})
BINARY = Reference(ROWS.assign(predicted_probability=[0.1, 0.9, 0.4]), COLUMNS, "binary", ("0", "1"), "1", "id", "y")


def asked(*answers: tuple[object, object]) -> list[Prediction]:
    rows = [{"age": "4", "sex": "2", "id": number} for number in range(len(answers))]
    return [Prediction(START, "", row, *answer) for row, answer in zip(rows, answers, strict=True)]


def test_two_classes_become_numbers() -> None:
    tables = tables_of(BINARY, asked((1, 0.8), ("0", None)), chunk=100, seed=0)
    assert tables.now["prediction"].tolist() == [1.0, 0.0]
    assert tables.now["predicted_probability"].fillna(-1).tolist() == [0.8, -1.0]
    assert tables.now["age"].tolist() == [4.0, 4.0]
    assert tables.reference["sex"].tolist() == ["1", "2", "1"]
    assert tables.reference[TARGET].tolist() == [0.0, 1.0, 1.0]
    assert set(tables.now) == set(tables.reference) - {TARGET} | {TIME}
    assert tables.reference["confidence"].tolist() == pytest.approx([0.9, 0.9, 0.6])
    assert outputs_of(BINARY, tables) == (Column("prediction", "number"), Column("confidence", "number"))


def test_outcomes_are_added_where_they_are_known() -> None:
    tables = with_outcomes(tables_of(BINARY, asked((1, 0.8), (0, 0.1)), chunk=100, seed=0), BINARY, ["1", None])
    assert tables.now[TARGET].fillna(-1).tolist() == [1.0, -1.0]


def test_several_classes_stay_texts() -> None:
    rows = pd.DataFrame(
        {"age": [1.0], "sex": ["1"], "y": ["a"], "prediction": ["a"], "probability_a": [0.7], "probability_b": [0.3]}
    )
    reference = Reference(rows, COLUMNS, "multiclass", ("a", "b"), "b", None, "y")
    now = tables_of(reference, asked(("b", [0.2, 0.8]), ("a", None), ("a", [1.0])), chunk=100, seed=0).now
    assert now["prediction"].tolist() == ["b", "a", "a"]
    assert now["probability_b"].fillna(-1).tolist() == [0.8, -1.0, -1.0]


def test_numbers_stay_numbers() -> None:
    reference = Reference(ROWS.drop(columns="y").assign(prediction=[0.5, 1.5, 2.5]), COLUMNS, "regression")
    tables = tables_of(reference, asked((0.25, None), ("2", None)), chunk=100, seed=0)
    assert tables.now["prediction"].tolist() == [0.25, 2.0]
    assert TARGET not in tables.reference


def test_a_large_reference_is_sampled_by_the_seed() -> None:
    many = pd.DataFrame({"age": np.arange(30_000.0), "sex": "1"})
    reference = Reference(many, COLUMNS, None)
    first, second = (tables_of(reference, asked(*[(1, 0.5)] * 1000), chunk=100, seed=5) for _ in range(2))
    assert len(first.reference) == 30_000
    assert len(first.sample) == 5_000
    assert first.sample.equals(second.sample)
    assert first.held_out.equals(second.held_out)
    assert (len(first.known), len(first.held_out)) == (7_500, 22_500)
    assert not set(first.known["age"]) & set(first.held_out["age"])
    assert len(first.held_out_sample) == 20_000
    assert first.sample["age"].tolist() != sorted(first.sample["age"])


def test_outcomes_of_former_rows_stand_apart() -> None:
    asked_now, before = asked((1, 0.8)), asked((0, 0.1), (1, 0.7))
    tables = with_outcomes(tables_of(BINARY, asked_now, chunk=100, seed=0), BINARY, ["0", None, "1"], before)
    assert tables.former[TARGET].fillna(-1).tolist() == [0.0, -1.0]
    assert tables.former["prediction"].tolist() == [0.0, 1.0]
    assert tables.now[TARGET].tolist() == [1.0]


def test_texts_are_compared_by_their_figures() -> None:
    texts = [f"the quick fox number {at} runs" for at in range(40)]
    columns = (Column("length of note", "number"), Column("unknown words of note", "number"))
    reference = Reference(pd.DataFrame({"note": texts}), columns, None, texts=("note",))
    predictions = [Prediction(START, "", {"note": "lorem ipsum dolor"}, None, None)] * 3
    tables = tables_of(reference, predictions, chunk=100, seed=0)
    assert tables.now["unknown words of note"].tolist() == [1.0] * 3
    assert tables.reference["unknown words of note"].max() < 0.5
    assert outputs_of(reference, tables) == ()
