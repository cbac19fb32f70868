"""The forest plot: all rows first, then every slice."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from runners.evaluate.compared import Comparison, Side
from runners.evaluate.forest import draw_forest, lines_of
from runners.evaluate.metrics import METRICS
from runners.evaluate.resampling import Interval
from tests.unit.runners.evaluate.conftest import binary

AREA = METRICS["binary"][0]
SIDE = Side("experiments/x/aaaaaaaaaaaa", binary(), {"roc_auc": 0.9}, {})


def comparison(slices: int) -> Comparison:
    by_value = {f"a value with quite a long name {i}": {"roc_auc": Interval(0.1, None, None)} for i in range(slices)}
    return Comparison(9, AREA, (AREA,), SIDE, SIDE, {"roc_auc": Interval(0.1, -0.1, 0.3)}, {"town": by_value})


def test_lines_begin_with_all_rows_and_stay_short() -> None:
    lines = lines_of(comparison(60))
    assert lines[0][0] == "all rows"
    assert len(lines) == 24
    assert max(len(text) for text, _ in lines) <= 28


@pytest.mark.parametrize("slices", [0, 3])
def test_it_grows_with_its_lines(tmp_path: Path, slices: int) -> None:
    draw_forest(comparison(slices), tmp_path / "forest.png")
    with Image.open(tmp_path / "forest.png") as image:
        assert image.height == pytest.approx(120 * (1.0 + 0.26 * (slices + 1)), abs=1)


def test_a_slice_with_dollar_signs_is_drawn_as_it_is(tmp_path: Path) -> None:
    told = {r"$\bad{$": {"roc_auc": Interval(0.1, None, None)}}
    draw_forest(replace(comparison(0), by_slice={"from $10_ to $20": told}), tmp_path / "forest.png")
    assert (tmp_path / "forest.png").exists()
