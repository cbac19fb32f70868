"""Segments: how much time two share, and what several annotators' become, with what they wrote."""

import pytest

from runners.label.regions import Region
from runners.label.segments import SEGMENTS, f1_of_segments, merge_segments, segment_of


def spoken(*told: tuple[float, float, str]) -> list[Region]:
    return [Region("speech", (start, end), text) for start, end, text in told]


@pytest.mark.parametrize(
    ("other", "shared"),
    [((0.0, 2.0), 1), ((1.0, 3.0), 1 / 3), ((0.0, 4.0), 1 / 2), ((2.0, 3.0), 0), ((5.0, 6.0), 0)],
)
def test_segments_share_the_time_of_both_by_that_of_either(other: tuple[float, float], shared: float) -> None:
    assert SEGMENTS.shared([(0.0, 2.0)], [other])[0, 0] == pytest.approx(shared)


@pytest.mark.parametrize(
    ("other", "f1"),
    [
        (spoken((0, 2.1, "hello there")), 1),
        (spoken((0, 2.1, "hello you")), 1 / 2),
        (spoken((0, 2.1, "")), 0),
        (spoken((7, 9, "hello there")), 0),
        (spoken((0, 2.1, "hello there"), (3, 4, "x")), 2 / 3),
        ([Region("noise", (0, 2), "hello there")], 0),
    ],
)
def test_matched_segments_count_by_their_words(other: list[Region], f1: float) -> None:
    assert f1_of_segments(spoken((0, 2, "hello there")), other) == pytest.approx(f1)


def test_segments_of_most_have_the_medians_of_their_ends_and_the_text_nearest_to_all() -> None:
    answers = [
        spoken((0.0, 2.0, "hello there")),
        spoken((0.1, 2.4, "hello there"), (5, 6, "hm")),
        spoken((0.2, 2.2, "hello bear")),
    ]
    found, sure = merge_segments(answers)
    assert found == spoken((0.1, 2.2, "hello there"))
    assert sure == pytest.approx(2 / 3)


def test_two_texts_that_are_as_near_are_a_tie() -> None:
    assert merge_segments([spoken((0, 2, "a")), spoken((0, 2, "b"))]) == (None, 0.5)
    assert merge_segments([spoken((0, 2, "")), spoken((0, 2, ""))]) == (spoken((0, 2, "")), 1.0)


def test_a_segment_of_no_length_is_none() -> None:
    assert segment_of("a", 2, 2) is None
    assert segment_of("a", 3, 2) is None
    assert segment_of("a", 1, 2, "x") == Region("a", (1.0, 2.0), "x")
