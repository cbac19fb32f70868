"""Folders of images."""

import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pyarrow import parquet

from tests.unit.runners.ingest.ingesting import IMAGE_FILES, ingested, load


def test_a_folder_of_images_leaves_a_manifest(tmp_path: Path) -> None:
    for number in range(4):
        place = tmp_path / "source" / "ab"[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8), number * 9).save(place / f"{number}.png")
    result = ingested(tmp_path / "source", tmp_path / "out", "images", files={"label_from": "folder"})
    assert {file.name for file in (tmp_path / "out").iterdir()} == IMAGE_FILES
    assert result.facts["target"] == {"column": "label", "balance": {"a": 0.5, "b": 0.5}}
    rows = parquet.read_table(tmp_path / "out/manifest.parquet").to_pylist()
    assert [(row["id"], row["label"]) for row in rows] == [
        ("a/0.png", "a"),
        ("a/2.png", "a"),
        ("b/1.png", "b"),
        ("b/3.png", "b"),
    ]
    assert "proposed_columns" not in result.facts
    assert load(tmp_path / "out/croissant.json")["distribution"][1]["encodingFormat"] == "image/png"


def test_a_manifest_can_be_held_to_columns_and_rows(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    Image.new("L", (8, 6)).save(tmp_path / "source" / "x.png")
    columns = {"width": {"type": "integer", "maximum": 4}, "format": {"type": "string", "enum": ["PNG"]}}
    result = ingested(tmp_path / "source", tmp_path / "out", "images", columns=columns, minimum_rows=2)
    assert [violation.what for violation in result.violations] == [
        "it has 1 row, fewer than minimum_rows 2",
        "1 of 1 values (100.00%) is above maximum 4: row 1",
    ]


def test_only_unreadable_images_are_refused_without_a_crash(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "x.png").write_bytes(b"")
    result = ingested(tmp_path / "source", tmp_path / "out", "images")
    assert [violation.where for violation in result.violations] == ["x.png", "table"]


@pytest.mark.parametrize(
    ("name", "hidden", "told"),
    [
        ("label", {"label", "id", "path"}, ("16 x 8", "PNG")),
        ("path", {"id", "path"}, ("16 x 8", "PNG", "geheim")),
        ("width", {"width"}, ("PNG", "geheim")),
    ],
)
def test_of_an_album_values_of_sensitive_columns_stand_in_the_data_alone(
    tmp_path: Path, name: str, hidden: set[str], told: tuple[str, ...]
) -> None:
    for place in ("geheim/karenina1.png", "geheim/karenina2.png", "offen/karenina3.png"):
        (tmp_path / "source" / place).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (16, 8), int(place[-5])).save(tmp_path / "source" / place)
    (tmp_path / "source/geheim/karenina4.png").write_bytes(b"")
    (tmp_path / "source/offen/karenina5.png").write_bytes((tmp_path / "source/geheim/karenina1.png").read_bytes())
    columns: dict[str, Any] = {name: {"type": "integer" if name == "width" else "string", "sensitive": True}}
    columns |= {"id": {"type": "string", "pattern": "^x", "sensitive": name == "id"}}
    result = ingested(tmp_path / "source", tmp_path / "out", "images", files={"label_from": "folder"}, columns=columns)
    texts = [result.model_dump_json(), (tmp_path / "out/croissant.json").read_text()]
    texts += [(tmp_path / "out" / file).read_text() for file in ("profile.json", "profile.html", "violations.json")]
    every = re.sub('base64,[^"]*', "", "".join(texts))
    secret = {"label": ("geheim", "offen", "karenina"), "path": ("karenina",), "width": ("16 x 8", '"16"')}[name]
    assert not any(word in every for word in secret)
    assert all(word in every for word in told)
    assert [violation.where for violation in result.violations][:2] == (
        ["geheim/karenina4.png", "offen/karenina5.png"] if name == "width" else ["image 3", "image 5"]
    )
    kept = load(tmp_path / "out/schema.json")["columns"]
    assert {column for column, reading in kept.items() if reading.get("sensitive")} == hidden
