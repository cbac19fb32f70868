"""Files of events: whole lines only, whatever was there before; nothing but a file is written to."""

import json
import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from reconciler.loop import transports
from reconciler.loop.transports import append, send
from reconciler.model.environment import Environment, Lineage
from reconciler.model.errors import Unavailable
from tests.unit.reconciler.loop.test_telling import DONE, Loop, seen, until

TO = Lineage(file="events.jsonl")


def test_an_event_is_a_line_and_the_next_follows(tmp_path: Path) -> None:
    for number in range(3):
        send(TO, tmp_path / "lineage/dev", str, b'{"n": %d}' % number)
    file = tmp_path / "lineage/dev/events.jsonl"
    assert [json.loads(line)["n"] for line in file.read_text().splitlines()] == [0, 1, 2]
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "left", [b"", b'{"n"', b'{"n": 1}\n', b'{"n": 1}\n{"n', b"x" * 200_000, b"a\n" + b"x" * 200_000]
)
def test_what_a_crash_has_left_of_a_line_is_taken_away(tmp_path: Path, left: bytes) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(left)
    append(file, b"{}")
    assert file.read_bytes() == left[: left.rfind(b"\n") + 1] + b"{}\n"


def test_a_file_that_is_large_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transports, "LARGEST_FILE", 10)
    for number in range(4):
        append(tmp_path / "e.jsonl", b"[%d, 5]" % number)
    assert (tmp_path / "e.jsonl").read_bytes() == b"[3, 5]\n"
    assert (tmp_path / "e.jsonl.1").read_bytes() == b"[2, 5]\n"


@pytest.mark.parametrize("kind", ["link", "folder", "pipe", "locked"])
def test_nothing_but_a_file_is_written_to(tmp_path: Path, kind: str) -> None:
    file, other = tmp_path / "in/events.jsonl", tmp_path / "other"
    file.parent.mkdir()
    other.write_text("mine")
    if kind == "link":
        file.symlink_to(other)
    elif kind == "folder":
        file.mkdir()
    elif kind == "pipe":
        os.mkfifo(file)
    else:
        file.parent.rmdir()
        file.parent.write_text("no folder")
    with pytest.raises(Unavailable):
        append(file, b"{}")
    assert other.read_text() == "mine"


def test_without_a_home_it_waits() -> None:
    with pytest.raises(Unavailable, match="no home"):
        send(TO, None, str, b"{}")


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"url": "https://x.example", "file": "a.jsonl"},
        {"file": "../a.jsonl"},
        {"file": "/etc/a.jsonl"},
        {"file": "a.txt"},
        {"file": ".jsonl"},
        {"file": "a.jsonl", "token": "${secret:X}"},
    ],
)
def test_events_go_to_one_place_and_a_file_lies_in_the_home(told: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Environment.model_validate({"lineage": told})


def test_a_run_is_told_to_a_file_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    loop = Loop("", folder=tmp_path)
    environment = Environment.model_validate({"lineage": {"file": "events.jsonl"}})
    loop.desired = type(loop.desired)(loop.desired.commit, "dev", environment, {})
    loop.sees(seen())
    loop.sees(DONE)
    until(lambda: loop.telling.counts.sent == 2)
    lines = (tmp_path / "events.jsonl").read_text().splitlines()
    assert [json.loads(line)["eventType"] for line in lines] == ["START", "COMPLETE"]
