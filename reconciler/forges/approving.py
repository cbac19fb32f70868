"""Approvals on plain Git: commits on top of a proposal that change nothing but say so, each by who approves.

    git commit --allow-empty -S -m "Approve" --trailer "Approved-by: Ada <ada@example.org>"

Here it is only seen which commits these are. Who signed them, and whether that counts, is held against the allowed
signers later: a name in a commit is whatever its author writes.
"""

from reconciler.git.commits import parse_commit
from reconciler.git.objects import ObjectStore
from reconciler.git.signed import read_signed
from reconciler.model.commit_policy import SignedCommit

MOST = 50
"""Commits on top of a proposal that are looked at; beyond, somebody works there."""
TRAILER = "Approved-by"


def parted(store: ObjectStore, head: str) -> tuple[SignedCommit, tuple[SignedCommit, ...]]:
    """Part what a branch has into the commit that was proposed, and those on top of it that change no file.

    Raises:
        Refused: a commit is larger than what is looked at.
        Unavailable: a commit can't be read.
    """
    here = read_signed(store, head)
    above: list[SignedCommit] = []
    while len(here.parents) == 1 and len(above) < MOST:
        below = read_signed(store, here.parents[0])
        if parse_commit(below.payload).tree != parse_commit(here.payload).tree:
            break
        above.append(here)
        here = below
    return here, tuple(reversed(above))
