"""Answers that say several labels at once."""

from collections import Counter
from random import Random
from typing import Any

import krippendorff
import numpy as np
import pytest
from nltk.metrics import masi_distance

from runners.contract import InputError
from runners.label.merging import by_majority
from runners.label.reliability import reliability_of
from runners.label.rules import RULES
from runners.label.sets import SetDistance, labels_in, labels_of_sets, merge_by_label, sets_of, text_of
from tests.unit.runners.label.conftest import said


def sets_said(told: dict[Any, dict[str, str]]) -> Any:
    """Return as answers sets that are told as words."""
    return said({n: {who: text_of(words.split()) for who, words in given.items()} for n, given in told.items()})


def drawn(seed: int, examples: int = 50, names: str = "abcd") -> dict[int, dict[str, str]]:
    chance = Random(seed)
    told: dict[int, dict[str, str]] = {}
    for n in range(examples):
        true = {name for name in names if chance.random() < 0.4}
        told[n] = {
            who: " ".join(name for name in names if (name in true) != (chance.random() < 0.2))
            for who in "123"
            if chance.random() < 0.85
        }
    return {n: given for n, given in told.items() if given}


def test_equal_sets_have_one_text() -> None:
    assert text_of(["b", "a", "b"]) == text_of(["a", "b"]) == '["a","b"]'
    assert labels_in(text_of(["x; y", 'q"'])) == ['q"', "x; y"]


@pytest.mark.parametrize(
    ("left", "right", "apart"),
    [
        ("a b", "a b", 0),
        ("a", "a b", 1 - 1 / 2 * 2 / 3),
        ("a b", "b c", 1 - 1 / 3 * 1 / 3),
        ("a", "b", 1),
        ("", "a", 1),
        ("", "", 0),
    ],
)
def test_the_distance_is_that_of_the_paper(left: str, right: str, apart: float) -> None:
    answers = sets_said({1: {"1": left, "2": right}})
    assert SetDistance(answers.labels).within(answers).tolist() == pytest.approx([2 * apart])
    if left and right:  # nltk rounds a third to two digits
        assert masi_distance(set(left.split()), set(right.split())) == pytest.approx(apart, abs=0.01)


@pytest.mark.parametrize("seed", range(6))
def test_alpha_is_that_of_the_distance(seed: int) -> None:
    told = drawn(seed)
    texts = sorted({text_of(words.split()) for given in told.values() for words in given.values()})
    values = [
        [float(texts.index(text_of(given[who].split()))) if who in given else np.nan for given in told.values()]
        for who in "123"
    ]

    def masi(v1: Any, v2: Any, **_: Any) -> Any:
        def apart(one: float, other: float) -> float:
            left, right = (set(labels_in(texts[int(place)])) for place in (one, other))
            if left == right:
                return 0.0
            weight = 2 / 3 if left <= right or right <= left else 1 / 3
            return 1 - len(left & right) / len(left | right) * weight

        return np.vectorize(apart, otypes=[float])(v1, v2)

    expected = krippendorff.alpha(np.array(values), level_of_measurement=masi)
    found = reliability_of(sets_said(told), SetDistance, labels_of_sets)
    assert found.alpha == pytest.approx(expected, abs=2e-6)
    assert found.interval is not None
    assert found.interval[0] < found.alpha < found.interval[1]


def test_alpha_of_each_label_is_of_the_question_whether_it_is_said() -> None:
    told = drawn(3)
    found = reliability_of(sets_said(told), SetDistance, labels_of_sets)
    assert list(found.labels) == list("abcd")
    for name, one in found.labels.items():
        alone = {n: {who: str(name in words.split()) for who, words in given.items()} for n, given in told.items()}
        assert one.alpha == reliability_of(said(alone)).alpha


def test_of_very_many_sets_the_interval_is_nearly_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = sets_said(drawn(1, 300))
    exact = reliability_of(answers, SetDistance)
    monkeypatch.setattr("runners.label.sets.MOST_COMPARED", 3)
    near = reliability_of(answers, SetDistance)
    assert near.alpha == exact.alpha
    assert near.interval == pytest.approx(exact.interval, abs=0.005)


@pytest.mark.parametrize("seed", range(4))
def test_each_label_is_merged_by_its_votes(seed: int) -> None:
    told = drawn(seed)
    merged = list(merge_by_label(by_majority, sets_said(told)))
    for given, one in zip(told.values(), merged, strict=True):
        votes = Counter(name for words in given.values() for name in words.split())
        names = {name for words in (g for t in told.values() for g in t.values()) for name in words.split()}
        shares = {name: votes[name] / len(given) for name in names}
        assert one.confidence == pytest.approx(min(max(s, 1 - s) for s in shares.values()), abs=1e-6)
        expected = None if 0.5 in shares.values() else text_of(name for name, s in shares.items() if s > 0.5)
        assert one.label == expected


def test_a_set_that_nobody_said_may_be_the_merged_one() -> None:
    answers = sets_said({1: {"1": "a b", "2": "b c", "3": "a c"}})
    merged = merge_by_label(by_majority, answers)
    assert [one.label for one in merged] == ['["a","b","c"]']
    assert not merged.confirms(answers).any()


def test_each_annotators_errors_count_label_by_label() -> None:
    told = {n: {"1": "a", "2": "a", "3": "b"} for n in range(20)} | {
        n: {"1": "", "2": "", "3": "b"} for n in range(20, 40)
    }
    merged = list(merge_by_label(RULES["dawid-skene"], sets_said(told)))
    assert {labels_in(one.label or "[]")[0] for one in merged[:20]} == {"a"}


def test_too_many_labels_are_refused() -> None:
    with pytest.raises(InputError, match="1,001 different labels"):
        sets_of([text_of(map(str, range(1001)))])
