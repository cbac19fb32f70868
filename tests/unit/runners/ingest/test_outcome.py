"""What an ingestion leaves."""

from pathlib import Path

from PIL import Image

from tests.unit.runners.ingest.ingesting import TABLE_FILES, csv, ingested


def test_a_table_leaves_all_its_files(tmp_path: Path) -> None:
    result = ingested(csv(tmp_path, "id,age,y\n1,30,0\n2,40,1\n"), tmp_path / "out", identifier="id", target="y")
    assert {file.name for file in (tmp_path / "out").iterdir()} == TABLE_FILES
    assert result.accepted
    assert result.metrics == {
        "rows": 2,
        "columns": 3,
        "missing_share": 0,
        "violations": 0,
        "bytes": (tmp_path / "out/data.parquet").stat().st_size,
    }
    assert result.facts["target"] == {"column": "y", "missing": 0, "balance": {"0": 0.5, "1": 0.5}}


def test_the_same_data_leaves_the_same_bytes(tmp_path: Path) -> None:
    file = csv(tmp_path, "id,y,when\n1,0,2024-01-01\n2,1,2024-05-01\n")
    for name in ("a", "b"):
        ingested(file, tmp_path / name, target="y", timestamp="when")
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in TABLE_FILES)


def test_a_new_version_holds_nothing_of_the_former(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    for name in ("old.png", "new.png"):
        Image.new("L", (8, 8), len(name) + ord(name[0])).save(tmp_path / "source" / name)
    ingested(tmp_path / "source", tmp_path / "out", "images")
    (tmp_path / "source/old.png").unlink()
    ingested(tmp_path / "source", tmp_path / "out", "images")
    assert [file.name for file in (tmp_path / "out/images").iterdir()] == ["new.png"]
    ingested(csv(tmp_path, "a\n1\n"), tmp_path / "out")
    assert {file.name for file in (tmp_path / "out").iterdir()} == TABLE_FILES
