"""A repository for a while: it reads what others have, and writes what nobody sees."""

from pathlib import Path

from reconciler.git.merging import merge_commit
from reconciler.git.scratch import scratch
from tests.unit.reconciler.git.people import Clone


def test_it_has_the_objects_of_all_others_and_they_get_none_of_its_own(tmp_path: Path) -> None:
    ada = Clone(tmp_path / "ada with a space")
    base = ada.commit({"a.txt": "1\n"})
    grace = Clone(tmp_path / "grace")
    grace.git("fetch", "--quiet", str(ada.folder), "main")
    grace.git("reset", "--quiet", "--hard", "FETCH_HEAD")
    theirs = grace.commit({"b.txt": "2\n"})
    ours = ada.commit({"c.txt": "3\n"})
    before = [clone.git("count-objects", "-v") for clone in (ada, grace)]
    with scratch(ada.folder / ".git", grace.folder / ".git") as repository:
        assert all(repository.objects.find(commit) for commit in (base, ours, theirs))
        commit, conflicts = merge_commit(repository.objects, ours, theirs)
        assert not conflicts
        assert repository.objects.find(commit)
        place = repository.git_dir
    assert not place.exists()
    assert [clone.git("count-objects", "-v") for clone in (ada, grace)] == before
