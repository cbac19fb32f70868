"""Inputs: a job reads what its upstream left, or nothing."""

import hashlib
import json
import os
from pathlib import Path

import fsspec
import pytest

from runners.contract import InputError, InputGone, Request, RunnerError, SourceUnavailable
from runners.inputs import Lent, near
from runners.staging import local

FILES = {"data.parquet": b"rows", "images/a b.png": b"pixels"}


def left(folder: Path) -> str:
    """Leave what a run leaves; return the digest of its result."""
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    files = {name: "sha256:" + hashlib.sha256(content).hexdigest() for name, content in FILES.items()}
    result = json.dumps({"files": files}).encode()
    (folder / "result.json").write_bytes(result)
    return "sha256:" + hashlib.sha256(result).hexdigest()


def request(url: str, digest: str | None) -> Request:
    digests = {"dataset": digest, "model": "sha256:1"} if digest else {}
    inputs = {"dataset": url, "logs": "memory://logs"}
    return Request(run="x/y/0123456789ab", runner="r", inputs=inputs, digests=digests, output="memory://out")


def test_what_is_as_it_was_left_is_read_where_it_lies(tmp_path: Path) -> None:
    folder = tmp_path / "a version"
    told = near(request(folder.as_uri(), left(folder)))
    assert told.inputs == {"dataset": folder.as_uri(), "logs": "memory://logs"}
    assert near(request("memory://unread", None)).inputs["dataset"] == "memory://unread"


def test_what_lies_far_is_brought_near_once(tmp_path: Path) -> None:
    digest = left(tmp_path / "made")
    fsspec.filesystem("memory").put(f"{tmp_path}/made/", "/inputs-far/", recursive=True)
    told = near(request("memory://inputs-far", digest))
    assert (local(told.inputs["dataset"]) / "images/a b.png").read_bytes() == b"pixels"


@pytest.mark.parametrize(
    ("path", "content", "kind", "told"),
    [
        ("data.parquet", b"rowS", SourceUnavailable, "data.parquet was changed after it was accepted"),
        ("images/a b.png", b"", SourceUnavailable, "images/a b.png was changed"),
        ("result.json", b"{}", SourceUnavailable, "result.json was changed"),
        ("images/a b.png", None, InputGone, "nothing is there any more"),
        ("result.json", None, InputGone, "nothing is there any more"),
    ],
)
def test_what_was_changed_is_not_read_and_is_tried_again(
    tmp_path: Path, path: str, content: bytes | None, kind: type[RunnerError], told: str
) -> None:
    digest = left(tmp_path)
    (tmp_path / path).unlink()
    if content is not None:
        (tmp_path / path).write_bytes(content)
        os.utime(tmp_path / path, (1, 1))
    with pytest.raises(kind, match=told) as failure:
        near(request(tmp_path.as_uri(), digest))
    assert failure.value.exit_code == 75
    assert content is None or (tmp_path / path).stat().st_mtime > 1, "the store sees by its time that it was changed"


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    digest = left(tmp_path)
    (tmp_path / "data.parquet").unlink()
    os.mkfifo(tmp_path / "data.parquet")
    with pytest.raises(InputGone):
        near(request(tmp_path.as_uri(), digest))


def test_what_a_newer_version_has_left_is_refused_in_words(tmp_path: Path) -> None:
    content = b'{"format": 2, "parts": {}}'
    (tmp_path / "result.json").write_bytes(content)
    digests = {"dataset": f"sha256:{hashlib.sha256(content).hexdigest()}"}
    asked = Request(
        run="x/y/0123456789ab", runner="x", output="/x", inputs={"dataset": tmp_path.as_uri()}, digests=digests
    )
    with pytest.raises(InputError, match=r"result.json can't be read: it is of format 2") as refusal:
        near(asked)
    assert refusal.value.fix == "upgrade what this job runs in"


@pytest.mark.parametrize("is_near", [True, False])
def test_of_a_lent_version_a_file_is_brought_and_checked_when_it_is_asked_for(tmp_path: Path, *, is_near: bool) -> None:
    digest, url = left(tmp_path / "made"), (tmp_path / "made").as_uri()
    if not is_near:
        fsspec.filesystem("memory").put(f"{tmp_path}/made/", "/inputs-lent/", recursive=True)
        url = "memory://inputs-lent"
    lent = Lent.of(url, digest)
    assert set(lent.digests) == set(FILES)
    assert [path.name for path in lent.folder.rglob("*.parquet")] == (["data.parquet"] if is_near else [])
    assert lent.path("images/a b.png").read_bytes() == b"pixels"
    assert not lent.has("another")
    with pytest.raises(InputGone):
        lent.path("another")
    with pytest.raises(SourceUnavailable, match="was changed after it was accepted"):
        Lent.of(url, "sha256:1")
