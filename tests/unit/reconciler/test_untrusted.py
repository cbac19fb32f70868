"""What others left is read in bounds. What may lie there at all is in tests/bad/test_leavings.py."""

import json
import os
from pathlib import Path

import pytest

from reconciler import untrusted
from reconciler.model.errors import Refused


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "told.json").write_bytes(b'{"a": 1}')
    return tmp_path / "inner" / "told.json"


def test_a_file_is_read_whole_up_to_its_limit(file: Path) -> None:
    assert untrusted.read(file) == untrusted.read(file, 8) == b'{"a": 1}'
    with pytest.raises(Refused, match=r"told.json is larger than 6.67572e-06 MiB"):
        untrusted.read(file, 7)


def test_a_file_that_grew_after_it_was_measured_is_not_read_further(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = file.stat()
    file.write_bytes(b"x" * 100)
    monkeypatch.setattr(os, "fstat", lambda _: measured)
    with pytest.raises(Refused, match="larger"):
        untrusted.read(file, 50)


def test_the_end_of_a_file_is_read(file: Path) -> None:
    assert untrusted.tail(file, 3) == (b" 1}", False)
    assert untrusted.tail(file, 8) == (b'{"a": 1}', True)


def test_an_object_is_read_and_anything_else_is_an_empty_one(file: Path) -> None:
    assert untrusted.read_object(file) == {"a": 1}
    assert untrusted.read_object(file.with_name("none.json")) == {}
    for text in ("[1]", "7", "", "{"):
        file.write_text(text)
        assert untrusted.read_object(file) == {}


@pytest.mark.parametrize(
    ("kind", "words"), [("fifo", "is a named pipe"), ("link", "is a symbolic link"), ("folder", "is a folder")]
)
def test_what_is_no_regular_file_is_refused_in_words(tmp_path: Path, kind: str, words: str) -> None:
    path = tmp_path / "odd"
    {"fifo": os.mkfifo, "link": lambda at: at.symlink_to("/etc/passwd"), "folder": Path.mkdir}[kind](path)
    with pytest.raises(Refused, match=f"^odd {words}"):
        untrusted.read(path)


def test_no_part_of_the_way_below_a_folder_of_ours_may_be_a_link(file: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "inner")
    assert untrusted.read(file, below=tmp_path) == b'{"a": 1}'
    assert untrusted.read(tmp_path / "link" / "told.json") == b'{"a": 1}'
    with pytest.raises(FileNotFoundError):
        untrusted.read(tmp_path / "link" / "told.json", below=tmp_path)
    assert untrusted.read(tmp_path / "link" / "told.json", below=tmp_path / "link") == b'{"a": 1}'


def test_nothing_stays_open(file: Path, tmp_path: Path) -> None:
    before = len(os.listdir("/dev/fd"))  # noqa: PTH208  numbers, not paths
    os.mkfifo(tmp_path / "fifo")
    for path in (file, tmp_path / "fifo", tmp_path / "none", file / "below"):
        for below in (None, tmp_path):
            try:
                untrusted.read(path, below=below)
            except (Refused, FileNotFoundError):
                continue
    assert len(os.listdir("/dev/fd")) == before  # noqa: PTH208


def test_json_is_bounded_in_depth_and_number(monkeypatch: pytest.MonkeyPatch) -> None:
    deep = json.dumps([[[[1]]]])
    monkeypatch.setattr(untrusted, "DEEPEST", 5)
    assert untrusted.parse(deep) == [[[[1]]]]
    with pytest.raises(ValueError, match="more than 5 levels"):
        untrusted.parse(f"[{deep}]")
    monkeypatch.setattr(untrusted, "MOST_ITEMS", 4)
    assert untrusted.parse(b'[1, 2, {"a": 3}]')
    with pytest.raises(ValueError, match="more than 4 things"):
        untrusted.parse(b'[1, 2, {"a": 3}, 4]')


def test_json_of_wide_letters_is_bounded_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(untrusted, "MOST_FOREIGN", 10)
    assert untrusted.parse('"ääää"') == "ääää"
    with pytest.raises(ValueError, match="isn't ASCII"):
        untrusted.parse('"äääää"')
    assert untrusted.parse('"aaaaaaaaaaaaaa"') == "a" * 14
