"""Positions: what is written is read, and nothing else is; what is planned is read once, and shared fairly."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.sources.streams.log import Bounds, Place
from runners.sources.streams.plan import plan
from runners.sources.streams.position import Gap, Poison, Position, from_json

PLACE = Place("a", 0)
WHOLE = Position({PLACE: Bounds(3, 9)}, {"a": "x"}, "asked", 2, [Poison(PLACE, 4, "why")], [Gap(PLACE, 1, 3)])


def test_a_position_is_read_as_it_was_written() -> None:
    assert from_json(WHOLE.as_json()) == WHOLE
    assert from_json({"bound": 3}) is None


@pytest.mark.parametrize(
    "damage",
    [
        {"topics": {"a": {"0": [9, 3]}}}, {"topics": {"a": {"0": [0]}}}, {"topics": {"a": {"-1": [0, 1]}}},
        {"topics": {"a": {"x": [0, 1]}}}, {"topics": {"a": {"0": [0, True]}}}, {"topics": {"a": {"0": [0, 2.0]}}},
        {"topics": []}, {"topics": {"a": {"0": [0, 2**63]}}}, {"ids": 3}, {"skipped": -1}, {"skipped": None},
        {"poison": [["a", 0]]}, {"poison": 4}, {"gaps": [["a", 0, 4, 3]]},
    ],
)  # fmt: skip
def test_what_is_no_position_is_refused(damage: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"offset|ends before|isn't told|invalid literal|values to unpack"):
        from_json({"stream": {**WHOLE.as_json()["stream"], **damage}})


SPANS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 120)), min_size=1, max_size=6)


@given(spans=SPANS, most=st.integers(1, 200))
def test_a_plan_reads_from_where_it_was_read_and_no_more_than_is_asked(spans: list[Any], most: int) -> None:
    now = {Place("a", n): Bounds(first, first + size) for n, (first, size, _) in enumerate(spans)}
    former = {place: Bounds(0, min(spans[place.partition][2], bounds.end)) for place, bounds in now.items()}
    made = plan(now, {}, {}, Position(former, {}, ""), most)
    waiting = {place: max(0, bounds.end - max(bounds.first, former[place].end)) for place, bounds in now.items()}
    read = {place: bounds.end - bounds.first for place, bounds in made.ranges.items()}
    assert sum(read.values()) == min(most, sum(waiting.values()))
    assert made.left == sum(waiting.values()) - sum(read.values())
    assert list(read.values()) == sorted(read.values(), reverse=True)
    for place, bounds in made.ranges.items():
        assert bounds.first == max(former[place].end, now[place].first)
        if read[place] < waiting[place]:  # no other one got more than a message beyond its share
            assert read[place] + 1 >= max(read.values())
    gaps = {gap.place: (gap.start, gap.end) for gap in made.gaps}
    expected = {place: (former[place].end, b.first) for place, b in now.items() if former[place].end < b.first}
    assert gaps == expected
