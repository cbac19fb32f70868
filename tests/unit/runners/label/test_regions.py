"""Answers that mark regions, whole: told as texts, compared, merged."""

import pytest

from runners.label.regions import Region, decided, labels_in, merge_regions, regions_in, text_of
from runners.label.spans import merge_spans
from tests.unit.runners.label.conftest import said


def test_regions_are_told_as_texts_equal_ones_alike() -> None:
    box = Region("a; b", (0.1234567, 0.2, 0.3, 0.4))
    assert text_of([box, box]) == '[["a; b",0.123457,0.2,0.3,0.4]]'
    assert regions_in(text_of([box])) == [Region("a; b", (0.123457, 0.2, 0.3, 0.4))]
    assert labels_in(text_of([box, Region("z", (0, 0, 1, 1)), box])) == ["a; b", "z"]


def test_a_decision_is_as_sure_as_its_least_sure_question() -> None:
    assert decided([3, 2], 3) == (True, pytest.approx(2 / 3))
    assert decided([2, 4], 4) == (False, 0.5)
    assert decided([], 3) == (True, 1.0)


def test_each_example_is_merged_on_its_own() -> None:
    one, other = (text_of([Region("PER", place)]) for place in ((0, 4), (6, 9)))
    answers = said({1: {"a": one, "b": one}, 2: {"a": one, "b": other}, 3: {"a": other}})
    merged = [(label.label, label.confidence) for label in merge_regions(merge_spans, answers)]
    assert merged == [(one, 1.0), (None, 0.5), (other, 1.0)]
