"""What a branch has on top of what was proposed: commits that change nothing, so many of them."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reconciler.forges.approving import MOST, parted
from reconciler.git.repository import Repository, open_repository
from tests.unit.reconciler.git.people import Clone


@pytest.fixture
def person(tmp_path: Path) -> Clone:
    person = Clone(tmp_path / "repository")
    person.commit({"a": "1\n"})
    return person


@pytest.fixture
def repository(person: Clone, tmp_path: Path) -> Iterator[Repository]:
    with closing(open_repository(person.folder, tmp_path / "state")) as repository:
        yield repository


def test_commits_that_change_nothing_are_told_apart_from_what_was_proposed(
    person: Clone, repository: Repository
) -> None:
    proposed = person.commit({"a": "2\n"})
    above = [person.commit({}), person.commit({})]
    found, approving = parted(repository.objects, above[-1])
    assert (found.id, [one.id for one in approving]) == (proposed, above)
    assert parted(repository.objects, proposed)[1] == ()


def test_a_change_and_a_merge_end_it(person: Clone, repository: Repository) -> None:
    person.commit({"a": "2\n"})
    person.commit({})
    changed = person.commit({"a": "3\n"})
    assert parted(repository.objects, changed)[0].id == changed
    tree = person.git("rev-parse", "HEAD^{tree}")
    merge = person.git("commit-tree", tree, "-p", changed, "-p", f"{changed}~1", "-m", "merge")
    assert parted(repository.objects, merge)[0].id == merge, "it may bring what its first parent hasn't"


def test_beyond_so_many_it_is_taken_for_work(person: Clone, repository: Repository) -> None:
    person.commit({"a": "2\n"})
    for _ in range(MOST + 3):
        head = person.commit({})
    found, approving = parted(repository.objects, head)
    assert len(approving) == MOST
    assert found.id == person.git("rev-parse", f"HEAD~{MOST}")
