"""Merging two commits without a work tree, three ways as Git does (git-merge-tree(1))."""

from dataclasses import dataclass
from pathlib import Path

from reconciler.git.commits import format_commit
from reconciler.git.objects import ObjectStore
from reconciler.git.process import call, failure
from reconciler.git.trees import Draft

PATIENCE = 60.0
"""Seconds that a merge may take, whatever is merged."""


@dataclass(frozen=True, slots=True)
class MergedTree:
    """A tree that a merge makes. Files in `conflicts` hold Git's markers in it."""

    tree: str
    conflicts: tuple[str, ...] = ()


def merge_trees(git_dir: Path, ours: str, theirs: str) -> MergedTree:
    """Merge two commits and return the tree; no ref is moved.

    Raises:
        Unavailable: the repository can't be read or written, or they have no ancestor in common.
    """
    options = ("--write-tree", "--name-only", "--no-messages", "-z")
    output = call(git_dir, "merge-tree", *options, ours, theirs, patience=PATIENCE)
    tree, *conflicts = output.text.strip("\0").split("\0")
    if output.code not in (0, 1):
        raise failure(git_dir, "merge-tree", output)
    return MergedTree(tree, tuple(sorted(set(conflicts))) if output.code else ())


def merge_commit(objects: ObjectStore, ours: str, theirs: str) -> tuple[str, tuple[str, ...]]:
    """Make the commit that a merge would make, which no ref knows; the same two commits give the same one.

    Returns:
        The commit, and the files in which the two collide: where there are any, the commit is nothing to go by.

    Raises:
        Unavailable: the repository can't be read or written, or they have no ancestor in common.
    """
    merged = merge_trees(objects.git_dir, ours, theirs)
    draft = Draft(objects)
    commit = draft.add("commit", format_commit(merged.tree, [ours, theirs], "What a merge would make", when=0))
    draft.save()
    return commit, merged.conflicts
