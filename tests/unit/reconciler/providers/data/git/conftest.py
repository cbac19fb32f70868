"""What the tests of the embedded data store share: one folder, seen by two environments."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from reconciler.model.ids import RunName
from reconciler.providers.data.git import GitData

RUN, OTHER = RunName("experiments/loans/3f2a1b4c5d6e"), RunName("experiments/loans/aaaaaaaaaaaa")
FIRST, SECOND = RunName("datasets/loans/111111111111"), RunName("datasets/loans/222222222222")


def folder_at(url: str) -> Path:
    """Return the folder that a `file://` URL names."""
    parts = urlsplit(url)
    assert parts.scheme == "file"
    return Path(unquote(parts.path))


def run_job(data: GitData, run: RunName, files: dict[str, str] | None = None) -> Path:
    """Open a run's branch, and write what its job would; return the folder."""
    folder = folder_at(data.open(run))
    for path, text in (files or {"result.json": f'{{"run": "{run}"}}'}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def accept(data: GitData, run: RunName, files: dict[str, str] | None = None) -> None:
    """Let a run come to its good end."""
    run_job(data, run, files)
    data.commit(run, {})
    data.merge(run)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the folder of the store, with a space in its name."""
    return tmp_path / "the data"


@pytest.fixture
def dev(root: Path) -> Iterator[GitData]:
    """Return the store as `dev` sees it."""
    data = GitData(root, "dev")
    yield data
    data.close()


@pytest.fixture
def prod(root: Path) -> Iterator[GitData]:
    """Return the store as `prod` sees it."""
    data = GitData(root, "prod")
    yield data
    data.close()
