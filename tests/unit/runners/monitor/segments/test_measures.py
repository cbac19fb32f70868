"""How right segments are: of two classes, of several, and of numbers, with errors that small ones don't hide."""

from math import sqrt

import numpy as np
import pandas as pd
import pytest

from runners.monitor.performance import TARGET
from runners.monitor.reference import PREDICTION, PROBABILITY, Reference
from runners.monitor.scores import Answers
from runners.monitor.segments.measures import Figure, expected, measure_for, realized

RANDOM = np.random.default_rng(0)
ROWS = 400


def reference(task: str, rows: pd.DataFrame, classes: tuple[str, ...] = ()) -> Reference:
    return Reference(rows, (), task, classes, target=TARGET)  # type: ignore[arg-type]


def two(**changes: object) -> pd.DataFrame:
    chance = RANDOM.random(ROWS)
    told = {PROBABILITY: chance, PREDICTION: (chance > 0.5) * 1.0, TARGET: (RANDOM.random(ROWS) < chance) * 1.0}
    return pd.DataFrame(told | changes)


def test_of_two_classes_the_estimate_is_near_what_comes_true() -> None:
    rows = two()
    told, known = expected(reference("binary", rows), rows, rows), realized(reference("binary", rows), rows, "accuracy")
    measure = measure_for(reference("binary", rows), "accuracy")
    assert measure
    assert measure.value(told.answers) == pytest.approx(measure.value(known.answers), abs=0.03)
    assert measure.value(known.answers) == pytest.approx((rows[PREDICTION] == rows[TARGET]).mean())


def test_rows_without_an_outcome_or_a_whole_answer_are_left_out_and_the_others_keep_their_places() -> None:
    rows = two()
    rows.loc[:9, TARGET] = np.nan
    rows.loc[10:19, PROBABILITY] = np.nan
    known = realized(reference("binary", rows), rows, "roc_auc")
    assert known.places.tolist() == list(range(20, ROWS))
    segments = np.arange(ROWS) % 2
    assert len(known.of(segments, 1)) == (ROWS - 20) // 2
    assert len(realized(reference("binary", rows), rows.drop(columns=TARGET), "roc_auc").answers) == 0


def test_of_several_classes_the_accuracy_is_told() -> None:
    sure = RANDOM.uniform(0.4, 1.0, ROWS)
    is_right = RANDOM.random(ROWS) < sure
    told = {"probability_a": sure, "probability_b": (1 - sure) / 2, "probability_c": (1 - sure) / 2, PREDICTION: "a"}
    rows = pd.DataFrame(told | {TARGET: np.where(is_right, "a", "b")})
    model = reference("multiclass", rows, ("a", "b", "c"))
    measure = measure_for(model, "roc_auc")
    assert measure
    assert measure.metric == "accuracy"
    assert measure.value(realized(model, rows, measure.metric).answers) == pytest.approx(is_right.mean())
    assert measure.value(expected(model, rows, rows).answers) == pytest.approx(is_right.mean(), abs=0.03)


@pytest.mark.parametrize(("metric", "told"), [("mae", 2.0), ("rmse", 2.0), ("r2", 2.0)])
def test_of_numbers_an_error_is_told_and_nothing_is_estimated(metric: str, told: float) -> None:
    rows = pd.DataFrame({TARGET: np.zeros(ROWS), PREDICTION: np.tile([2.0, -2.0], ROWS // 2)})
    model = reference("regression", rows)
    measure = measure_for(model, metric)
    assert measure
    assert measure.metric == ("rmse" if metric == "r2" else metric)
    assert measure.value(realized(model, rows, measure.metric).answers) == pytest.approx(told)
    assert len(expected(model, rows, rows).answers) == 0


def test_a_model_of_sets_is_measured_by_nothing() -> None:
    assert measure_for(reference("multilabel", two()), "f1") is None


def test_a_segment_without_a_wrong_answer_may_have_some() -> None:
    measure = measure_for(reference("binary", two()), "accuracy")
    assert measure
    right = Answers(*(np.tile([0.0, 1.0], 50),) * 3)
    figure = measure.of(right, [right])
    assert figure
    assert figure.value == 1.0
    assert 0.005 < figure.error < 0.05
    assert measure.of(right.at(slice(10)), [right]) is None, "ten rows are too few"


def test_an_error_of_ones_own_counts_where_it_is_larger() -> None:
    measure = measure_for(reference("binary", two()), "roc_auc")
    assert measure
    rows = realized(reference("binary", two()), two(), "roc_auc").answers
    calm = Answers(rows.outcomes, rows.predicted, rows.outcomes)
    one, both = measure.of(rows, [calm]), measure.of(rows, [calm, rows])
    assert one
    assert both
    assert (one.error, both.error > 0.01) == (0.0, True)
    assert measure.of(Answers(np.ones(50), np.ones(50), np.ones(50)), [rows]) is None, "one class alone has no area"


def test_a_drop_is_what_is_worse_and_of_errors_a_share() -> None:
    area, error = measure_for(reference("binary", two()), "roc_auc"), measure_for(reference("regression", two()), "mae")
    assert area
    assert error
    assert area.drop(Figure(0.9, 0.03, 9), Figure(0.8, 0.04, 9)) == pytest.approx((0.1, 0.05))
    assert error.drop(Figure(2.0, 0.3, 9), Figure(3.0, 0.4, 9)) == pytest.approx((0.5, 0.25))
    assert error.drop(Figure(0.0, 0.0, 9), Figure(3.0, 0.4, 9)) is None
    assert area.drop(None, Figure(0.8, 0.04, 9)) is None


def test_the_error_of_a_root_is_that_of_its_square_by_twice_the_root() -> None:
    measure = measure_for(reference("regression", two()), "rmse")
    assert measure
    squares = Answers(RANDOM.uniform(1, 3, ROWS), np.ones(ROWS), np.ones(ROWS))
    figure = measure.of(squares, [squares])
    assert figure
    assert figure.error == pytest.approx(squares.outcomes.std() / 2 / figure.value / sqrt(ROWS))
