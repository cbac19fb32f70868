"""The watched branch is read by object id, wherever the repository is."""

from pathlib import Path

import pytest

from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import CommitId
from reconciler.ports.source import SourceTree
from reconciler.watched import branch
from reconciler.watched.branch import Source
from tests.unit.reconciler.git.people import Clone, git
from tests.unit.reconciler.origins import Open


@pytest.fixture
def source(opened: Open) -> Source:
    return Source(opened(), "main")


def moved(source: Source) -> CommitId:
    source.repository.refresh()
    head = source.head()
    assert head
    return head


def test_a_repository_with_no_commit_has_no_head(source: Source) -> None:
    assert source.head() is None
    assert source.log() == ()


def test_files_are_read_at_a_commit(source: Source, ada: Clone) -> None:
    first = ada.commit({"specs/datasets/a.yaml": "a: 1\n", "code/train.py": "x"})
    ada.push()
    head = moved(source)
    tree: SourceTree = source.tree(head)
    ada.commit({"specs/datasets/a.yaml": "a: 2\n"})
    ada.push()
    assert head == first == tree.commit
    assert set(tree.files) == {"specs/datasets/a.yaml", "code/train.py"}
    blob = tree.files["specs/datasets/a.yaml"]
    assert (tree.read(blob), tree.size(blob)) == (b"a: 1\n", 5)
    assert tree.tree_id("code") == ada.git("rev-parse", f"{first}:code")
    assert tree.tree_id("nothing") is None
    assert source.tree(head) is tree
    new = source.tree(moved(source))
    assert new.read(new.files["specs/datasets/a.yaml"]) == b"a: 2\n"


def test_a_deleted_branch_is_told(source: Source, ada: Clone, origin: Path) -> None:
    ada.commit({"a": "1"})
    ada.push()
    assert moved(source)
    git(origin, "update-ref", "-d", "refs/heads/main")
    source.repository.refresh()
    assert source.head() is None


def test_a_rewritten_history_is_told(source: Source, ada: Clone) -> None:
    first = CommitId(ada.commit({"a": "1"}))
    ada.push()
    moved(source)
    second = CommitId(ada.commit({"a": "2"}))
    ada.push()
    assert source.descends(moved(source), first)
    ada.git("checkout", "--quiet", "--orphan", "new")
    ada.commit({"b": "1"})
    ada.push("+HEAD:refs/heads/main")
    head = moved(source)
    assert not source.descends(head, second)
    assert source.descends(head, head)
    assert not source.descends(head, CommitId("1" * 40))


def test_a_commit_on_top_of_another_is_told_by_its_parents_alone(
    source: Source, ada: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No process walks through the history for what most pushes are."""
    first = CommitId(ada.commit({"a": "1"}))
    ada.git("checkout", "--quiet", "-b", "side")
    side = CommitId(ada.commit({"b": "1"}))
    ada.git("checkout", "--quiet", "main")
    second = CommitId(ada.commit({"a": "2"}))
    ada.git("merge", "--quiet", "--no-ff", "-m", "Merge", "side")
    merge = CommitId(ada.git("rev-parse", "HEAD"))
    ada.push()
    moved(source)
    assert source.line(merge, first, 9) == (second, merge)
    assert source.descends(merge, first)

    def walked(*_: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(branch, "is_ancestor", walked)
    monkeypatch.setattr(branch, "line", walked)
    assert source.descends(merge, second)
    assert source.descends(merge, side)
    assert source.line(merge, second, 9) == (merge,)
    with pytest.raises(AssertionError):
        source.line(merge, side, 9)


def test_what_is_said_to_be_pushed_to_is_seen_wherever_the_repository_is(source: Source, ada: Clone) -> None:
    ada.commit({"a": "1"})
    ada.push()
    source.refresh(["refs/heads/main", "refs/heads/none"])
    assert source.head() == ada.git("rev-parse", "HEAD")


def test_a_file_is_traced_to_its_merge(source: Source, ada: Clone) -> None:
    ada.commit({"specs/a.yaml": "1", "specs/b.yaml": "1"}, "Begin")
    ada.git("checkout", "--quiet", "-b", "side")
    ada.commit({"specs/a.yaml": "2"}, "Raise a")
    ada.git("checkout", "--quiet", "main")
    ada.git("merge", "--quiet", "--no-ff", "-m", "Merge a", "side")
    ada.push()
    head = moved(source)
    changed, brought = source.origin(head, "specs/a.yaml")
    assert changed is not None
    assert brought is not None
    assert (changed.title, brought.title, brought.is_merge) == ("Raise a", "Merge a", True)
    assert source.origin(head, "specs/none.yaml") == (None, None)
    assert [entry.title for entry in source.log("specs/b.yaml")] == ["Begin"]
    with pytest.raises(Refused):
        source.log("../x")


def test_a_folder_is_exported(source: Source, ada: Clone, tmp_path: Path) -> None:
    ada.commit({"code/train.py": "x", "code/lib/a.py": "y"})
    ada.push()
    tree_id = source.tree(moved(source)).tree_id("code")
    assert tree_id
    folder = source.export(tree_id, tmp_path / "exports" / tree_id)
    assert (folder / "lib/a.py").read_text() == "y"


def test_revisions_are_resolved(source: Source, ada: Clone) -> None:
    first = ada.commit({"a": "1"})
    ada.git("tag", "-a", "-m", "x", "v1")
    second = ada.commit({"a": "2"})
    ada.push("HEAD", "v1")
    assert source.resolve("main") == second
    assert source.resolve("v1") == first
    assert source.resolve(first) == first
    for odd in ("nothing", "1" * 40, "--all", "main:a"):
        with pytest.raises(Refused, match="is no commit"):
            source.resolve(odd)


def test_it_opens_at_the_default_branch(ada: Clone, tmp_path: Path) -> None:
    commit = ada.commit({"a": "1"})
    source = Source.open(ada.folder, None, tmp_path)
    assert (source.branch, source.head()) == ("main", commit)
    source.close()


def test_what_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        Source.open(tmp_path / "nothing", "main", tmp_path)
    with pytest.raises(Refused):
        Source.open(tmp_path, "main", tmp_path)
    far = Source.open((tmp_path / "nothing").as_uri(), "main", tmp_path)
    with pytest.raises(Unavailable, match="out of reach"):
        far.head()


def test_where_history_ends_too_early_nobody_calls_it_rewritten(ada: Clone, tmp_path: Path) -> None:
    first = CommitId(ada.commit({"a": "1"}))
    second = CommitId(ada.commit({"a": "2"}))
    ada.commit({"a": "3"})
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{ada.folder}", "cut")
    cut = Source.open(tmp_path / "cut", "main", tmp_path / "state")
    head = moved(cut)
    assert cut.descends(head, head)
    assert cut.descends(head, second), "its parents are told by the commit itself"
    with pytest.raises(Unavailable, match="is a shallow clone: whether"):
        cut.descends(head, first)
    cut.close()
