"""The status branch `setpoint/<environment>`: read whole, written by one commit at a time, by compare-and-swap.

Any number of writers share it: each puts its edits on the newest commit, and one that lost the race reads again and
puts them on that. Files that nobody edits stay as they are, whoever wrote them. Now and then whoever holds the lease
lets old commits go (`history`); that moves the branch by compare-and-swap too, so nobody's edits are lost.
"""

import contextlib
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from reconciler.git.commits import AUTHOR, format_commit, parse_commit, with_trailers
from reconciler.git.names import check_environment, check_path
from reconciler.git.objects import ObjectStore, object_id
from reconciler.git.refs import RefUpdate
from reconciler.git.repository import Repository
from reconciler.git.trees import FILE, Draft, Entry, edited, entry_at, list_tree, rooted
from reconciler.git.write_lock import turn
from reconciler.model.errors import Raced, Refused, SetpointError, Unavailable
from reconciler.model.ids import CommitId
from reconciler.status.branch_history import KEPT, LOOK, shortened

ATTEMPTS = 60
"""How often a write is tried. Of fifty writers at once, one wins each round, and the rounds get longer."""
_LONGEST_PAUSE = 1.5


Edits = Mapping[str, bytes | None]
"""New content of files by path; None removes the file."""


class Fence(Protocol):
    """The lease that writes are made under. Each renews it in the same movement, which a lost one can't be part of."""

    def token(self) -> int:
        """Return the fencing token.

        Raises:
            Unsafe: the lease isn't held.
        """

    def swap(self, update: RefUpdate, draft: Draft) -> None:
        """Write what is drafted, then move a ref and renew the lease, both or none.

        Raises:
            Unsafe: the lease is lost.
            Raced: the ref isn't where it was expected.
            Refused: the repository declines the movement.
            Unavailable: it is out of reach.
        """


@dataclass(frozen=True, slots=True)
class StatusTree:
    """One commit of the status branch. `commit` is None where the branch isn't there yet."""

    commit: CommitId | None
    files: Mapping[str, str] = field(default_factory=dict)
    objects: ObjectStore | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)

    def read(self, path: str) -> bytes:
        """Return the content of a file.

        Raises:
            FileNotFoundError: the commit has no such file.
            Unavailable: the repository can't be read.
        """
        if self.objects is None or path not in self.files:
            raise FileNotFoundError(path)
        return self.objects.read(self.files[path])

    def size(self, path: str) -> int:
        """Return a file's size in bytes without reading it.

        Raises:
            FileNotFoundError: the commit has no such file.
            Unavailable: it can't be read.
        """
        if path not in self.files:
            raise FileNotFoundError(path)
        blob = self.files[path]
        if blob not in self.sizes:
            raise Unavailable(f"{path} of the status branch, object {blob}, can't be read", "see `git fsck`")
        return self.sizes[blob]


class StatusBranch:
    """Reads and writes the status branch of one environment.

    Args:
        repository: the repository.
        environment: the environment's name.
        fence: the lease that is written under. Without it, as when an operator writes from the command line, none is
            needed.
        keep: how many commits stay when the history is shortened.

    Raises:
        Refused: the environment's name isn't one.
    """

    def __init__(
        self,
        repository: Repository,
        environment: str,
        fence: Fence | None = None,
        *,
        keep: int = KEPT,
    ) -> None:
        self.repository = repository
        self.ref = f"refs/heads/setpoint/{check_environment(environment)}"
        self._fence = fence
        self._keep = keep
        self._writes = 0
        self._lock = threading.Lock()
        self._read: StatusTree = StatusTree(None)

    def read(self) -> StatusTree:
        """Read the newest status commit; the very same value while the branch doesn't move.

        Raises:
            Unavailable: the repository is out of reach.
        """
        commit = self.repository.ref(self.ref)
        if commit is None:
            return StatusTree(None)
        known = self._read
        if known.commit != commit:
            objects = self.repository.objects
            listing = list_tree(objects, commit)
            self._read = known = StatusTree(CommitId(commit), listing.files, objects, listing.sizes)
        return known

    def write(
        self, edits: "Edits | Callable[[StatusTree], Edits]", message: str, author: str = AUTHOR
    ) -> CommitId | None:
        """Commit edits on top of the newest status commit; None removes a file.

        Args:
            edits: content by path; or what makes it from the commit that it goes on, asked anew after a lost race.
            message: the commit's message; a trailer with the lease's token is added.
            author: whose commit it is, `name <address>`.

        Returns:
            The new commit; None if the branch says all that already.

        Raises:
            Refused: a path isn't one, or the repository declines the write.
            Unsafe: the lease is lost.
            Raced: others were faster every time.
            Unavailable: the repository is out of reach.
        """
        with self._lock, turn(self.repository.place, self.ref):
            written = self._written(edits, message, author)
            if self._fence and written:
                with contextlib.suppress(SetpointError):
                    return self._shorten(written, self._fence)
            return written

    def _written(self, edits: "Edits | Callable[[StatusTree], Edits]", message: str, author: str) -> CommitId | None:
        pause = 0.0
        for attempt in range(1, ATTEMPTS + 1):
            began = time.monotonic()
            if attempt > 1:
                self.repository.refresh(self.ref)
            with contextlib.suppress(Raced):
                return self._write(edits, message, author)
            pause = min(max(pause * 1.5, time.monotonic() - began), _LONGEST_PAUSE)
            time.sleep(random.uniform(0, pause * min(attempt, 4)))
        raise Raced(f"{self.ref} moved at each of {ATTEMPTS} attempts", "see who else writes to it")

    def _shorten(self, head: CommitId, fence: Fence) -> CommitId:
        """Let old commits go now and then; return the branch's head. What is in the way of it now may not be later."""
        self._writes += 1
        new = shortened(self.repository.objects, head, self._keep) if self._writes % LOOK == 1 else None
        if new is None:
            return head
        fence.swap(RefUpdate(self.ref, new, head), Draft(self.repository.objects))
        return CommitId(new)

    def _write(
        self, edits: "Edits | Callable[[StatusTree], Edits]", message: str, author: str = AUTHOR
    ) -> CommitId | None:
        head = self.repository.ref(self.ref)
        if callable(edits):
            newest = self.read()
            edits, head = edits(newest), newest.commit
        for path in edits:
            check_path(path)
        draft = Draft(self.repository.objects)
        root = parse_commit(draft.store.read(head)).tree if head else None
        tree = rooted(draft, edited(draft, root, _entries(draft, root, edits)))
        if tree == (root or rooted(draft, None)):
            return None
        text = with_trailers(message, {"Lease-Token": str(self._fence.token())} if self._fence else {})
        parents = [head] if head else []
        commit = draft.add("commit", format_commit(tree, parents, text, author=author, committer=AUTHOR))
        self._swap(RefUpdate(self.ref, commit, head), draft)
        return CommitId(commit)

    def _swap(self, update: RefUpdate, draft: Draft) -> None:
        try:
            if self._fence:
                return self._fence.swap(update, draft)
            draft.save()
            self.repository.swap([update])
        except (Refused, Unavailable):
            parent = self.ref.rpartition("/")[0]
            if self.repository.ref(parent) is not None:
                raise Refused(f"a branch {parent} is in the way of {self.ref}", "rename that branch") from None
            raise


def _entries(draft: Draft, root: str | None, edits: Mapping[str, bytes | None]) -> dict[str, Entry | None]:
    """Return the edits that change something, as entries of the tree."""
    found: dict[str, Entry | None] = {}
    for path, content in edits.items():
        known = entry_at(draft, root, path)
        if content is None:
            found |= {path: None} if known else {}
        elif known is None or known.id != object_id("blob", content, draft.store.algorithm):
            found[path] = Entry(FILE, draft.add("blob", content))
    return found
