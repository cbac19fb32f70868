"""Folders are there whole or not at all."""

from pathlib import Path

import pytest

from reconciler.disk import draft_of, writing
from reconciler.model.errors import Refused, Unavailable


def test_a_folder_appears_at_the_end(tmp_path: Path) -> None:
    with draft_of(tmp_path / "a/b") as draft:
        (draft / "x").write_text("1")
        assert not (tmp_path / "a/b").exists()
    assert (tmp_path / "a/b/x").read_text() == "1"
    assert (tmp_path / "a/b").stat().st_mode & 0o777 == 0o755


def test_nothing_stays_of_one_that_failed(tmp_path: Path) -> None:
    def fill() -> None:
        with draft_of(tmp_path / "a/b") as draft:
            (draft / "x").write_text("1")
            raise OSError(28, "No space left on device")

    with pytest.raises(Unavailable, match="b can't be written: No space left"):
        fill()
    assert list((tmp_path / "a").iterdir()) == []


def test_drafts_may_lie_elsewhere(tmp_path: Path) -> None:
    with draft_of(tmp_path / "a/b", tmp_path / "drafts") as draft:
        assert draft.parent == tmp_path / "drafts"
    assert (tmp_path / "a/b").is_dir()


def test_the_first_one_stays(tmp_path: Path) -> None:
    with draft_of(tmp_path / "b") as draft:
        (draft / "x").write_text("late")
        (tmp_path / "b").mkdir()
        (tmp_path / "b/x").write_text("first")
    assert (tmp_path / "b/x").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_our_own_errors_pass(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="odd"), writing(tmp_path):
        raise Refused("odd")
    with pytest.raises(Unavailable, match="out of reach"), writing(tmp_path):
        raise Unavailable("out of reach")
