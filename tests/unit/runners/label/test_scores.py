"""Scores: what models answer becomes labels and doubt, and two models are compared."""

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.label.scores import Score, apart, doubt, read_scores, scores_in, write_scores


def test_binary_and_several_classes_are_read_alike() -> None:
    one = scores_in({"prediction": [1, 0], "predicted_probability": [0.9, 0.5]}, 2)
    many = scores_in({"prediction": ["1", "0"], "probabilities": [0.1, 0.9, 0.5, 0.5]}, 2)
    assert one == many == [Score("1", 0.9, 0.468996, 0.8), Score("0", 0.5, 1.0, 0.0)]
    assert scores_in({"prediction": [2.0, 2.5]}, 2) == [Score("2"), Score("2.5")]


@pytest.mark.parametrize(
    "outputs",
    [
        {},
        {"prediction": [1]},
        {"prediction": [1, 0], "predicted_probability": [0.5, math.nan]},
        {"prediction": [1, 0], "predicted_probability": [0.5, 3]},
        {"prediction": [1, 0], "predicted_probability": [0.5, "x"]},
        {"prediction": [1, 0], "probabilities": [1.0, 1.0]},
    ],
)
def test_what_is_no_answer_is_told(outputs: dict[str, list[object]]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        scores_in(outputs, 2)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_for_two_classes_entropy_and_margin_give_one_order(chances: list[float]) -> None:
    scores = scores_in({"prediction": [0] * len(chances), "predicted_probability": chances}, len(chances))
    by = {name: sorted(scores, key=lambda score: doubt(score, name)) for name in ("entropy", "margin")}
    margins = [[score.margin or 0.0 for score in found] for found in by.values()]
    assert margins[0] == pytest.approx(margins[1], abs=0.01)
    assert all(0 <= (score.entropy or 0) <= 1 and 0 <= (score.margin or 0) <= 1 for score in scores)


def test_where_both_are_sure_and_differ_comes_first() -> None:
    sure, less, other = Score("a", 0.9, 0.3, 0.8), Score("b", 0.6, 0.9, 0.2), Score("b", 0.95, 0.2, 0.9)
    order = sorted([(sure, other), (sure, less), (sure, sure), (less, less), (None, sure)], key=lambda two: apart(*two))
    assert order == [(sure, other), (sure, less), (less, less), (sure, sure), (None, sure)]
    assert doubt(None, "margin") == doubt(Score("a"), "entropy") == math.inf


def test_scores_are_written_and_read(tmp_path: Path) -> None:
    told = {"b": Score("x"), "a": Score("y", 0.5, 1.0, 0.0)}
    write_scores(tmp_path, told)
    assert read_scores(tmp_path) == told
