"""What commits changed, as it is read for a whole history, whatever a person's settings say."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.git.file_changes import FileChanges, file_changes
from tests.unit.reconciler.git.people import Clone


@pytest.fixture
def ada(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "ada")


def read(ada: Clone, *folders: str, most: int = 100) -> list[FileChanges]:
    return list(file_changes(ada.folder / ".git", "HEAD", *folders, most=most))


def blob(ada: Clone, place: str) -> str:
    return ada.git("rev-parse", place)


def test_changes_of_files_in_a_folder_are_told_the_newest_first(ada: Clone) -> None:
    first = ada.commit({"d/a": "1", "d/e/b": "1", "other": "1"})
    ada.commit({"other": "2"})
    second = ada.commit({"d/a": None, "d/e/b": "2"})
    assert [(change.commit, dict(change.files)) for change in read(ada, "d")] == [
        (second, {"d/a": None, "d/e/b": blob(ada, "HEAD:d/e/b")}),
        (first, {"d/a": blob(ada, f"{first}:d/a"), "d/e/b": blob(ada, f"{first}:d/e/b")}),
    ]
    assert [change.commit for change in read(ada, "d", most=1)] == [second]
    assert read(ada, "nowhere") == []


def test_a_merge_is_told_as_it_changed_its_first_parent_beside_what_it_brought(ada: Clone) -> None:
    ada.commit({"d/a": "1"})
    ada.git("checkout", "-q", "-b", "side")
    side = ada.commit({"d/a": "2"})
    ada.git("checkout", "-q", "main")
    ada.commit({"d/b": "1"})
    ada.git("merge", "-q", "--no-ff", "-m", "Merge", "side")
    told = {change.commit: dict(change.files) for change in read(ada, "d")}
    assert told[ada.git("rev-parse", "HEAD")] == {"d/a": blob(ada, "HEAD:d/a")}
    assert told[side] == {"d/a": blob(ada, "HEAD:d/a")}


def test_no_setting_of_a_person_changes_what_is_read(ada: Clone) -> None:
    ada.commit({"d/a": "1"})
    plain = read(ada, "d")
    for name, value in (
        ("log.showRoot", "false"),
        ("log.showSignature", "true"),
        ("log.follow", "true"),
        ("log.diffMerges", "off"),
        ("diff.renames", "copies"),
        ("color.ui", "always"),
        ("color.diff", "always"),
        ("core.abbrev", "7"),
        ("log.decorate", "full"),
        ("format.pretty", "oneline"),
    ):
        ada.git("config", name, value)
    assert read(ada, "d") == plain


def test_a_link_is_no_file_and_odd_names_break_nothing(ada: Clone) -> None:
    (ada.folder / "d").mkdir()
    (ada.folder / "d" / "link").symlink_to("a")
    ada.commit({'d/ä\t\n"': "1", "d/:1 2": "1"})
    (change,) = read(ada, "d")
    assert change.files["d/link"] is None
    assert "d/:1 2" in change.files
    assert len(change.files) == 3


def test_both_times_of_a_commit_are_told_in_utc(ada: Clone) -> None:
    ada.commit({"d/a": "1"})
    ada.git("commit", "-q", "--amend", "--date=2026-01-05T12:00:00+0200", "-m", "Later")
    (change,) = read(ada, "d")
    assert change.written == datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert change.committed > datetime(2020, 1, 1, tzinfo=UTC)
