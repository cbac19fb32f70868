"""For what labels are refused."""

from typing import Any

import numpy as np
import pytest

from runners.label.matching import Matched
from runners.label.parameters import Parameters
from runners.label.reliability import Reliability
from runners.label.verdict import judge
from tests.unit.runners.label.conftest import said

ALPHA = "Krippendorff's alpha"
NONE = np.zeros(0)
TWO = {"1.png": {"a": "5", "b": "5"}, "2.png": {"a": "6"}}


def told(
    answers: Any, strays: tuple[str, ...] = (), alpha: float | None = 0.9, draws: Any = NONE, **spec: Any
) -> list[tuple[str, str]]:
    params = Parameters.model_validate({"exports": {"url": "x", "question": "digit"}, **spec})
    violations = list(
        judge(params, Matched(said(answers), strays=strays), len(answers), Reliability(alpha, draws), lambda a: [a])
    )
    assert all(violation.fix for violation in violations)
    return [(violation.where, violation.what) for violation in violations]


def test_labels_that_hold_the_rules_are_not_refused() -> None:
    assert told(TWO, choices=["5", "6"], agreement={"alpha": 0.9}) == []


@pytest.mark.parametrize(
    ("spec", "alpha", "expected"),
    [
        ({"agreement": {"alpha": 0.6}}, 0.59, ("agreement", f"{ALPHA} is 0.590, below agreement.alpha 0.6")),
        ({"agreement": {"alpha": 0.6}}, None, ("agreement", "all 2 answers are `5`, so that alpha is undefined")),
        ({"agreement": {"annotators": 2}}, 0.9, ("answers", "1 of 2 answered examples have fewer than 2 answers")),
        ({"choices": ["5"]}, 0.9, ("choices", "1 answer is `6`, which is not among choices: 2.png by a")),
    ],
)  # fmt: skip
def test_each_rule_is_told(spec: dict[str, Any], alpha: float | None, expected: tuple[str, str]) -> None:
    ((where, what),) = told(TWO, alpha=alpha, **spec)
    assert where == expected[0]
    assert what.startswith(expected[1])


def test_an_undefined_alpha_passes_where_none_is_asked_for() -> None:
    assert told(TWO, alpha=None) == []


def test_tasks_that_show_no_example_are_named() -> None:
    strays = tuple(f"p.json[{n}]" for n in range(7))
    assert told(TWO, strays)[0][1] == (
        "7 tasks show no example of the dataset: p.json[0], p.json[1], p.json[2], p.json[3], p.json[4] and 2 more"
    )


def test_no_answer_at_all_is_told() -> None:
    assert [where for where, _ in told({}, ("x",), alpha=None, agreement={"alpha": 0.5})] == ["tasks", "answers"]


def test_a_choice_is_held_to_the_choices_as_a_whole() -> None:
    assert told({"1.png": {"a": "this; that"}}, choices=["this; that"]) == []
    assert told({"1.png": {"a": "this; that"}}, choices=["this", "that"])[0][0] == "choices"


def judged(matched: Matched, labelled: int, **spec: Any) -> list[tuple[str, str, str]]:
    params = Parameters.model_validate({"exports": {"url": "x", "question": "digit"}, **spec})
    return [
        (found.where, found.what, found.fix) for found in judge(params, matched, labelled, Reliability(), lambda a: [a])
    ]


def test_it_is_told_which_way_alpha_is_undefined() -> None:
    gate = {"agreement": {"alpha": 0.6}}
    same = judged(Matched(said({n: {"a": "ok", "b": "ok", "c": "ok"} for n in range(4)})), 4, **gate)
    assert same == [
        (
            "agreement",
            "all 12 answers are `ok`, so that alpha is undefined",
            "lower agreement.alpha to 0, or add examples of another kind",
        )
    ]
    ((_, what, fix),) = judged(Matched(said({1: {"a": "ok"}, 2: {"a": "no"}})), 2, **gate)
    assert what == "no example has two answers, so that alpha is undefined"
    assert fix.endswith("have examples labelled by several people")


def test_labels_of_which_none_can_be_used_are_refused() -> None:
    ((where, what, _),) = judged(Matched(said({n: {"a": "x", "b": "y"} for n in range(9)})), 0)
    assert (where, what) == ("answers", "none of 9 answered examples has a label: all are ties or disputed")


def test_ground_truths_that_differ_are_refused() -> None:
    ((where, what, _),) = judged(Matched(said(TWO), clashes=("1.png",)), 2)
    assert (where, what) == ("ground_truth", "1 examples have ground truths that differ: 1.png")


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = told(TWO, ("x",), alpha=0.1, choices=["7"], agreement={"alpha": 0.5, "annotators": 2})
    assert [where for where, _ in found] == ["tasks", "choices", "choices", "answers", "agreement"]


def test_the_spec_may_ask_for_the_bound_of_the_interval() -> None:
    draws = np.linspace(0.5, 0.8, 1001)
    assert told(TWO, alpha=0.65, draws=draws, agreement={"alpha": 0.6}) == []
    assert told(TWO, alpha=0.65, draws=draws, agreement={"alpha": 0.5, "confidence": 0.95}) == []
    ((where, what),) = told(TWO, alpha=0.65, draws=draws, agreement={"alpha": 0.6, "confidence": 0.95})
    assert (where, what) == (
        "agreement",
        f"{ALPHA} is 0.650, and with confidence 0.95 no more than 0.515 is sure, below agreement.alpha 0.6",
    )
    ((_, what),) = told(TWO, alpha=0.55, draws=draws, agreement={"alpha": 0.6})
    assert what == f"{ALPHA} is 0.550, below agreement.alpha 0.6 (95 % interval 0.507 to 0.792)"
