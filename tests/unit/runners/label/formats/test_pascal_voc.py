"""PASCAL VOC."""

from pathlib import Path

import pytest

from tests.unit.runners.label.conftest import refused

PICTURE = "<annotation><filename>1.png</filename><size><width>{}</width><height>10</height></size>{}</annotation>"
THING = "<object>{}<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>{}</xmax><ymax>5</ymax></bndbox></object>"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<annotations/>", "not <annotation>"),
        (PICTURE.format("0", ""), "the picture's width is 0"),
        (PICTURE.format("", ""), "the picture's width is an empty text, which is no number"),
        (PICTURE.format("10", THING.format("<name>a</name>", "nan")), "xmax is `nan`"),
        (PICTURE.format("10", THING.format("", "5")), "the object has no name"),
    ],
)
def test_what_is_not_voc_is_refused_in_words(tmp_path: Path, text: str, told: str) -> None:
    assert told in refused(tmp_path, "pascal-voc", "1.xml", text).what
