"""A commit of the watched branch as its page shows it: who wrote it, who merged it, and which files it changed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.git.ancestry import ancestry
from reconciler.git.history import LogEntry
from reconciler.git.trees import list_tree
from reconciler.model.ids import CommitId
from reconciler.watched.branch import Source

MOST = 200
"""Files that are listed."""
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit, by which one it came to the branch, and the files that it changed, with what became of each."""

    entry: LogEntry
    arrived: LogEntry | None
    files: Sequence[tuple[str, str]]
    left_out: int


def commit_of(source: Source, head: CommitId | None, commit: CommitId) -> Commit | None:
    """Return a commit; None where what the last pass saw doesn't descend from it.

    Raises:
        Unavailable: the repository can't be read.
    """
    if head is None or not _ID.fullmatch(commit) or not source.descends(head, commit):
        return None
    entry = next(iter(source.log(None, commit, limit=1)), None)
    if entry is None:
        return None
    arrival = ancestry(source.repository.objects.git_dir, head).arrivals.get(commit, commit)
    arrived = None if arrival == commit else next(iter(source.log(None, CommitId(arrival), limit=1)), None)
    files = _files(source, entry)
    return Commit(entry, arrived, files[:MOST], len(files) - len(files[:MOST]))


def _files(source: Source, entry: LogEntry) -> list[tuple[str, str]]:
    """Return the files that a commit changed against its first parent, and whether each came, went or changed."""
    objects = source.repository.objects
    after = list_tree(objects, entry.commit).files
    before = list_tree(objects, entry.parents[0]).files if entry.parents else {}
    return [
        (path, "came" if path not in before else "went" if path not in after else "changed")
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    ]
