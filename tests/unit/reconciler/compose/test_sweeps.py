"""Spaces of sweeps, and the trials that they make."""

from collections.abc import Mapping
from contextlib import suppress
from time import process_time
from typing import Any

import pytest

from reconciler.compose.flaws import Flawed
from reconciler.compose.library import Desk
from reconciler.compose.sweeps import space, trials
from reconciler.model.errors import BadSpec
from tests.unit.reconciler.compose.samples import library


def expanded(
    params: Mapping[str, Any], budget: int = 100, seed: int = 0, files: Mapping[str, str] | None = None
) -> list[Mapping[str, Any]]:
    return list(trials(space(params, Desk(library(files or {}), "experiments")), budget, seed))


def test_trials_are_the_product_in_the_order_of_the_file() -> None:
    params = {"model": "choice(a, b)", "depth": 3, "deep": {"rate": "range(0, 3)", "list": ["choice(x, y)"]}}
    found = expanded(params)
    assert [(trial["model"], trial["deep"]["rate"]) for trial in found] == [
        ("a", 0), ("a", 1), ("a", 2), ("b", 0), ("b", 1), ("b", 2),
    ]  # fmt: skip
    assert all(list(trial) == ["model", "depth", "deep"] for trial in found)
    assert found[0]["deep"] == {"rate": 0, "list": ["choice(x, y)"]}


def test_without_sweeps_there_is_one_trial() -> None:
    assert expanded({}) == [{}]
    assert expanded({"a": 1}) == [{"a": 1}]


def test_the_same_combination_is_one_trial() -> None:
    assert expanded({"a": "choice(1, 2, 1)"}) == [{"a": 1}, {"a": 2}]


def test_steps_of_a_tenth_are_hydras() -> None:
    found = [trial["a"] for trial in expanded({"a": "range(0, 1, 0.1)"})]
    assert found == pytest.approx([0.1 * step for step in range(10)])
    assert [trial["a"] for trial in expanded({"a": "range(3, 0, -1)"})] == [3, 2, 1]


def test_intervals_share_the_budget() -> None:
    params = {"model": "choice(a, b)", "rate": "interval(0, 1)", "depth": "int(interval(1, 9))"}
    found = expanded(params, budget=9, seed=1)
    assert [trial["model"] for trial in found] == ["a"] * 4 + ["b"] * 4
    assert all(0 <= trial["rate"] <= 1 and 1 <= trial["depth"] <= 8 for trial in found)
    assert found == expanded(params, budget=9, seed=1)
    assert found != expanded(params, budget=9, seed=2)


def test_a_larger_budget_keeps_the_former_trials() -> None:
    params = {"model": "choice(a, b)", "rate": "interval(0, 1)"}
    small, large = expanded(params, budget=8), expanded(params, budget=20)
    assert len(large) == 20
    assert all(trial in large for trial in small)


def test_every_combination_has_points_of_its_own() -> None:
    params = {"model": "choice(a, b, c, d)", "rate": "interval(0, 1)", "depth": "interval(0, 1)"}
    found = expanded(params, budget=32)
    assert len({trial["rate"] for trial in found}) == len({trial["depth"] for trial in found}) == 32
    for model in "abcd":
        rates = sorted(trial["rate"] for trial in found if trial["model"] == model)
        assert [int(8 * rate) for rate in rates] == list(range(8))


def test_one_point_for_each_combination_covers_the_interval_all_the_same() -> None:
    found = expanded({"fold": "range(16)", "rate": "interval(0, 1)"}, budget=16)
    assert sorted(int(16 * trial["rate"]) for trial in found) == list(range(16))


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"a": "range(1000000000)"}, "makes 1,000,000,000 trials, and budget.trials allows 100"),
        ({"a": "range(1" + "0" * 30 + ")"}, "makes endlessly many trials"),
        ({"a": "range(0, 1, 1e-300)"}, "makes endlessly many trials"),
        ({f"a{i}": "range(1000)" for i in range(60)}, "makes endlessly many trials"),
        ({"a": "range(11)", "b": "range(10)"}, "makes 110 trials"),
        ({"a": "range(101)", "b": "interval(0, 1)"}, "makes 101 trials"),
        ({"a": "range(0)"}, "the sweep is empty"),
        ({"a": "range(0)", "b": "interval(0, 1)"}, "the sweep is empty"),
        ({f"a{i}": "choice(1)" for i in range(1000)}, "more than 100 sweeps"),
        ({f"a{i}": "interval(0, 1)" for i in range(13)}, "more than 12 intervals"),
        ({f"a{i}": f"choice('{'x' * 900}')" for i in range(20)}, "more than 8,000 characters"),
        ({"a": "glob(*)"}, "finds no part in specs/parts/a/"),
        ({"deep": {"a": "choice()"}}, "can't be read"),
    ],
)
def test_what_is_too_much_or_nothing_is_refused_at_once(params: dict[str, Any], words: str) -> None:
    start = process_time()
    with pytest.raises(Flawed, match=words) as caught:
        expanded(params)
    assert process_time() - start < 5
    assert caught.value.flaws[0].path[0] == "params"


@pytest.mark.parametrize(
    "inside",
    ["[" * 1900 + "]" * 1900, "${" * 900, "{a:" * 600, "'" * 3000, "\\" * 3000],
    ids=["lists", "references", "mappings", "quotes", "backslashes"],
)
def test_hostile_sweeps_end(inside: str) -> None:
    start = process_time()
    with suppress(Flawed):
        expanded({"a": f"choice({inside})"})
    assert process_time() - start < 20


PARTS = {
    "specs/parts/model/gbm.yaml": "depth: 3",
    "specs/parts/model/logistic.yaml": "c: 1.0",
    "specs/parts/model/old.yaml": "x: 1",
    "specs/parts/bad/a.yaml": "x: ${y}",
}


def test_a_glob_takes_the_contents_of_parts() -> None:
    found = expanded({"model": "glob(*, exclude=o*)"}, files=PARTS)
    assert found == [{"model": {"depth": 3}}, {"model": {"c": 1.0}}]
    with pytest.raises(Flawed, match="may not have `defaults` or interpolation"):
        expanded({"bad": "glob(*)"}, files=PARTS)


def test_all_wrong_sweeps_are_told() -> None:
    with pytest.raises(Flawed) as caught:
        expanded({"a": "choice()", "b": {"c": "range(1, 2, 0)"}})
    assert [flaw.path for flaw in caught.value.flaws] == [("params", "a"), ("params", "b", "c")]


def test_a_part_that_cant_be_read_is_told_as_such() -> None:
    with pytest.raises(BadSpec) as caught:
        expanded({"model": "glob(*)"}, files={"specs/parts/model/a.yaml": "- x"})
    assert caught.value.problems[0].file == "specs/parts/model/a.yaml"
