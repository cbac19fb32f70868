"""What people are shown of an example: the file of a picture within its task, or the address where it is."""

import base64
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet

from reconciler.loop.labelling import MOST_DATA
from runners.contract import InputError, Request
from runners.ingest.images import gather
from runners.label import choosing, showing
from runners.label.album import album_at
from runners.sources.files import find


def noise(side: int, mode: str = "RGB") -> Image.Image:
    """Return a picture that hardly gets smaller by any compression."""
    values = np.random.default_rng(1).integers(0, 256, (side, side, 3), np.uint8)
    return Image.fromarray(values).convert(mode)


def manifest(folder: Path, *names: str) -> Path:
    parquet.write_table(pa.table({"id": list(names), "width": [1] * len(names)}), folder / "manifest.parquet")
    return folder


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    source, data = tmp_path / "source", tmp_path / "data"
    (source / "in part/é").mkdir(parents=True)
    data.mkdir()
    noise(16).save(source / "small.png")
    noise(16).save(source / "in part/é/a b#1?.gif")
    noise(200).save(source / "large.png")
    noise(1500).save(source / "larger.jpg", quality=95)
    noise(300, "CMYK").save(source / "print.jpg", quality=95)
    noise(16).save(source / "scan.tiff")
    noise(16).save(source / "raw.ppm")
    album = gather(find(str(source), "images"), data)
    assert len(album.pictures) == 7
    return manifest(data, *(str(one.row["id"]) for one in album.pictures))


def shown(data: Path, out: Path, **params: Any) -> dict[str, Any]:
    out.mkdir()
    request = Request(
        run="labels/x/0",
        runner="choose",
        params={"columns": ["image"], **params},
        inputs={"dataset": data.as_uri()},
        output="",
    )
    result = choosing.run(request, out)
    told = [one for path in result.facts["parts"] for one in json.loads((out / path).read_text("utf-8"))]
    return {one["data"]["id"]: one["data"] for one in told}


def test_a_picture_stands_in_its_task_as_browsers_show_it(pictures: Path, tmp_path: Path) -> None:
    found = shown(pictures, tmp_path / "out")
    kinds = {name: data["image"].partition(";base64,")[0] for name, data in found.items()}
    assert kinds == {
        "small.png": "data:image/png",
        "in part/é/a b#1?.gif": "data:image/gif",
        **dict.fromkeys(("large.png", "larger.jpg", "print.jpg", "scan.tiff", "raw.ppm"), "data:image/jpeg"),
    }
    for name, data in found.items():
        content = base64.b64decode(data["image"].partition(",")[2], validate=True)
        with Image.open(BytesIO(content)) as image, Image.open(pictures / "images" / name) as own:
            assert (image.width / image.height, image.width <= own.width) == (own.width / own.height, True)
        assert len(json.dumps([data, {}])) < MOST_DATA
    whole = base64.b64decode(found["small.png"]["image"].partition(",")[2])
    assert whole == (pictures / "images/small.png").read_bytes()


def test_where_the_files_have_an_address_a_task_has_that(pictures: Path, tmp_path: Path) -> None:
    found = shown(pictures, tmp_path / "out", at="https://pictures.example.org/x/", columns=["image", "width"])
    assert found["in part/é/a b#1?.gif"] == {
        "width": 1,
        "image": "https://pictures.example.org/x/in%20part/%C3%A9/a%20b%231%3F.gif",
        "id": "in part/é/a b#1?.gif",
    }


def test_more_than_tasks_take_together_is_refused(pictures: Path) -> None:
    files = showing.Files(album_at(pictures.as_uri()))
    files.left = len(files.shown("image", "small.png")) + 1
    files.shown("image", "small.png")
    with pytest.raises(InputError, match="MiB together") as told:
        files.shown("image", "small.png")
    assert told.value.where == "campaign.at"


@pytest.mark.parametrize("name", ["none.png", "../data/manifest.parquet", "no.png"])
def test_what_is_no_picture_is_told(pictures: Path, tmp_path: Path, name: str) -> None:
    (pictures / "images/no.png").write_text("no picture")
    with pytest.raises(InputError, match="shown"):
        shown(manifest(pictures, name), tmp_path / "out")


def test_recordings_need_an_address(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "audio").mkdir(parents=True)
    manifest(data, "a.wav")
    with pytest.raises(InputError, match="recordings aren't put into tasks"):
        shown(data, tmp_path / "out", columns=["audio"])
    found = shown(data, tmp_path / "again", columns=["audio"], at="/data/local-files/?d=calls/")
    assert found == {"a.wav": {"audio": "/data/local-files/?d=calls/a.wav", "id": "a.wav"}}


def test_a_column_of_a_table_is_a_column_whatever_it_is_called(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"id": [1], "image": ["https://x/1.png"]}), tmp_path / "data.parquet")
    (tmp_path / "profile.json").write_text('{"identifier": {"column": "id"}}', "utf-8")
    assert shown(tmp_path, tmp_path / "out") == {1: {"image": "https://x/1.png", "id": 1}}
