"""The room for a source is what the disk of the jobs' temporary folder has, and not all of it."""

import shutil
import tempfile
from pathlib import Path

import pytest

from runners.sources.room import room


def test_half_of_what_is_free_is_left_for_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def usage(path: str) -> object:
        seen.append(path)
        return shutil._ntuple_diskusage(100, 60, 40)  # type: ignore[attr-defined]

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(shutil, "disk_usage", usage)
    assert (room(), seen) == (20, [str(tmp_path)])
