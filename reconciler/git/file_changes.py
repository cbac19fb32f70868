"""What commits changed in a few folders, file by file: read for a whole history by one process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from reconciler.git.process import checked

_PLAIN = (
    "--full-history",
    "--diff-merges=first-parent",
    "--root",
    "--raw",
    "--no-abbrev",
    "--no-renames",
    "--no-follow",
    "--no-show-signature",
    "--no-color",
    "--format=%H %at %ct",
)
"""A log that no setting of a person's changes: what each commit changed, a merge as it changed its first parent."""
_REGULAR = ("100644", "100755")


@dataclass(frozen=True, slots=True)
class FileChanges:
    """One commit: when it was written and when it was committed, and the blobs it put in place of files; None: none."""

    commit: str
    written: datetime
    committed: datetime
    files: Mapping[str, str | None] = field(default_factory=dict)


def file_changes(git_dir: Path, head: str, *folders: str, most: int) -> tuple[FileChanges, ...]:
    """Return the commits that changed something in some folders, the newest first, on whatever line they are.

    Args:
        git_dir: the repository's Git folder.
        head: where to begin.
        folders: which changes are meant.
        most: how many commits are returned at the most.

    Raises:
        Unavailable: the history can't be read.
    """
    told = checked(git_dir, "log", *_PLAIN, f"--max-count={most}", head, "--", *folders).text
    heads: list[tuple[str, datetime, datetime, dict[str, str | None]]] = []
    for line in told.splitlines():
        if line.startswith(":") and "\t" in line:
            facts, path = line.split("\t", 1)
            _, mode, _, blob, _ = facts.split(" ")
            heads[-1][3][path] = blob if mode in _REGULAR else None
        elif line:
            commit, written, committed = line.split(" ")
            heads.append((commit, _moment(written), _moment(committed), {}))
    return tuple(FileChanges(*one) for one in heads)


def _moment(seconds: str) -> datetime:
    """Return a time that a commit tells; one that no calendar has is the first."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
