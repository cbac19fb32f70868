"""A place is told from its look: a path, or a URL."""

from pathlib import Path

import pytest

from reconciler.git.local import LocalRepository
from reconciler.git.remote import RemoteRepository
from reconciler.git.repository import Repository, open_repository
from reconciler.model.errors import Refused, Unavailable
from tests.unit.reconciler.git.people import bare


@pytest.mark.parametrize(
    "place", ["https://example.org/x.git", "ssh://git@example.org/x", "git@example.org:team/x.git", "file:///srv/x.git"]
)
def test_urls_are_far(tmp_path: Path, place: str) -> None:
    repository: Repository = open_repository(place, tmp_path)
    assert isinstance(repository, RemoteRepository)


def test_paths_are_near(tmp_path: Path) -> None:
    repository: Repository = open_repository(bare(tmp_path / "a:b@c.git"), tmp_path)
    assert isinstance(repository, LocalRepository)


@pytest.mark.parametrize("place", ["ext::sh -c true", "ext::sh://x", "foo://x", "--upload-pack=touch x"])
def test_what_could_run_a_program_is_refused(tmp_path: Path, place: str) -> None:
    with pytest.raises((Refused, Unavailable)):
        open_repository(place, tmp_path)
