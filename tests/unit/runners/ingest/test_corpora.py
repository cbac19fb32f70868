"""Folders of texts: a table of them, what isn't one, what is odd."""

from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from runners.ingest.corpora import read
from tests.unit.runners.ingest.findings.speech import SENTENCES, texts_in
from tests.unit.runners.ingest.ingesting import TABLE_FILES, ingested, load


def put(folder: Path, name: str, data: bytes | str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)


def english(folder: Path, count: int = 60) -> Path:
    for number, text in enumerate(texts_in("en", count, seed=1)):
        put(folder, f"{('good', 'bad')[number % 2]}/{number:02}.txt", text)
    return folder


def found(folder: Path) -> dict[str, Any]:
    return {one["kind"]: one for one in load(folder / "profile.json")["findings"]}


def test_a_folder_of_texts_is_a_table_in_which_nothing_is_odd(tmp_path: Path) -> None:
    folder = english(tmp_path / "in")
    result = ingested(folder, tmp_path / "out", "texts", files={"label_from": "folder"})
    assert result.accepted
    assert {file.name for file in (tmp_path / "out").iterdir()} == TABLE_FILES
    rows = parquet.read_table(tmp_path / "out/data.parquet").to_pylist()
    assert rows[0] == {"id": "bad/01.txt", "text": (folder / "bad/01.txt").read_text(), "label": "bad"}
    assert found(tmp_path / "out") == {}
    profile = load(tmp_path / "out/profile.json")
    assert profile["files"] == {"encodings": [{"value": "utf-8", "count": 60}], "empty": 0, "unreadable": 0}
    assert profile["columns"]["text"]["languages"]["top"][0]["value"] == "en"
    assert result.facts["proposed_preparations"] == {"text": [{"text": {}}]}
    assert "in en 100% of the" in (tmp_path / "out/profile.html").read_text()


def test_what_is_odd_is_found(tmp_path: Path) -> None:
    folder = english(tmp_path / "in")
    for number, text in enumerate(texts_in("de", 20, seed=2)):
        put(folder, f"good/de{number}.txt", text)
    put(folder, "good/twin.txt", (folder / "good/00.txt").read_text() + " x")
    put(folder, "good/again.txt", (folder / "good/02.txt").read_text())
    put(folder, "good/empty.txt", " \n")
    put(folder, "good/wide.txt", SENTENCES["pl"].encode("utf-16"))
    put(folder, "good/garbled.txt", SENTENCES["de"].encode().decode("cp1252"))
    assert ingested(folder, tmp_path / "out", "texts").accepted
    told = found(tmp_path / "out")
    assert {"mixed_languages", "near_duplicate_texts", "duplicate_rows", "empty_texts", "mixed_encodings"} <= set(told)
    assert told["garbled_texts"]["evidence"]["garbled"] == 1
    assert told["empty_texts"]["examples"] == ["good/empty.txt"]
    assert told["near_duplicate_texts"]["evidence"]["near"] == 2


def test_what_cannot_be_decoded_is_a_violation_and_no_row(tmp_path: Path) -> None:
    folder = english(tmp_path / "in", 4)
    put(folder, "good/latin.txt", "Grüße".encode("cp1252"))
    put(folder, "good/binary.txt", b"a\0b")
    result = ingested(folder, tmp_path / "out", "texts")
    assert [violation.where for violation in result.violations] == ["good/binary.txt", "good/latin.txt"]
    assert result.facts["rows"] == 4
    assert ingested(folder / "good/latin.txt", tmp_path / "other", "texts", files={"encoding": "cp1252"}).accepted


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_tells_the_encoding(mark: str) -> None:
    told = read("x", "Grüße 😀".encode(mark), {}, "cp1252")
    assert (told.row["text"], told.encoding) == ("Grüße 😀", mark)


def test_a_sensitive_label_hides_the_names_of_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for number, text in enumerate(texts_in("en", 30, seed=3)):
        put(folder, f"geheim/karenina{number}.txt", text)
    put(folder, "geheim/karenina.txt", b"\xff\xfe\xfa")
    put(folder, "offen/karenina.txt", " ")
    columns = {name: {"type": "string", "sensitive": name == "label"} for name in ("id", "text", "label")}
    result = ingested(folder, tmp_path / "out", "texts", files={"label_from": "folder"}, columns=columns)
    assert not result.accepted
    every = result.model_dump_json()
    every += "".join((tmp_path / "out" / f"profile.{end}").read_text() for end in ("json", "html", "md"))
    assert "geheim" not in every
    assert "karenina" not in every


def test_many_texts_come_in_batches_and_none_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runners.ingest.corpora.BATCH_BYTES", 500)
    assert ingested(english(tmp_path / "in"), tmp_path / "out", "texts").facts["rows"] == 60
