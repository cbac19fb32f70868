"""A repository for a while: it reads the objects of others and writes its own, which nobody sees afterwards."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.git.bare import make_bare
from reconciler.git.local import LocalRepository
from reconciler.git.process import checked


@contextmanager
def scratch(*others: Path) -> Iterator[LocalRepository]:
    """Make an empty repository that has all objects of some others (gitrepository-layout(5), `alternates`).

    Args:
        others: the Git folders, or work trees' `.git`.

    Raises:
        Unavailable: it can't be made, or one of the others can't be read.
    """
    with tempfile.TemporaryDirectory(prefix="setpoint-") as folder:
        git_dir = make_bare(Path(folder) / "scratch.git")
        objects = (checked(other, "rev-parse", "--git-path", "objects").text.strip() for other in others)
        lines = [str((other / line).resolve()) for other, line in zip(others, objects, strict=True)]
        (git_dir / "objects" / "info" / "alternates").write_text("".join(f"{line}\n" for line in lines), "utf-8")
        repository = LocalRepository(git_dir)
        try:
            yield repository
        finally:
            repository.close()
