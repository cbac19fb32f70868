"""A project of GitLab: real in Git, with merge requests that live as its pushes and merges go.

As there, the head of a merge request has a ref that moves with the push, and each push makes a version; deleting a
branch closes its merge request; who pushes a merge by hand has merged it; whether it can be merged is computed once
somebody has asked; and approvals stay over a push, or are taken back in a while.
"""

import os
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ID, FORK_ID = 4001, 4002
"""What the project, and a fork of it, are known by."""
DEVELOPER, MAINTAINER = 30, 40
"""Levels of access."""
_HOOK = """\
#!/bin/sh
# As the forge does it: the ref of an open merge request moves with the push of its branch.
while read -r old new ref; do
    while read -r number branch; do
        if [ "refs/heads/$branch" = "$ref" ] && [ "$new" != 0000000000000000000000000000000000000000 ]; then
            git update-ref "refs/merge-requests/$number/head" "$new"
        fi
    done <requests
done
"""
_PERSON = {f"GIT_{who}_{what}": "forge@gitlab.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


@dataclass
class Note:
    """A note: of a person, or of GitLab itself."""

    id: int
    author: str
    body: str
    at: str
    is_system: bool = False


@dataclass
class Version:
    """What one push brought."""

    id: int
    head: str
    base: str
    at: str


@dataclass
class Request:
    """A merge request."""

    number: int
    branch: str
    base: str
    head: str | None
    title: str = ""
    body: str = ""
    author: str = ""
    state: str = "opened"
    project_id: int | None = ID
    created_at: str = ""
    updated_at: str = ""
    merged_at: str | None = None
    merge_commit: str | None = None
    is_draft: bool = False
    labels: list[str] = field(default_factory=list)
    label_events: list[tuple[str, str, str]] = field(default_factory=list)
    """What was done to its labels, the oldest first: the action, the label, and by whom."""
    notes: list[Note] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    approvals: dict[str, str] = field(default_factory=dict)
    reviewers: dict[str, str] = field(default_factory=dict)
    syncing: int = 0
    """How many requests pass until the approvals of the former head are taken back."""
    computed: tuple[str | None, str] | None = None
    """The heads of branch and base for which it is known whether they can be merged."""


@dataclass
class Issue:
    """An issue; its number is its place, from 1."""

    title: str
    body: str
    author: str
    state: str = "opened"
    notes: list[Note] = field(default_factory=list)


@dataclass
class Rules:
    """What the project asks of a change to `main`."""

    push_level: int | None = None
    """The level of access that pushes to it; 0 is nobody's, and None is no protection."""
    approvals: list[dict[str, Any]] | None = None
    """The rules of approvals; None in an edition that has none."""
    resets: bool = False
    """Whether a push takes approvals back."""
    pipelines: bool = False
    """Whether pipelines have to succeed."""


class Repository:
    """The project's repository.

    Args:
        folder: where its bare repository of Git is made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.requests: dict[int, Request] = {}
        self.issues: list[Issue] = []
        self.heads: dict[str, str] = {}
        """The head of every branch, as it was last looked at."""
        self.rules = Rules()
        self.rule = ""
        """What the project's rules say against any merge, as a merge status; empty where they let it pass."""
        self.takes_back = 0
        """After how many requests a push takes the approvals back; 0 where they stay."""
        self._ids = 9000
        self._now = datetime.now(UTC)
        subprocess.run(["git", "init", "--quiet", "--bare", "--template=", "-b", "main", str(folder)], check=True)
        (folder / "hooks").mkdir(exist_ok=True)
        (folder / "hooks" / "post-receive").write_text(_HOOK)
        (folder / "hooks" / "post-receive").chmod(0o755)
        self._note()

    @property
    def url(self) -> str:
        """Return where Git finds it; pushes to it run its hook."""
        return self.folder.as_uri()

    def now(self) -> str:
        """Return the time as GitLab writes it, always a later one than before."""
        self._now = max(self._now + timedelta(milliseconds=1), datetime.now(UTC))
        return self._now.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def next_id(self) -> int:
        """Return a number that nothing else has."""
        self._ids += 1
        return self._ids

    def git(self, *arguments: str, fails: bool = False, told: str = "") -> str:
        """Run Git in it; return what it says, or nothing where it may fail and does."""
        command = ["git", "--git-dir", str(self.folder), *arguments]
        environ = os.environ | _PERSON
        done = subprocess.run(command, env=environ, input=told, capture_output=True, text=True, check=not fails)
        return done.stdout.strip() if not done.returncode else ""

    def look(self) -> None:
        """Look where the branches are."""
        lines = self.git("for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads").splitlines()
        self.heads = {name: commit for commit, _, name in (line.partition(" ") for line in lines)}

    def live(self) -> None:
        """Let happen what happens meanwhile: pushes are taken note of, and approvals are taken back."""
        self.look()
        for request in self.requests.values():
            if request.syncing:
                request.syncing -= 1
                if not request.syncing:
                    request.approvals.clear()
            if request.state == "opened" and request.project_id == ID:
                self._follow(request)
        self._note()

    def _follow(self, request: Request) -> None:
        head = self.heads.get(request.branch)
        if head is None:
            self.end(request, "closed")
        elif self.is_merged(head, self.heads[request.base]):
            self._merged(request, self.heads[request.base])
        elif head != request.head:
            self._pushed(request, head)

    def _pushed(self, request: Request, head: str) -> None:
        request.head = head
        self.git("update-ref", f"refs/merge-requests/{request.number}/head", head)
        self._version(request)
        self.remark(request, request.author, "added 1 commit")
        if request.approvals and self.takes_back:
            request.syncing = self.takes_back

    def _version(self, request: Request) -> None:
        base = self.git("merge-base", request.head or "", self.heads[request.base], fails=True)
        request.versions.append(Version(self.next_id(), request.head or "", base, self.now()))

    def remark(self, request: Request, author: str, body: str, *, is_system: bool = True) -> Note:
        """Write a note, by default one of GitLab's own."""
        note = Note(self.next_id(), author, body, self.now(), is_system)
        request.notes.append(note)
        if note.at[:16] != request.updated_at[:16]:  # once a minute at most
            request.updated_at = note.at
        return note

    def end(self, request: Request, state: str) -> None:
        """Close or merge a merge request."""
        request.state = state
        self.remark(request, request.author, state)
        self._note()

    def _merged(self, request: Request, commit: str) -> None:
        request.merged_at, request.merge_commit = self.now(), commit
        self.end(request, "merged")

    def is_merged(self, head: str, base: str) -> bool:
        """Tell whether a commit is in another's history."""
        return self.git("merge-base", head, base, fails=True) == head

    def open(self, branch: str, base: str, title: str = "", body: str = "", author: str = "") -> Request:
        """Open a merge request from a branch."""
        request = self._made(branch, base, self.heads.get(branch))
        request.title, request.body, request.author = title, body, author
        self._note()
        return request

    def open_from_fork(self, branch: str, head: str, author: str, *, is_deleted: bool = False) -> Request:
        """Open a merge request from a branch of a fork, which may be gone by now."""
        request = self._made(branch, "main", head)
        request.title, request.author = "From afar", author
        request.project_id = None if is_deleted else FORK_ID
        self._note()
        return request

    def _made(self, branch: str, base: str, head: str | None) -> Request:
        request = Request(len(self.requests) + 1, branch, base, head)
        request.created_at = request.updated_at = self.now()
        self.requests[request.number] = request
        if head:
            self.git("update-ref", f"refs/merge-requests/{request.number}/head", head)
            self._version(request)
        return request

    def approve(self, request: Request, who: str) -> None:
        """Approve a merge request."""
        request.approvals[who] = self.now()
        request.reviewers.pop(who, None)
        self.remark(request, who, "approved this merge request")

    def status(self, request: Request, *, computes: bool = False) -> str:
        """Return the merge status; who looks at one merge request has it computed, and doesn't hear it yet."""
        state = (request.head, self.heads.get(request.base, ""))
        if request.state != "opened":
            return "not_open"
        if request.syncing:
            return "approvals_syncing"
        if request.computed != state:
            if computes:
                request.computed = state
            return "checking" if computes else "unchecked"
        if request.is_draft or self.rule:
            return "draft_status" if request.is_draft else self.rule
        return "mergeable" if self._tree(request) else "conflict"

    def _tree(self, request: Request) -> str:
        return self.git("merge-tree", "--write-tree", f"refs/heads/{request.base}", request.head or "", fails=True)

    def merge(self, request: Request, message: str) -> None:
        """Merge by a merge commit."""
        base = self.heads[request.base]
        parents = ("-p", base, "-p", request.head or "")
        told = message or f"Merge branch '{request.branch}' into '{request.base}'"
        commit = self.git("commit-tree", self._tree(request), *parents, "-m", told)
        self.git("update-ref", f"refs/heads/{request.base}", commit, base)
        self._merged(request, commit)
        self.look()

    def _note(self) -> None:
        """Tell the hook which merge request is of which branch."""
        mine = [one for one in self.requests.values() if one.state == "opened" and one.project_id == ID]
        (self.folder / "requests").write_text("".join(f"{one.number} {one.branch}\n" for one in mine))
