"""Image folders and their manifest."""

import hashlib
from io import BytesIO
from pathlib import Path

import fsspec
import numpy as np
import pytest
from PIL import Image

from runners.contract import InputError
from runners.ingest.images import COLUMNS, Album, gather, look, thumbnail
from runners.ingest.manifests import manifest_batches, with_label
from runners.ingest.parameters import Parameters
from runners.sources.files import Found, find


def png(color: int, size: tuple[int, int] = (4, 3), mode: str = "L") -> bytes:
    """Return a PNG file with a gradient that begins with a color."""
    image = Image.new(mode, size, color)
    image.putpixel((0, 0), 255 if mode == "L" else (255, 0, 0))
    file = BytesIO()
    image.save(file, format="PNG")
    return file.getvalue()


def gathered(source: Path, target: Path, label_from: str = "none") -> Album:
    return gather(find(str(source), "images"), target, label_from=label_from)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a folder of images in two folders."""
    for name, color in (("cat/1.png", 10), ("cat/2.png", 20), ("dog/1.png", 30)):
        file = tmp_path / "source" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(png(color))
    return tmp_path / "source"


def test_images_are_copied_and_listed_in_order(source: Path, tmp_path: Path) -> None:
    (source / "notes.txt").write_text("no image")
    album = gathered(source, tmp_path / "out")
    data = png(10)
    assert album.pictures[0].row == {
        "id": "cat/1.png",
        "path": "images/cat/1.png",
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "width": 4,
        "height": 3,
        "format": "PNG",
    }
    assert [picture.row["id"] for picture in album.pictures] == ["cat/1.png", "cat/2.png", "dog/1.png"]
    assert (tmp_path / "out/images/dog/1.png").read_bytes() == png(30)
    assert album.violations() == ()


@pytest.mark.parametrize("form", ["EPS", "ICO"])
def test_what_an_endpoint_would_not_take_is_no_picture_here_either(form: str) -> None:
    file = BytesIO()
    Image.new("RGB", (16, 16), "red").save(file, form)
    with pytest.raises(ValueError, match="none of the formats PNG"):
        look("x.png", file.getvalue(), {})


def test_the_brightness_of_16_bits_is_that_of_their_higher_ones() -> None:
    file = BytesIO()
    Image.fromarray(np.array([[0, 51 << 8]], np.uint16)).save(file, "PNG")
    assert look("x.png", file.getvalue(), {}).brightness == pytest.approx(0.1)


def test_folders_may_name_the_labels(source: Path, tmp_path: Path) -> None:
    (source / "bare.png").write_bytes(png(99))
    album = gathered(source, tmp_path / "out", "folder")
    assert [picture.row["label"] for picture in album.pictures] == [None, "cat", "cat", "dog"]
    assert [(v.where, v.what) for v in album.violations()] == [
        ("bare.png", "it lies in no folder that could name its label")
    ]


def test_unreadable_files_and_copies_are_named(source: Path, tmp_path: Path) -> None:
    (source / "a-copy.png").write_bytes(png(30))
    (source / "empty.png").write_bytes(b"")
    (source / "half.png").write_bytes(png(30, (64, 64))[:60])
    (source / "text.jpg").write_text("this is no picture")
    album = gathered(source, tmp_path / "out")
    told = {violation.where: violation.what for violation in album.violations()}
    assert told["dog/1.png"] == "it has the same bytes as a-copy.png"
    assert told["empty.png"] == "it can't be read as an image: it is empty"
    assert told["text.jpg"].startswith("it can't be read as an image: it is none of the formats PNG, JPEG, GIF, BMP,")
    assert told["half.png"].startswith("it can't be read as an image: ")
    assert len(told) == 4
    assert not (tmp_path / "out/images/half.png").exists()


def test_many_of_a_kind_are_counted() -> None:
    album = Album(unreadable=[(f"{n}.png", "it is empty") for n in range(50)])
    told = album.violations()
    assert len(told) == 21
    assert told[-1].what == "30 more files are like 0.png"


def test_a_picture_that_is_too_large_is_not_decoded() -> None:
    with pytest.raises(ValueError, match="too many pixels"):
        look("bomb.pgm", b"P5 60000 60000 255\n", {})


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_brightness_is_a_share(mode: str) -> None:
    dark = look("x.png", png(0, (100, 100), mode), {})
    assert dark.brightness == pytest.approx(0, abs=0.001)
    assert (dark.mode, dark.is_blank) == (mode, False)


def test_the_manifest_has_labels_only_where_folders_name_them(source: Path, tmp_path: Path) -> None:
    files = {"url": str(source), "format": "images"}
    with_labels = Parameters.model_validate({"source": {"files": files | {"label_from": "folder"}}})
    without = Parameters.model_validate({"source": {"files": files}})
    assert "label" not in with_label(COLUMNS, without)
    types = with_label(COLUMNS, with_labels)
    album = gathered(source, tmp_path / "out", "folder")
    (batch,) = manifest_batches(album.pictures, types)
    assert batch.to_pylist() == [picture.row for picture in album.pictures]
    assert list(manifest_batches([], types)) == []


def test_thumbnails_are_square(tmp_path: Path) -> None:
    (tmp_path / "wide.png").write_bytes(png(0, (40, 10)))
    small = thumbnail(tmp_path / "wide.png", 16)
    assert small.shape == (16, 16, 3)
    assert np.array_equal(small[0, 0], [255, 255, 255])
    assert small[8, 8].max() < 50


def test_a_picture_whose_name_climbs_is_written_nowhere(tmp_path: Path) -> None:
    data = BytesIO()
    Image.new("L", (2, 2)).save(data, "PNG")
    files = fsspec.filesystem("memory")
    files.pipe("/climbing/x.png", data.getvalue())
    found = Found(files, "/climbing/a/b/c", ("/climbing/x.png",))
    with pytest.raises(InputError, match="leads out of its folder"):
        gather(found, tmp_path / "deep/out")
    assert list(tmp_path.rglob("*.png")) == []
