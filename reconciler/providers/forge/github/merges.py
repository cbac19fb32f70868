"""How GitHub is asked for a merge: at once, as Enterprise Server does it, or by and by, as github.com wants it.

It merges what it thinks can be merged, and computes that in the background: `mergeable` is null until it is known, and
`mergeable_state` then says more than any status of an answer.
"""

import re
from collections.abc import Callable
from typing import Protocol

from reconciler.forges.client import Absent, Declined, Document, ForgeClient
from reconciler.forges.documents import at, commit, text
from reconciler.forges.hub import Merge
from reconciler.model.errors import Transient, Unavailable
from reconciler.model.ids import CommitId
from reconciler.model.reviews import PullState
from reconciler.model.text import printable
from reconciler.providers.forge.github.reading import pull_request

REMEMBERED = 200
"""Merges that are remembered until their end is seen; one that is forgotten is found again by asking for it."""
_FORBIDDEN = ("blocked", "behind", "draft")
"""States in which the rules of the repository are in the way."""
_WORKS_ON_IT = ("base branch was modified", "in progress", "try again", "not mergeable")
"""Words of a refusal that say nothing for good, where the pull request itself says that it can be merged."""
_UUID = re.compile(r"[0-9A-Za-z-]{1,64}")


class Merging(Protocol):
    """A way to ask for a merge."""

    def merge(self, path: str, head: CommitId, message: str) -> Merge:
        """Merge the pull request at a path by a merge commit, if its branch is where we think.

        Raises:
            Declined: the repository's rules forbid it.
            Transient: it failed, and nothing says why for good.
        """


class AtOnce:
    """Merges that are made while we wait.

    Args:
        client: the API.
    """

    def __init__(self, client: ForgeClient) -> None:
        self._client = client

    def merge(self, path: str, head: CommitId, message: str) -> Merge:
        """Merge the pull request; see `Merging`."""
        document = {"sha": head, "merge_method": "merge", "commit_message": message}
        try:
            self._client.send("PUT", f"{path}/merge", document, is_safe=True)
        except Declined as error:
            found = obstacle(self._client.get(path), head, error.words)
            if found is None:
                raise
            return found
        return Merge.DONE


class ByAndBy:
    """Merges that are made after they were asked for, and about which one asks again.

    Args:
        client: the API.
    """

    def __init__(self, client: ForgeClient) -> None:
        self._client = client
        self._asked: dict[tuple[str, CommitId], str] = {}
        """What GitHub calls the merges that were asked for and whose end we haven't seen."""

    def merge(self, path: str, head: CommitId, message: str) -> Merge:
        """Ask for the merge, or what has become of it; see `Merging`."""
        told = self._result(path, head)
        if told is None:
            document = {
                "sha": head,
                "merge_method": "merge",
                "merge_action": "default",
                "commit_message": message,
            }
            told = self._client.send("PUT", f"{path}/merge-async", document, is_safe=True, also=(400, 409))
        return self._meaning(told, path, head)

    def _result(self, path: str, head: CommitId) -> Document | None:
        """Return what became of the merge that was asked for; None where none was, or GitHub has forgotten it."""
        uuid = self._asked.get((path, head))
        if uuid is None:
            return None
        try:
            found: Document = self._client.get(f"{path}/merge-async/{uuid}")
        except Absent:
            self._asked.pop((path, head), None)
            return None
        return found

    def _meaning(self, told: Document, path: str, head: CommitId) -> Merge:
        status, key = text(told, "status"), (path, head)
        wanted = at(told, "details", "expected_head_sha")
        if status == "pending" and wanted not in (None, head):
            return Merge.MOVED
        if status in ("pending", "enqueued"):
            self._remember(key, text(told, "details", "uuid"))
            return Merge.LATER
        self._asked.pop(key, None)
        if status == "merged":
            return Merge.DONE
        if status != "failed":
            raise Unavailable(f"{self._client.place} doesn't say what became of a merge", "it is asked again")
        return self._failed(path, head, printable(text(told, "details", "message"), 300))

    def _remember(self, key: tuple[str, CommitId], uuid: str) -> None:
        if len(self._asked) > REMEMBERED:
            self._asked.clear()
        if _UUID.fullmatch(uuid):
            self._asked[key] = uuid

    def _failed(self, path: str, head: CommitId, words: str) -> Merge:
        pull: Document = self._client.get(path)
        found = obstacle(pull, head, words)
        if found is not None:
            return found
        what, hint = f"{self._client.place} didn't merge {path}", f"it says: {words}" if words else ""
        if text(pull, "mergeable_state") in _FORBIDDEN or text(pull, "state") != "open":
            raise Declined(what, hint, 400, words)
        raise Transient(what, hint)


MERGING: dict[bool, Callable[[ForgeClient], Merging]] = {True: ByAndBy, False: AtOnce}


def obstacle(pull: Document, head: CommitId, words: str) -> Merge | None:
    """Return what a pull request itself says of a merge that was refused; None where it doesn't say.

    Raises:
        Unavailable: it can't be read.
    """
    if pull_request(pull).state is PullState.MERGED:
        return Merge.DONE
    if commit(pull, "head", "sha") != head:
        return Merge.MOVED
    if text(pull, "state") != "open":
        return None
    if at(pull, "mergeable") is False or text(pull, "mergeable_state") == "dirty":
        return Merge.CONFLICT
    if at(pull, "mergeable") is None or text(pull, "mergeable_state") == "unknown":
        return Merge.LATER
    is_free = text(pull, "mergeable_state") not in _FORBIDDEN
    return Merge.LATER if is_free and any(part in words.lower() for part in _WORKS_ON_IT) else None
