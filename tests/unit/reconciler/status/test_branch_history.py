"""The history of the status branch: the newest commits stay, whole, and older ones go."""

from pathlib import Path

import pytest

from reconciler.git.repository import open_repository
from reconciler.status.branch_history import shortened
from tests.unit.reconciler.git.people import git


@pytest.fixture
def head(origin: Path) -> str:
    """Return the newest of seven commits; the sixth merges the fifth to the fourth."""
    tree, commits = git(origin, "mktree", stdin=""), list[str]()
    for number in range(7):
        above = [word for commit in commits[-2 if number == 5 else -1 :] for word in ("-p", commit)]
        commits.append(git(origin, "commit-tree", *above, "-m", f"number {number}\n\nCommit: abc", tree))
    return commits[-1]


def test_a_short_history_is_left_alone(origin: Path, head: str, tmp_path: Path) -> None:
    assert shortened(open_repository(origin, tmp_path).objects, head, 4) is None


def test_the_newest_commits_stay_and_the_oldest_of_them_says_so(origin: Path, head: str, tmp_path: Path) -> None:
    new = shortened(open_repository(origin, tmp_path).objects, head, 3)
    assert new is not None
    told = git(origin, "log", "--format=%s|%(trailers:key=Commit,valueonly)%(trailers:key=History)", new).split("\n\n")
    assert [line.split("|")[0] for line in told] == ["number 6", "number 5", "number 3"]
    assert ["History: " in line for line in told] == [False, False, True]
    assert all("abc" in line for line in told)
    assert git(origin, "fsck", "--no-dangling") == ""
