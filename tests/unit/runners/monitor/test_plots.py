"""Pictures are drawn for what there is to see, and the same report draws the same bytes."""

from pathlib import Path
from xml.etree import ElementTree

from runners.monitor.plots import draw
from runners.monitor.report import Pictures
from tests.unit.runners.monitor.example import TABLES, bare, document


def test_every_picture_is_a_small_text_without_a_ground_or_a_script(tmp_path: Path) -> None:
    paths = draw(document(former=1), TABLES, tmp_path)
    assert set(paths.items()) == {"performance", "drift", "reconstruction", "trend", "distributions"}
    for path in paths.items().values():
        root = ElementTree.fromstring((tmp_path / path).read_bytes())
        assert {one.tag.rpartition("}")[2] for one in root.iter()} <= {"svg", "g", "text", "path", "circle"}
        assert (tmp_path / path).stat().st_size < 80_000


def test_the_same_report_draws_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    first, second = (draw(document(), TABLES, tmp_path / folder) for folder in ("a", "b"))
    assert first == second
    for path in first.items().values():
        assert (tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes()


def test_nothing_to_see_draws_nothing(tmp_path: Path) -> None:
    assert draw(bare(), TABLES, tmp_path) == Pictures()
