"""Seals: a checkout that nobody has touched is told from one that somebody has."""

import os
from pathlib import Path

from reconciler.providers.data.git.stamps import SEALED, is_sealed, seal


def test_a_sealed_folder_holds_what_it_should_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a", "sub/b"):
        (tmp_path / name).write_text("1")
    assert not is_sealed(tmp_path, {"a", "sub/b"})
    seal(tmp_path)
    assert is_sealed(tmp_path, {"a", "sub/b"})
    assert not is_sealed(tmp_path, {"a"})
    assert not is_sealed(tmp_path, {"a", "sub/b", "c"})
    assert not (tmp_path / "a").stat().st_mode & 0o222


def test_whoever_writes_breaks_the_seal(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    seal(tmp_path)
    os.utime(tmp_path / "a", (SEALED, SEALED + 1))
    assert not is_sealed(tmp_path, {"a"})
    seal(tmp_path)
    (tmp_path / "a").chmod(0o644)
    assert not is_sealed(tmp_path, {"a"})


def test_what_is_no_file_is_no_file_of_a_version(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path)
    seal(tmp_path)
    assert not is_sealed(tmp_path, {"a"})
    (tmp_path / "a").unlink()
    os.mkfifo(tmp_path / "a")
    seal(tmp_path)
    assert not is_sealed(tmp_path, {"a"})
