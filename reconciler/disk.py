"""Writing to the disk beside Git: errors that say what to do, folders that are there whole or not at all."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from reconciler.model.errors import SetpointError, Unavailable


@contextlib.contextmanager
def writing(place: Path) -> Iterator[None]:
    """Turn the disk's errors into one that names the place.

    Raises:
        Unavailable: the disk is full, read-only or gone.
    """
    try:
        yield
    except SetpointError:
        raise
    except OSError as error:
        raise Unavailable(
            f"{place} can't be written: {error.strerror or error}", "check the disk, its free space and its rights"
        ) from error


@contextlib.contextmanager
def draft_of(folder: Path, drafts: Path | None = None) -> Iterator[Path]:
    """Give a new folder in place of one that is to be, and put it there at the end; nothing stays of it on an error.

    Where another process was first, its folder stays.

    Args:
        folder: the folder that is to be.
        drafts: where the new one lies until then, on the same disk; beside it, if not given.

    Raises:
        Unavailable: the disk can't be written.
    """
    with writing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        (drafts or folder.parent).mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=drafts or folder.parent))
        try:
            yield draft
            draft.chmod(0o755)
            _put(draft, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _put(draft: Path, folder: Path) -> None:
    try:
        draft.rename(folder)
    except OSError:
        if not (folder.is_dir() and any(folder.iterdir())):
            raise
