"""Ancestry: the commits by which a branch itself moved, and which of them brought each of the others to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.git.process import checked

MOST = 200_000
"""Commits that are looked at, those that are newest; reading so many takes a second or two."""


@dataclass(frozen=True, slots=True)
class Ancestry:
    """A branch's own line of commits, the oldest first, and by which of these each other commit came to it."""

    line: tuple[str, ...] = ()
    arrivals: Mapping[str, str] = field(default_factory=dict)


def ancestry(git_dir: Path, head: str, most: int = MOST) -> Ancestry:
    """Read the ancestry of a commit, by one process.

    Args:
        git_dir: the repository's Git folder.
        head: the branch's newest commit.
        most: how many commits are looked at; of a longer history the newest.

    Raises:
        Unavailable: the history can't be read.
    """
    told = checked(git_dir, "rev-list", "--parents", f"--max-count={most}", head, "--").text.splitlines()
    return ancestry_of({commit: tuple(parents) for commit, *parents in map(str.split, told)}, head)


def ancestry_of(parents: Mapping[str, tuple[str, ...]], head: str) -> Ancestry:
    """Tell the ancestry of a commit by the parents of each; those that aren't known end the history."""
    line: list[str] = []
    commit = head
    while commit in parents:
        line.append(commit)
        commit = next(iter(parents[commit]), "")
    line.reverse()
    arrivals = {commit: commit for commit in line}
    for merge in line:
        waiting = list(parents[merge][1:])
        while waiting:
            commit = waiting.pop()
            if commit in parents and commit not in arrivals:
                arrivals[commit] = merge
                waiting += parents[commit]
    return Ancestry(tuple(line), arrivals)
