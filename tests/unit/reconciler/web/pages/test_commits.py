"""Commits of the watched branch, and nothing of what isn't in its history."""

from pathlib import Path

from reconciler.model.ids import CommitId
from reconciler.watched.branch import Source
from reconciler.web.pages.commits import MOST, commit_of
from tests.unit.reconciler.git.people import Clone


def test_a_commit_tells_who_wrote_it_who_merged_it_and_what_it_changed(tmp_path: Path) -> None:
    clone = Clone(tmp_path / "repository")
    first = clone.commit({"a": "1", "b": "1"}, "Begin")
    clone.git("switch", "-q", "-c", "topic")
    change = clone.commit({"a": "2", "b": None, "c": "1"}, "Change")
    clone.git("switch", "-q", "main")
    clone.git("merge", "-q", "--no-ff", "-m", "Merge topic", "topic")
    head = CommitId(clone.git("rev-parse", "HEAD"))
    clone.git("switch", "-q", "-c", "other", first)
    elsewhere = clone.commit({"d": "1"}, "Elsewhere")
    source = Source.open(clone.folder, "main", tmp_path / "mirror")
    told = commit_of(source, head, CommitId(change))
    assert told
    assert told.arrived
    assert (told.entry.title, told.entry.author, told.arrived.title) == (
        "Change",
        "Ada <ada@example.org>",
        "Merge topic",
    )
    assert told.files == [("a", "changed"), ("b", "went"), ("c", "came")]
    begun = commit_of(source, head, CommitId(first))
    assert begun
    assert (begun.arrived, begun.left_out) == (None, 0)
    assert commit_of(source, head, CommitId(elsewhere)) is None
    assert [commit_of(source, head, CommitId(odd)) for odd in ("HEAD", "0" * 40, "main", "--all")] == [None] * 4
    assert commit_of(source, None, CommitId(first)) is None


def test_of_many_files_the_first_are_listed(tmp_path: Path) -> None:
    clone = Clone(tmp_path / "repository")
    commit = CommitId(clone.commit({f"f{n:04}": "x" for n in range(MOST + 3)}, "Many"))
    told = commit_of(Source.open(clone.folder, "main", tmp_path / "mirror"), commit, commit)
    assert told
    assert (len(told.files), told.left_out) == (MOST, 3)
