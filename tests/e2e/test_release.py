"""A release through a real Gitea, from a pull request to an endpoint, and a bad one back: the play that people see."""

from pathlib import Path

import pytest
from PIL import Image

from reconciler.cli.demo.display import Display
from tests.demo.browser import installed
from tests.demo.play import releasing
from tests.e2e.test_demo import left_running
from tests.servers.process import until

PICTURES = Path(__file__).parents[2] / "docs/images"
NAMES = ("pull-request", "proposal", "revert")
LARGEST = 150 * 1024
"""Bytes that a picture of the documentation may have."""


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.servers("gitea")
@pytest.mark.turns("whole lives", "a release on a forge")
def test_a_release_goes_from_a_pull_request_to_an_endpoint_and_a_bad_one_back(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures" if installed() else None
    with releasing(tmp_path, Display(quiet=True), pictures) as (_, acts):
        for _, act in acts:
            act()
    until(lambda: not left(tmp_path), "what daemons had started to end")
    for name in NAMES if pictures else ():
        assert_is_a_picture(tmp_path / "pictures" / f"{name}.png")


def left(folder: Path) -> list[str]:
    """Return what still runs, but for what reads Git's objects for this very process, and ends with it."""
    return [line for line in left_running(str(folder)) if " cat-file " not in line]


@pytest.mark.parametrize("name", NAMES)
def test_the_documentation_has_its_pictures(name: str) -> None:
    assert_is_a_picture(PICTURES / f"{name}.png")


def assert_is_a_picture(file: Path) -> None:
    """Hold that a picture shows something: as wide as a page, not all of one color, and not too heavy for a page."""
    with Image.open(file) as image:
        width, height = image.size
        colors = image.convert("RGB").getcolors(width * height) or []
    assert 800 < width < 1200, file
    assert 300 < height < 2400, file
    assert len(colors) > 20, f"{file} shows nothing"
    assert file.stat().st_size <= LARGEST, file
