"""Charts: lines in their frame, names that don't stand in one another, whiskers, gaps."""

import re
from itertools import pairwise

import pytest

from reconciler.web.pages.charts import BOTTOM, HEIGHT, LEFT, LOOKS, RIGHT, TOP, WIDTH, Series, chart, steps_of


def test_a_line_reaches_over_the_frame_and_a_gap_breaks_it() -> None:
    drawn = chart("roc_auc", [Series("a", [(0, 1.0), (1, None), (2, 3.0), (3, 2.0)])])
    assert drawn
    (line,) = drawn.lines
    assert re.fullmatch(r"M[\d.]+,[\d.]+M[\d.]+,[\d.]+L[\d.]+,[\d.]+", line.d)
    assert all(LEFT <= x <= WIDTH - RIGHT and TOP <= y <= HEIGHT - BOTTOM for x, y, _ in line.dots)
    assert [words for _, _, words in line.dots] == ["1", "3", "2"]


def test_how_far_a_figure_may_be_off_is_a_whisker_within_the_frame() -> None:
    drawn = chart("f", [Series("a", [(0, 1.0), (1, 2.0)], [0.5, None])])
    assert drawn
    ((x, low, high),) = drawn.lines[0].whiskers
    assert high < drawn.lines[0].dots[0][1] < low <= HEIGHT - BOTTOM
    assert drawn.lines[0].dots[0] == (x, drawn.lines[0].dots[0][1], "1 ± 0.5")


def test_names_of_lines_are_moved_apart_and_looks_begin_anew() -> None:
    drawn = chart("f", [Series(f"line {n}", [(0, 1.0), (1, 1.0)]) for n in range(LOOKS + 2)])
    assert drawn
    heights = sorted(line.y for line in drawn.lines)
    assert all(after - before >= 12 for before, after in pairwise(heights))
    assert heights[-1] <= HEIGHT
    assert drawn.lines[LOOKS].look == drawn.lines[0].look


def test_a_level_of_one_point_crosses_the_frame_and_a_long_name_is_cut() -> None:
    drawn = chart("f", [Series("x" * 40, [(5, 1.0)], is_level=True)])
    assert drawn
    assert drawn.lines[0].d.startswith(f"M{LEFT},")
    assert drawn.lines[0].short.endswith("…")


def test_what_has_no_point_is_no_chart_and_words_below_dont_touch() -> None:
    assert chart("f", [Series("a", [(0, None)])]) is None
    assert chart("f", []) is None
    drawn = chart("f", [Series("a", [(n, 1.0) for n in range(100)])], [(n, "2026-01-01 00:00") for n in range(100)])
    assert drawn
    places = [x for x, _, _ in drawn.acrosses]
    assert all(after - before > 100 for before, after in pairwise(places))


@pytest.mark.parametrize(
    ("low", "high", "found"), [(0, 1, [0, 0.25, 0.5, 0.75, 1]), (3, 3, [3]), (-1e308, 1e308, [-1e308])]
)
def test_steps_are_round(low: float, high: float, found: list[float]) -> None:
    assert steps_of(low, high)[: len(found)] == found
