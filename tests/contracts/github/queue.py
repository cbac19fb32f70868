"""A merge queue: it makes a branch for each pull request in it, asks for checks of that, and merges what has passed.

Each branch merges its pull request on top of the one before it. Statuses that the rules require are looked for on the
branch's own head; those of the pull request's head don't count. One that fails leaves the queue, and those behind it
are made anew.
"""

import hashlib
import hmac
import json
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from tests.contracts.description import Description
from tests.contracts.github.repository import Pull, Repository

HOOKS = Description(Path(__file__).parent / "webhooks.json")
_EVENT = {"$ref": "#/components/schemas/webhook-merge-group-checks-requested"}


class MergeQueue:
    """The queue of `main`.

    Args:
        repository: the repository.
        required: the contexts of the statuses without which nothing is merged.
        hook: where its webhooks go, and by which secret they are signed; nowhere if that is empty.
    """

    def __init__(self, repository: Repository, required: Sequence[str], hook: tuple[str, str] = ("", "")) -> None:
        self._repository = repository
        self._required = required
        self._hook = hook
        self.waiting: dict[int, tuple[str, str]] = {}
        """By the number of each pull request that waits, its branch here and that one's head."""

    def add(self, pull: Pull) -> str:
        """Take a pull request in; return the head that is to be checked."""
        git, heads = self._repository.git, self._repository.heads
        base = list(self.waiting.values())[-1][1] if self.waiting else heads["main"]
        tree = git("merge-tree", "--write-tree", base, pull.head)
        title = f"Merge pull request #{pull.number} from ada/{pull.branch}"
        head = git("commit-tree", tree, "-p", base, "-p", pull.head, "-m", title)
        branch = f"gh-readonly-queue/main/pr-{pull.number}-{base}"
        git("update-ref", f"refs/heads/{branch}", head)
        self.waiting[pull.number] = (branch, head)
        self._ask_for_checks(branch, head, base)
        return head

    def turn(self) -> None:
        """Merge what has passed, the first first; what has failed is dropped, and all behind it begin anew."""
        for number, (branch, head) in list(self.waiting.items()):
            told = self._repository.statuses.get(head, [])
            newest = {one["context"]: one["state"] for one in reversed(told)}
            states = {newest.get(context, "pending") for context in self._required}
            if states == {"success"}:
                self._drop(number, branch)
                self._merge(self._repository.pulls[number], head)
            elif states & {"failure", "error"}:
                behind = list(self.waiting)[list(self.waiting).index(number) + 1 :]
                for one in (number, *behind):
                    self._drop(one, self.waiting[one][0])
                for one in behind:
                    self.add(self._repository.pulls[one])
                return
            else:
                return

    def _merge(self, pull: Pull, head: str) -> None:
        self._repository.git("update-ref", "refs/heads/main", head, self._repository.heads["main"])
        self._repository.live()
        assert pull.state == "closed", "the queue's head holds the pull request's"

    def _drop(self, number: int, branch: str) -> None:
        del self.waiting[number]
        self._repository.git("update-ref", "-d", f"refs/heads/{branch}")

    def _ask_for_checks(self, branch: str, head: str, base: str) -> None:
        person = {"name": "Ada", "email": "ada@github.example"}
        commit = {"id": head, "tree_id": head, "message": "Merge", "timestamp": "2026-01-01T00:00:00Z"}
        group = {"head_sha": head, "head_ref": f"refs/heads/{branch}", "base_sha": base, "base_ref": "refs/heads/main"}
        group["head_commit"] = {**commit, "author": person, "committer": person}  # type: ignore[assignment]
        document = {"action": "checks_requested", "merge_group": group}
        flaws = HOOKS.flaws(_EVENT, document)
        assert not flaws, flaws
        if self._hook[0]:
            _send(*self._hook, "merge_group", json.dumps(document).encode())


def _send(url: str, secret: str, event: str, body: bytes) -> None:
    """Deliver a webhook; that it is answered by anything but success is an error."""
    signed = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-GitHub-Event": event, "X-Hub-Signature-256": signed, "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, body, headers, method="POST"), timeout=10):
        pass
