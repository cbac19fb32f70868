"""Logged rows: a draw of them, and what keeps a candidate from being asked about them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from runners.models import Column, Tensor
from runners.monitor.payloads import Log, Prediction
from runners.replay.logged import Logged, drawn, names_in_log, obstacle, unlike, unreadable
from tests.unit.runners.models.conftest import signature
from tests.unit.runners.replay.traffic import START

BOTH = Tensor("both", "FP32", ("age", "weight"))


def log(count: int) -> Log:
    rows = (
        Prediction(START + timedelta(seconds=n), f"e{n}#0", {"age": n / 2, "weight": n}, "yes", 0.5)
        for n in range(count)
    )
    return Log(list(rows))


def test_a_draw_is_without_replacement_in_the_order_of_time_and_the_same_for_a_seed() -> None:
    found = drawn(log(100), 30, 1)
    weights = found.columns["weight"]
    assert (len(found), found.of, len(set(weights)), weights == sorted(weights)) == (30, 100, 30, True)
    assert found.columns["age"] == [weight / 2 for weight in weights]
    assert drawn(log(100), 30, 1).columns == found.columns
    assert drawn(log(100), 30, 2).columns != found.columns


def test_every_row_has_the_same_chance() -> None:
    counts = [0] * 20
    for seed in range(2000):
        for weight in drawn(log(20), 5, seed).columns["weight"]:
            counts[weight] += 1
    assert all(400 < count < 600 for count in counts), counts


def test_no_more_rows_than_there_are() -> None:
    assert len(drawn(log(7), 30, 0)) == 7
    assert len(drawn(Log(), 30, 0)) == 0


def test_rows_are_taken_by_their_places() -> None:
    some = drawn(log(5), 30, 0).at([3, 1])
    assert (some.columns["weight"], some.prediction, some.probability) == ([3, 1], ["yes"] * 2, [0.5] * 2)


def test_what_models_take_and_what_names_a_row_is_read() -> None:
    wider = replace(signature(), inputs=(*signature().inputs, Column("height", "FP32")))
    assert names_in_log(signature(), wider) == ("age", "weight", "height", "id")


def test_rows_that_came_as_a_whole_tensor_are_found() -> None:
    told = replace(signature(), tensors=(BOTH,))
    logged = Logged({"age": [1.0, None], "both": [None, [1.0, 2.0]]}, ["yes", "no"], [0.5, 0.5], 2)
    assert unreadable(logged, told) == [1]
    assert unreadable(logged, signature()) == []


def test_rows_whose_answer_is_none_are_found() -> None:
    logged = Logged({}, ["yes", None, {"a": 1}, ["no"], 1.5, True], [], 6)
    assert unreadable(logged, signature()) == [1, 2, 3]
    number = replace(signature(), task="regression")
    assert unreadable(logged, number) == [0, 1, 2, 3]


def test_pictures_and_columns_that_are_left_out_are_obstacles() -> None:
    known = signature()
    assert obstacle(known, known, ["town"]) == ""
    assert obstacle(known, known, ["age"]) == "the payload log leaves out age, which the candidate is asked with"
    assert obstacle(known, known, ["age", "weight"]).startswith("the payload log leaves out age, weight, which")
    picture = replace(known, image={"size": 8})
    assert obstacle(picture, known, []) == obstacle(known, picture, []) == "pictures aren't replayed"


@pytest.mark.parametrize(
    ("inputs", "identifier", "found"),
    [
        (("age", "weight"), "id", []),
        (("age", "weight", "height"), "id", [("height", "a column that requests don't have")]),
        (("age",), "id", [("weight", "a column that it doesn't take")]),
        (("age", "weight"), None, [("id", "a column that it doesn't take")]),
        (("age", "weight", "id"), None, [("id", "a column that requests don't have")]),
    ],
)
def test_columns_that_one_of_both_lacks_refuse_every_row(
    inputs: tuple[str, ...], identifier: str | None, found: list[tuple[str, str]]
) -> None:
    candidate = replace(signature(), inputs=tuple(Column(name, "FP32") for name in inputs), identifier=identifier)
    logged = Logged({"id": [1, None]}, ["yes", "no"], [0.5, 0.5], 2)
    assert list(unlike(candidate, signature(), logged)) == found
    nameless = Logged({"id": [None, None]}, ["yes", "no"], [0.5, 0.5], 2)
    assert [one for one in unlike(candidate, signature(), nameless) if one[0] != "id"] == [
        one for one in found if one[0] != "id"
    ]
