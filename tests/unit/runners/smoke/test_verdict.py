"""Answers are held against the recorded ones."""

from typing import Any

import pytest

from runners.asking import Answer
from runners.smoke.recordings import Recording
from runners.smoke.verdict import MOST, Judged, compare, judge, judge_batch, together

EXPECTED = Recording({"inputs": []}, {"prediction": [1], "predicted_probability": [0.75]})


def answer(prediction: Any, probability: Any) -> Answer:
    outputs = [{"name": "prediction", "data": prediction}, {"name": "predicted_probability", "data": probability}]
    return Answer(200, {"outputs": outputs})


def test_the_recorded_answer_is_right() -> None:
    assert judge(0, EXPECTED, answer([1], [0.75]), 1e-4) == Judged()


def test_a_number_may_differ_by_the_tolerance() -> None:
    near = judge(0, EXPECTED, answer([1], [0.75005]), 1e-4)
    assert not near.violations
    assert near.difference == pytest.approx(5e-5)
    (wrong,) = judge(3, EXPECTED, answer([1], [0.76]), 1e-4).violations
    assert (wrong.where, wrong.what) == ("example 3, predicted_probability", "0.75 was expected, 0.76 came")


@pytest.mark.parametrize(
    ("expected", "found", "is_right"),
    [
        (["a"], ["a"], True),
        (["a"], ["b"], False),
        ([1], [1.0], True),
        ([1], ["1"], False),
        ([True], [True], True),
        ([True], [1], False),
        ([None], [None], True),
        ([None], [0.0], False),
        ([1.0, 2.0], [1.0], False),
        ([1.0], None, False),
        ([1.0], "1", False),
    ],
)
def test_anything_else_is_the_same_or_wrong(expected: list[Any], found: Any, is_right: bool) -> None:
    assert (not compare("it", expected, found, 1e-4).violations) == is_right


@pytest.mark.parametrize("body", ["oops", None, {"error": "no such column"}, {"outputs": 3}, {"outputs": [{}]}])
def test_no_answer_is_told_with_its_status(body: Any) -> None:
    (wrong,) = judge(0, EXPECTED, Answer(400, body), 1e-4).violations
    assert "status 400" in wrong.what


def test_a_batch_is_held_against_all_examples() -> None:
    both = [EXPECTED, Recording({"inputs": []}, {"prediction": [0]})]
    assert judge_batch(both, Answer(200, {"predictions": [1, 0]}), 0) == Judged()
    (wrong,) = judge_batch(both, Answer(200, {"predictions": [1, 1]}), 0).violations
    assert wrong.what == "0 was expected at place 1, 1 came"
    assert judge_batch(both, Answer(500, "oops"), 0).violations
    assert judge_batch([Recording({}, {})], Answer(200, {"predictions": []}), 0) == Judged()


def test_of_many_violations_only_the_number_is_told() -> None:
    one = compare("it", [1], [2], 0)
    whole = together([one] * 50)
    assert len(whole.violations) == MOST + 1
    assert whole.violations[-1].what == "30 more differ"
