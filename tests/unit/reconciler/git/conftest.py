"""What the tests of Git share: an empty bare repository, and a person with a work tree."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.git.bare import make_bare
from reconciler.git.objects import ObjectStore
from tests.unit.reconciler.git.people import Clone


@pytest.fixture
def ada(tmp_path: Path) -> Clone:
    """Return Ada's work tree, a repository of its own."""
    return Clone(tmp_path / "ada")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ObjectStore]:
    """Return the objects of an empty bare repository."""
    objects = ObjectStore(make_bare(tmp_path / "store.git"))
    yield objects
    objects.close()
