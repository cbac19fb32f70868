"""Setpoint's own bare repositories are made whole, once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reconciler.git.bare import make_bare
from reconciler.model.errors import Unavailable
from tests.unit.reconciler.git.people import git


def test_it_is_made_once_with_its_settings(tmp_path: Path) -> None:
    made = make_bare(tmp_path / "a/b.git", {"core.compression": "0", "gc.auto": "0"})
    assert git(made, "config", "core.compression") == "0"
    assert git(made, "config", "gc.auto") == "0"
    assert git(made, "rev-parse", "--is-bare-repository") == "true"
    (made / "mark").touch()
    assert make_bare(tmp_path / "a/b.git") == made
    assert (made / "mark").exists()
    assert [path.name for path in made.parent.iterdir()] == ["b.git"]


def test_many_make_it_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = set(threads.map(lambda _: make_bare(tmp_path / "x.git"), range(8)))
    assert made == {tmp_path / "x.git"}
    assert [path.name for path in tmp_path.iterdir()] == ["x.git"]


def test_what_is_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match=r"file/x\.git can't be written"):
        make_bare(tmp_path / "file/x.git")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/other").touch()
    with pytest.raises(Unavailable, match="full is no Git repository"):
        make_bare(tmp_path / "full")
