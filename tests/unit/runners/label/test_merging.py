"""Rules of merging."""

from random import Random

import pytest

from runners.label.merging import RULES, Merged, by_dawid_skene, by_majority


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_who_agrees_is_believed(rule: object) -> None:
    merged = rule({n: {"a": str(n % 2), "b": str(n % 2), "c": str(n % 2)} for n in range(10)})  # type: ignore[operator]
    assert {n: one.label for n, one in merged.items()} == {n: str(n % 2) for n in range(10)}
    assert all(one.confidence > 0.99 for one in merged.values())


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_one_annotator_and_one_label_are_enough(rule: object) -> None:
    assert rule({"x": {"a": "1"}, "y": {"a": "1"}}) == {"x": Merged("1", 1.0), "y": Merged("1", 1.0)}  # type: ignore[operator]


def test_the_majority_wins_with_its_share() -> None:
    merged = by_majority({"x": {"a": "1", "b": "1", "c": "2"}, "y": {"a": "3"}})
    assert merged == {"x": Merged("1", 0.666667), "y": Merged("3", 1.0)}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_of_two_who_never_agree_nobody_is_believed(rule: object) -> None:
    merged = rule({n: {"ann": "a", "bo": "b"} for n in range(100)})  # type: ignore[operator]
    assert merged == {n: Merged(None, 0.5) for n in range(100)}


def test_a_tie_has_no_label_however_frequent_one_is_elsewhere() -> None:
    answers = {"x": {"a": "1", "b": "2"}, "y": {"a": "2"}, "z": {"a": "4", "b": "3", "c": "4", "d": "3", "e": "1"}}
    assert by_majority(answers) == {"x": Merged(None, 0.5), "y": Merged("2", 1.0), "z": Merged(None, 0.4)}


def test_dawid_skene_believes_the_better_annotator() -> None:
    chance = Random(3)
    truth = {n: chance.choice("abc") for n in range(300)}
    errors = {"good": 0.02, "bad": 0.5, "worse": 0.5}
    answers = {
        n: {who: chance.choice("abc") if chance.random() < rate else label for who, rate in errors.items()}
        for n, label in truth.items()
    }
    right = {
        name: sum(merged[n].label == label for n, label in truth.items()) / 300
        for name, merged in (("ds", by_dawid_skene(answers)), ("majority", by_majority(answers)))
    }
    assert right["ds"] > 0.95
    assert right["ds"] > right["majority"]
    assert list(by_dawid_skene(answers)) == list(answers)
