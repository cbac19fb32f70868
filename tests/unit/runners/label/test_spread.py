"""How probable each label is."""

from typing import Any

import numpy as np
import pytest

from runners.label.kinds import kind_of
from runners.label.matching import Matched
from runners.label.merging import NOBODYS
from runners.label.outcome import content_of, table_of
from runners.label.parameters import Parameters
from runners.label.rules import RULES
from tests.unit.runners.label.conftest import said


def told(answers: Any, truths: dict[Any, str] | None = None, **params: Any) -> list[dict[str, float]]:
    kind = kind_of(Parameters.model_validate({"exports": {"url": "x"}, **params}), Matched(answers))
    merged = kind.merge(answers).held_to(answers, truths or {}, kind.labels_in)
    table = table_of(answers, merged, merged.label != NOBODYS, kind)
    return [{one["label"]: one["chance"] for one in row} for row in table["chances"].to_pylist()]


def test_by_count_it_is_the_shares_of_the_votes() -> None:
    answers = said({1: {"a": "x", "b": "x", "c": "y"}, 2: {"a": "z"}})
    assert told(answers) == [{"x": 0.666667, "y": 0.333333}, {"z": 1.0}]


@pytest.mark.parametrize("rule", sorted(RULES))
def test_by_every_rule_it_adds_up_and_its_highest_is_the_confidence(rule: str) -> None:
    chance = np.random.default_rng(3)
    answers = said(
        {n: {who: str(chance.choice(["x", "y", "z"], p=[0.6, 0.3, 0.1])) for who in "abc"} for n in range(40)}
    )
    merged = RULES[rule](answers)  # type: ignore[index]
    assert merged.spread is not None
    sums = np.bincount(merged.spread.example, merged.spread.chance, len(merged))
    best = np.zeros(len(merged))
    np.maximum.at(best, merged.spread.example, merged.spread.chance)
    assert sums == pytest.approx(np.ones(len(merged)), abs=2e-3)
    assert best == pytest.approx(merged.confidence, abs=1e-6)


def test_each_label_of_sets_is_probable_on_its_own() -> None:
    answers = said({1: {"a": '["x","y"]', "b": '["x"]'}, 2: {"a": "[]", "b": "[]"}})
    assert told(answers, answer="labels") == [{"x": 1.0, "y": 0.5}, {}]


def test_a_ground_truth_is_sure_though_nobody_else_says_it() -> None:
    assert told(said({1: {"a": "x", "b": "y"}, 2: {"a": "x"}}), {1: "z"}) == [{"z": 1.0}, {"x": 1.0}]
    sets = said({1: {"a": '["x"]', "b": '["y"]'}, 2: {"a": '["x"]'}})
    assert told(sets, {1: '["y","z"]'}, answer="labels") == [{"y": 1.0, "z": 1.0}, {"x": 1.0}]


def test_labels_that_are_as_sure_and_as_probable_otherwise_are_other_content() -> None:
    def content(third: str) -> str:
        answers = said({1: {"a": "x", "b": "x", "c": third}, 2: {"a": "y", "b": "z"}})
        kind = kind_of(Parameters.model_validate({"exports": {"url": "x"}}), Matched(answers))
        merged = kind.merge(answers)
        is_used = merged.label != NOBODYS
        return content_of(merged, is_used, table_of(answers, merged, is_used, kind))

    assert content("y") == content("y") != content("z")
