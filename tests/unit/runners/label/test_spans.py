"""Spans: how well answers agree, and what several annotators' become."""

from collections import Counter
from random import Random

import pytest

from runners.label.regions import Region
from runners.label.spans import f1_of_spans, merge_spans, span_of


def spans(*told: tuple[int, int], label: str = "PER") -> list[Region]:
    return [Region(label, place) for place in told]


def test_answers_agree_by_spans_of_the_same_ends_and_label() -> None:
    assert f1_of_spans(spans((0, 4), (6, 9)), spans((0, 4), (6, 8))) == 0.5
    assert f1_of_spans(spans((0, 4)), spans((0, 4), label="ORG")) == 0
    assert f1_of_spans([], []) == 1


@pytest.mark.parametrize(
    ("answers", "merged", "sure"),
    [
        ([[(0, 4)], [(0, 4)], [(0, 4)]], [(0, 4)], 1),
        ([[(0, 4)], [(0, 9)], [(0, 9)]], [(0, 9)], 2 / 3),
        ([[(0, 4)], [(2, 6)], [(3, 8)]], [(2, 6)], 2 / 3),
        ([[(0, 4)], [], []], [], 2 / 3),
        ([[(0, 4), (4, 8)], [(0, 4), (4, 8)], [(0, 8)]], [(0, 4), (4, 8)], 1),
        ([[(0, 4), (4, 8)], [(0, 8)], [(0, 8)]], [(0, 8)], 1),
        ([[(0, 4), (2, 8)], [(0, 8)], [(0, 8)]], [(0, 8)], 1),
        ([[(0, 4)], [(0, 5)]], None, 0.5),
        ([[], []], [], 1),
    ],
)
def test_characters_that_most_marked_are_kept(
    answers: list[list[tuple[int, int]]], merged: list[tuple[int, int]] | None, sure: float
) -> None:
    found, confidence = merge_spans([spans(*told) for told in answers])
    assert found == (None if merged is None else spans(*merged))
    assert confidence == pytest.approx(sure)


def test_labels_are_merged_apart() -> None:
    found, _ = merge_spans([spans((0, 4)), spans((0, 4)), spans((0, 4), label="ORG")])
    assert found == spans((0, 4))


@pytest.mark.parametrize("seed", range(20))
def test_merging_is_a_vote_on_each_character(seed: int) -> None:
    chance = Random(seed)
    answers = []
    for _ in range(3):
        starts = sorted(chance.sample(range(0, 40, 4), 4))
        answers.append(spans(*((start, start + chance.randint(1, 6)) for start in starts)))
    votes = Counter(at for told in answers for at in {c for _, (a, b), _ in told for c in range(int(a), int(b))})
    found, sure = merge_spans(answers)
    assert found is not None
    assert {c for _, (a, b), _ in found for c in range(int(a), int(b))} == {
        at for at, count in votes.items() if count > 1
    }
    assert sure == pytest.approx(min(max(count, 3 - count) / 3 for count in votes.values()))


def test_a_span_has_characters() -> None:
    assert span_of("PER", 3, 3) is None
    assert span_of("PER", -1, 3) is None
    assert span_of("PER", 1, 3) == Region("PER", (1, 3))
