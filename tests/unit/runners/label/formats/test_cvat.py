"""CVAT for images."""

from pathlib import Path

import pytest

from tests.unit.runners.label.conftest import read, refused

IMAGE = '<annotations><image name="1.png" width="10" height="10">{}</image></annotations>'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<annotation/>", "not <annotations>"),
        ("<annotations><track/></annotations>", "tracks of a video"),
        (IMAGE.format('<box label="a" rotation="30"/>'), "a box that is turned"),
        (IMAGE.format('<box label="a" xtl="1"/>'), "ytl is nothing, which is no number"),
        (IMAGE.format("<box/>"), "a box without a label"),
        (IMAGE.format('<box label="a"/>').replace("10", "0"), "the image's width is 0"),
    ],
)
def test_what_is_not_cvats_is_refused_in_words(tmp_path: Path, text: str, told: str) -> None:
    assert told in refused(tmp_path, "cvat", "1.xml", text).what


def test_the_tags_of_a_picture_are_its_labels(tmp_path: Path) -> None:
    (tmp_path / "bo.xml").write_text(IMAGE.format('<tag label="indoors" source="manual"/><polygon label="x"/>'))
    for kind, label in (("label", "indoors"), ("labels", '["indoors"]'), ("boxes", "[]")):
        assert [(a.annotator, a.label) for task in read(tmp_path, "cvat", kind) for a in task.answers] == [
            ("bo", label)
        ]
