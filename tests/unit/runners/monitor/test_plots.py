"""Pictures are drawn for what there is to see, and the same report draws the same bytes."""

from pathlib import Path

import pytest
from PIL import Image

from runners.monitor.plots import draw
from runners.monitor.report import Pictures
from tests.unit.runners.monitor.example import TABLES, bare, document


@pytest.mark.slow
def test_every_picture_is_a_small_png_without_a_ground(tmp_path: Path) -> None:
    paths = draw(document(former=1), TABLES, tmp_path)
    assert set(paths.items()) == {"performance", "drift", "reconstruction", "trend", "distributions"}
    for path in paths.items().values():
        with Image.open(tmp_path / path) as picture:
            assert (picture.format, picture.mode) == ("PNG", "RGBA")
            assert picture.getpixel((0, 0)) == (255, 255, 255, 0)
            assert 1000 <= picture.width <= 1200
        assert (tmp_path / path).stat().st_size < 80_000


@pytest.mark.slow
def test_the_same_report_draws_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    first, second = (draw(document(), TABLES, tmp_path / folder) for folder in ("a", "b"))
    assert first == second
    for path in first.items().values():
        assert (tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes()


def test_nothing_to_see_draws_nothing(tmp_path: Path) -> None:
    assert draw(bare(), TABLES, tmp_path) == Pictures()
