"""Whole pages: kept beside the status as long as their pull requests are open."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.git.repository import open_repository
from reconciler.loop.whole_pages import WholePages
from reconciler.status.branch import StatusBranch
from tests.unit.reconciler.git.people import bare


@pytest.fixture
def branch(tmp_path: Path) -> Iterator[StatusBranch]:
    repository = open_repository(bare(tmp_path / "origin.git"), tmp_path / "state")
    yield StatusBranch(repository, "dev")
    repository.close()


def test_a_page_is_kept_until_its_pull_request_ends(branch: StatusBranch) -> None:
    pages = WholePages("dev", branch)
    branch.write({"README.md": b"status"}, "m")
    assert pages.branch == "setpoint/dev"
    assert pages.keep(1, "one", [1, 2]) == "pull-requests/1.md"
    pages.keep(2, "two", [1, 2])
    assert branch.read().read("pull-requests/1.md") == b"one\n"
    pages.tidy([1, 2])
    pages.tidy([2])
    assert set(branch.read().files) == {"README.md", "pull-requests/2.md"}


def test_nothing_is_written_where_nothing_is_new(branch: StatusBranch) -> None:
    pages = WholePages("dev", branch)
    pages.tidy([])
    assert branch.read().commit is None
    pages.keep(1, "one", [1])
    head = branch.read().commit
    pages.keep(1, "one", [1])
    pages.tidy([1])
    assert branch.read().commit == head


def test_what_a_former_daemon_has_kept_goes_with_the_next_page(branch: StatusBranch) -> None:
    WholePages("dev", branch).keep(1, "one", [1])
    WholePages("dev", branch).keep(2, "two", [2])
    assert set(branch.read().files) == {"pull-requests/2.md"}
