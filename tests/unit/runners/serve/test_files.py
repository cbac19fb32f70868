"""Payload logs on a disk: whole lines, in files and folders of a bounded size."""

import os
from pathlib import Path

import pytest

from runners.serve.files import PARTS, REMOVED, Files, append_whole

QUOTA = 64 * 1024
LINE = b"x" * 999 + b"\n"


def size_of(root: Path) -> int:
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file())


def test_a_folder_stays_below_its_quota_and_keeps_the_newest(tmp_path: Path) -> None:
    logs = [Files(tmp_path, QUOTA), Files(tmp_path, QUOTA)]
    before = REMOVED._value.get()
    for number in range(1000):
        place = tmp_path / f"revision-{number // 400}"
        logs[number % 2](place / f"2026-01-0{1 + number // 300}-{number % 2}.jsonl", b"%03d" % number + LINE[3:])
        assert size_of(tmp_path) <= QUOTA
    kept = sorted(line[:3] for path in tmp_path.rglob("*.jsonl") for line in path.read_bytes().splitlines())
    assert kept[-1] == b"999"
    assert len(kept) >= QUOTA // len(LINE) // 2
    assert kept[0] > b"900", "the oldest went"
    assert REMOVED._value.get() > before


def test_no_file_grows_beyond_its_part(tmp_path: Path) -> None:
    log = Files(tmp_path, QUOTA)
    for _ in range(30):
        log(tmp_path / "r" / "2026-01-05-7.jsonl", LINE)
    sizes = {path.name: path.stat().st_size for path in (tmp_path / "r").iterdir()}
    assert max(sizes.values()) <= QUOTA // PARTS + len(LINE)
    assert {"2026-01-05-7.jsonl", "2026-01-05-7-1.jsonl"} <= sizes.keys()


def test_the_next_process_of_a_name_goes_on_in_the_last_file(tmp_path: Path) -> None:
    for _ in range(8):
        Files(tmp_path, QUOTA)(tmp_path / "a.jsonl", LINE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-1.jsonl", "a.jsonl"]


def test_an_event_that_has_no_room_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="too large for a quota"):
        Files(tmp_path, 1000)(tmp_path / "a.jsonl", LINE)
    assert not list(tmp_path.iterdir())


def test_what_is_no_payload_log_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(LINE * 100)
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "notes.txt")
    log = Files(tmp_path, QUOTA)
    for _ in range(200):
        log(tmp_path / "a.jsonl", LINE)
    assert (tmp_path / "notes.txt").exists()
    assert (tmp_path / "link.jsonl").is_symlink()


def test_a_line_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "below" / "it.jsonl"
    append_whole(path, b"first\n")
    append_whole(path, b"second\n")
    assert path.read_bytes() == b"first\nsecond\n"
    path.chmod(0o400)
    assert oct(path.stat().st_mode)[-3:] == "400"


def test_half_a_line_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "it.jsonl"
    append_whole(path, b"first\n")
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, content: write(file, content[:3]))
    with pytest.raises(OSError, match="no space"):
        append_whole(path, b"second\n")
    assert path.read_bytes() == b"first\n"
