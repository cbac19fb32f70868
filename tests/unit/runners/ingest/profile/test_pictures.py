"""Pictures of profiles."""

from pathlib import Path
from typing import Any

import pytest
from matplotlib.text import Text
from PIL import Image

from runners.drawing import new_figure
from runners.ingest.profile.pictures import draw_bars, draw_columns, draw_histogram

NUMBER = {
    "type": "number",
    "count": 4,
    "missing": 0,
    "missing_share": 0.0,
    "histogram": {"edges": [0, 1, 2], "counts": [3, 1]},
}
TEXT = {"type": "string", "count": 3, "missing": 1, "missing_share": 0.25, "top": [{"value": "a", "count": 3}]}
EMPTY = {"type": "string", "count": 0, "missing": 4, "missing_share": 1.0, "top": []}


def labels(texts: list[Text]) -> list[str]:
    return [text.get_text() for text in texts]


def test_a_panel_for_each_column_and_the_same_bytes_again(tmp_path: Path) -> None:
    columns: dict[str, Any] = {"n": NUMBER, "t": TEXT, "e": EMPTY, "we$rd $name\n": NUMBER}
    for name in ("once.png", "again.png"):
        draw_columns(columns, tmp_path / name)
    assert (tmp_path / "once.png").read_bytes() == (tmp_path / "again.png").read_bytes()
    with Image.open(tmp_path / "once.png") as image:
        assert image.width == 1200
        assert "Software" not in image.info


@pytest.mark.parametrize("count", [0, 1, 200])
def test_any_number_of_columns_fits(tmp_path: Path, count: int) -> None:
    draw_columns({f"c{n}": TEXT for n in range(count)}, tmp_path / "x.png")
    with Image.open(tmp_path / "x.png") as image:
        assert image.height <= 1100


def test_few_bars_stand_in_natural_order_and_others_are_one_bar() -> None:
    panel = new_figure(2, 2).subplots()
    draw_bars(panel, [{"value": "10", "count": 5}, {"value": "9", "count": 2}], count=10)
    assert labels(panel.get_xticklabels()) == ["9", "10", "others"]
    assert [bar.get_height() for bar in panel.patches] == [2, 5, 3]  # type: ignore[attr-defined]


def test_a_year_is_a_whole_number() -> None:
    figure = new_figure(2, 2)
    panel = figure.subplots()
    draw_histogram(panel, {"edges": [2014.5, 2015.5], "counts": [9]})
    assert [tick for tick in panel.get_xticks() if 2014.5 <= tick <= 2015.5] == [2015]


def test_times_are_told_as_days() -> None:
    panel = new_figure(2, 2).subplots()
    draw_histogram(panel, {"edges": [0.0, 86_400.0], "counts": [1], "unit": "seconds since 1970"})
    assert labels(panel.get_xticklabels()) == ["1970-01-01", "1970-01-02"]
