"""What the tests of branches and leases share: an origin with a person's clone, seen near by path and far by URL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.git.repository import Repository, open_repository
from tests.unit.reconciler.git.people import Clone, bare

Open = Callable[[], Repository]


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """Return an empty bare repository."""
    return bare(tmp_path / "origin.git")


@pytest.fixture
def ada(tmp_path: Path, origin: Path) -> Clone:
    """Return Ada's clone of it."""
    return Clone(tmp_path / "ada", origin)


@pytest.fixture(params=["near", "far"])
def opened(request: pytest.FixtureRequest, tmp_path: Path, origin: Path) -> Iterator[Open]:
    """Return a way to open the repository, each time as another process would."""
    made: list[Repository] = []

    def open_it() -> Repository:
        place = origin if request.param == "near" else origin.as_uri()
        repository = open_repository(place, tmp_path / f"state{len(made)}")
        made.append(repository)
        return repository

    yield open_it
    for repository in made:
        repository.close()
