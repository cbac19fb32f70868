"""What people were shown of disputed examples: rows without what is sensitive, small pictures, all of it bounded."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet

from runners.label import disputed
from runners.label.disputed import FILE, write_examples
from runners.label.written import Shown
from runners.tables.reading import ColumnReading, Reading
from runners.tables.schema import write_schema


def table(folder: Path, *sensitive: str, rows: int = 5, text: str = "hello") -> Shown:
    folder.mkdir()
    columns = {"id": list(range(rows)), "text": [f"{text} {n}" for n in range(rows)], "name": ["Ada"] * rows}
    parquet.write_table(pa.table({**columns, "odd": [None] * rows}), folder / "data.parquet", row_group_size=2)
    kinds = {name: ColumnReading("string", is_sensitive=name in sensitive) for name in columns}
    write_schema(folder, Reading(kinds, "id"))
    return Shown(folder.as_uri(), "id")


def told(folder: Path) -> Any:
    return json.loads((folder / FILE).read_text())


def test_rows_are_left_without_what_is_sensitive(tmp_path: Path) -> None:
    write_examples([3, 0, 9], tmp_path, table(tmp_path / "data", "name"))
    assert told(tmp_path) == {
        "withheld": ["name"],
        "examples": [
            {"id": "3", "row": {"id": 3, "text": "hello 3", "odd": ""}},
            {"id": "0", "row": {"id": 0, "text": "hello 0", "odd": ""}},
            {"id": "9", "row": {}},
        ],
    }
    assert "Ada" not in (tmp_path / FILE).read_text()


@pytest.mark.parametrize("schema", [None, "{}", "no JSON", '{"format": 99}'])
def test_where_nothing_tells_what_is_sensitive_no_row_is_left(tmp_path: Path, schema: str | None) -> None:
    shown = table(tmp_path / "data")
    file = tmp_path / "data/schema.json"
    file.unlink() if schema is None else file.write_text(schema)
    write_examples([3], tmp_path, shown)
    assert told(tmp_path) == {"withheld": None, "examples": [{"id": "3", "row": {}}]}


def test_what_is_left_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = table(tmp_path / "data", rows=50, text="x" * 100)
    monkeypatch.setattr(disputed, "MOST", 20)
    write_examples(range(50), tmp_path, shown)
    assert len(told(tmp_path)["examples"]) == 20
    monkeypatch.setattr(disputed, "LARGEST", 1000)
    write_examples(range(50), tmp_path, shown)
    assert 1 < len(told(tmp_path)["examples"]) < 8
    monkeypatch.setattr(disputed, "MOST_COLUMNS", 1)
    write_examples([1], tmp_path, shown)
    assert told(tmp_path)["examples"][0]["row"] == {"id": 1}


def test_pictures_are_left_as_browsers_show_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    (data / "images").mkdir(parents=True)
    Image.new("RGB", (40, 20)).save(data / "images/a.png")
    Image.new("RGB", (40, 20)).save(data / "images/b.tiff")
    (data / "images/c.png").write_bytes(b"no picture")
    manifest = {"id": ["a.png", "b.tiff", "c.png", "gone.png"], "width": [40] * 4, "height": [20] * 4}
    parquet.write_table(pa.table(manifest), data / "manifest.parquet")
    ids = ["b.tiff", "gone.png", "a.png", "c.png"]
    write_examples(ids, tmp_path, Shown(data.as_uri(), "id"))
    first, gone, third, broken = told(tmp_path)["examples"]
    assert first == {
        "id": "b.tiff",
        "row": {},
        "picture": "disputed/images/0.jpeg",
        "width": 40,
        "height": 20,
    }
    assert gone == {"id": "gone.png", "row": {}}
    assert third["picture"] == "disputed/images/2.png"
    assert (tmp_path / third["picture"]).read_bytes() == (data / "images/a.png").read_bytes()
    assert "picture" not in broken
    monkeypatch.setattr(disputed, "LARGEST_PICTURES", 1)
    write_examples(ids, tmp_path, Shown(data.as_uri(), "id"))
    assert all("picture" not in one for one in told(tmp_path)["examples"])


def test_without_disputes_nothing_is_left(tmp_path: Path) -> None:
    write_examples([], tmp_path, Shown("file:///nowhere", "id"))
    assert not (tmp_path / FILE).exists()
