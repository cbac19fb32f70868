"""The history of the status branch: its newest commits. Older ones are let go, so that its size has a bound."""

from reconciler.git.commits import format_commit, parse_commit, with_trailers
from reconciler.git.objects import ObjectStore
from reconciler.git.process import checked
from reconciler.git.trees import Draft

KEPT = 1000
"""Commits that stay when the history is shortened, which it is when it has come to twice as many."""
LOOK = 100
"""Writes after which the length of the history is looked at; a look costs a process."""
_TOLD = {"History": "begins here, older commits are let go"}


def shortened(store: ObjectStore, head: str, keep: int) -> str | None:
    """Write the newest commits of a branch anew, on no other ones; None while there aren't twice as many to keep.

    Args:
        store: where the commits are read and written.
        head: the branch's newest commit.
        keep: how many commits stay. Their trees, times and messages do too, and the oldest says that it is one.

    Returns:
        The commit that stands for the newest one.

    Raises:
        Unavailable: the repository can't be read or written.
    """
    told = checked(store.git_dir, "rev-list", "--first-parent", f"--max-count={2 * keep}", head).text.split()
    if len(told) < 2 * keep:
        return None
    draft, parents = Draft(store), list[str]()
    for commit in map(parse_commit, reversed(store.read_all(told[:keep]))):
        message = commit.message if parents else with_trailers(commit.message, _TOLD)
        parents = [draft.add("commit", format_commit(commit.tree, parents, message, commit.when))]
    draft.save()
    return parents[0]
