"""Laws of every shape of regions: whose an answer is and in which order makes no difference, equal ones stay."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.label.answers import answers_of
from runners.label.kinds import kind_of
from runners.label.marks import MARKINGS, Marking
from runners.label.matching import Matched
from runners.label.merging import Merged
from runners.label.outlines import outline_of
from runners.label.parameters import Parameters
from runners.label.regional import SHAPES
from runners.label.regions import Region, merge_regions, regions_in, text_of
from runners.label.reliability import reliability_of
from tests.unit.runners.label.conftest import said

SHARE = st.integers(0, 40).map(lambda number: number / 40)
LABEL = st.sampled_from(["a", 'b "ü"\n<x>'])


@st.composite
def places(draw: st.DrawFn, marking: Marking) -> tuple[float, ...]:
    """Draw the numbers of a region."""
    if marking in ("spans", "relations"):
        return tuple(
            number for _ in range(1 + (marking == "relations")) for number in _ordered(draw, st.integers(0, 30))
        )
    if marking == "segments":
        return _ordered(draw, SHARE)
    if marking == "boxes":
        across, down = _ordered(draw, SHARE), _ordered(draw, SHARE)
        return (across[0], down[0], across[1], down[1])
    if marking == "points":
        return (draw(SHARE), draw(SHARE))
    if marking == "masks":
        steps = sorted(draw(st.sets(st.integers(0, 48), min_size=2, max_size=8)))
        return (8, 6, *steps[: len(steps) // 2 * 2])
    points = draw(st.lists(st.tuples(SHARE, SHARE), min_size=3, max_size=7))
    region = outline_of("", points, "here")
    return region.place if region else (0.0, 0.0, 1.0, 0.0, 0.5, 1.0)


def _ordered(draw: st.DrawFn, of: st.SearchStrategy[float]) -> tuple[float, float]:
    first, second = sorted(draw(st.lists(of, min_size=2, max_size=2, unique=True)))
    return first, second


@st.composite
def answers(draw: st.DrawFn, marking: Marking) -> list[Region]:
    """Draw what somebody marks."""
    text = st.sampled_from(["", "hello", "hello there"]) if marking == "segments" else st.just("")
    drawn = draw(st.lists(st.tuples(LABEL, places(marking), text), max_size=3))
    return regions_in(text_of(Region(*one) for one in drawn))


@pytest.mark.parametrize("marking", MARKINGS)
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_answers_are_as_like_each_other_as_the_others_are_like_them(marking: Marking, data: st.DataObject) -> None:
    one, other = data.draw(answers(marking)), data.draw(answers(marking))
    likeness = SHAPES[marking].f1(one, other)
    assert likeness == pytest.approx(SHAPES[marking].f1(other, one))
    assert 0 <= likeness <= 1
    assert SHAPES[marking].f1(one, one) == 1
    if one and not other:
        assert likeness == 0


@pytest.mark.parametrize("marking", MARKINGS)
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_whose_an_answer_is_makes_no_difference(marking: Marking, data: st.DataObject) -> None:
    told = data.draw(st.lists(answers(marking).map(text_of), min_size=1, max_size=5))
    mixed = data.draw(st.permutations(told))
    as_told, otherwise = (_merged(marking, texts) for texts in (told, mixed))
    assert as_told == otherwise


@pytest.mark.parametrize("marking", MARKINGS)
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_equal_answers_become_that_answer(marking: Marking, data: st.DataObject) -> None:
    text = text_of(_apart(data.draw(answers(marking))))
    assert _merged(marking, [text] * data.draw(st.integers(1, 5))) == Merged(text, 1.0)


def _apart(regions: Sequence[Region]) -> list[Region]:
    """Return one region of each label: two of a label that share much may be matched either way."""
    return list({region.label: region for region in regions}.values())


def _merged(marking: Marking, texts: Sequence[str]) -> Merged:
    told = said({1: {f"who {place}": text for place, text in enumerate(texts)}})
    return next(iter(merge_regions(SHAPES[marking].merge, told)))


@pytest.mark.parametrize("marking", MARKINGS)
def test_alpha_is_one_where_all_agree_and_about_nothing_by_chance(marking: Marking) -> None:
    chance = np.random.default_rng(1)
    texts = [text_of([Region("a", place)]) for place in _some(marking)]
    examples = range(300)
    drawn = {n: {who: texts[chance.integers(len(texts))] for who in "xyz"} for n in examples}
    alike = {n: dict.fromkeys("xyz", texts[n % len(texts)]) for n in examples}
    assert _alpha(marking, alike) == 1
    assert _alpha(marking, drawn) == pytest.approx(0, abs=0.1)


def _alpha(marking: Marking, told: dict[int, dict[str, str]]) -> float:
    matched = Matched(said(told))
    kind = kind_of(Parameters.model_validate({"exports": {"url": "x"}, "answer": marking}), matched)
    alpha = reliability_of(matched.answers, kind.distance, kind.parts).alpha
    assert alpha is not None
    return alpha


def _some(marking: Marking) -> list[tuple[float, ...]]:
    corners = [(x, y) for x in (0.0, 0.5) for y in (0.0, 0.5)]
    return {
        "boxes": [(x, y, x + 0.3, y + 0.3) for x, y in corners],
        "spans": [(0, 3), (4, 6), (8, 9), (2, 4)],
        "polygons": [(x, y, x + 0.3, y, x, y + 0.3) for x, y in corners],
        "masks": [(4, 4, at, at + 3) for at in (0, 4, 8, 12)],
        "points": [(x + 0.1, y + 0.1) for x, y in corners],
        "segments": [(0, 1.5), (2, 3.5), (4, 5), (6, 9)],
        "relations": [(0, 1, 2, 3), (2, 3, 0, 1), (4, 5, 6, 7), (0, 1, 6, 7)],
    }[marking]


@pytest.mark.parametrize("marking", MARKINGS)
def test_nothing_is_merged_of_no_answers_and_nothing_of_empty_ones(marking: Marking) -> None:
    nobody = answers_of([], [], [], np.zeros((3, 0), np.int64))
    assert list(merge_regions(SHAPES[marking].merge, nobody)) == []
    assert _merged(marking, ["[]"]) == Merged("[]", 1.0)
    one = text_of([Region("a", _some(marking)[0])])
    assert _merged(marking, ["[]", one]) == Merged(None, 0.5)
    assert _merged(marking, ["[]", "[]", one]) == Merged("[]", 0.666667)
