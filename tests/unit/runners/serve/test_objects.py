"""A batch of events is an object of its own, and none takes another's place."""

import time
from pathlib import Path

import fsspec

from runners.serve.objects import Objects


def test_no_batch_replaces_another() -> None:
    folder = f"payloads/{time.time_ns()}"
    write = Objects(f"memory://{folder}")
    for content in (b"one\n", b"two\n"):
        write(Path("2026-01-05-1.jsonl"), content)
    files = fsspec.filesystem("memory")
    found = sorted(files.find(f"/{folder}"))
    assert [files.cat_file(path) for path in found] == [b"one\n", b"two\n"]
    assert all("2026-01-05-1-" in path and path.endswith(".jsonl") for path in found)
