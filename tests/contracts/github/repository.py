"""A repository on GitHub: real in Git, with pull requests that live as its pushes and merges go.

As there, the head of a pull request has a ref that moves with the push; deleting a branch closes its pull request; who
pushes a merge by hand has merged it; and whether it can be merged is computed once somebody has asked.
"""

import os
import subprocess
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from reconciler.model.ids import CommitId

ID, FORK_ID = 4001, 4002
"""What the repository, and a fork of it, are known by."""
_HOOK = """\
#!/bin/sh
# As the forge does it: the ref of an open pull request moves with the push of its branch.
while read -r old new ref; do
    while read -r number branch; do
        if [ "refs/heads/$branch" = "$ref" ] && [ "$new" != 0000000000000000000000000000000000000000 ]; then
            git update-ref "refs/pull/$number/head" "$new"
        fi
    done <pulls
done
"""
_PERSON = {f"GIT_{who}_{what}": "forge@github.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


@dataclass
class Pull:
    """A pull request."""

    number: int
    branch: str
    base: str
    head: str
    title: str = ""
    body: str = ""
    author: str = ""
    state: str = "open"
    repository_id: int | None = ID
    merged_at: str | None = None
    merge_commit: str | None = None
    is_draft: bool = False
    labels: list[str] = field(default_factory=list)
    updated_at: str = "2026-01-01T00:00:00Z"
    seen: tuple[str, str] | None = None
    """The heads of branch and base that it was last looked at with."""
    computed: tuple[str, str] | None = None
    """The heads of branch and base for which it is known whether they can be merged."""
    can_be_merged: bool | None = None

    def touch(self) -> None:
        """Take note that something of it has changed, a second later at least."""
        moment = datetime.fromisoformat(self.updated_at) + timedelta(seconds=1)
        self.updated_at = moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class MergeRequest:
    """A merge that was asked for, and is made by and by."""

    pull: Pull
    head: str
    message: str
    wait: int
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "pending"
    words: str = "Merge request enqueued."
    commit: str = ""


class Repository:
    """The repository.

    Args:
        folder: where its bare repository of Git is made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pulls: dict[int, Pull] = {}
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.issues: dict[int, dict[str, Any]] = {}
        """What was opened as an issue: its `title`, `body`, `state` and `author`."""
        self.reviews: dict[int, list[dict[str, Any]]] = {}
        self.events: dict[int, list[tuple[str, str, str]]] = {}
        """What was done to the labels of each pull request, the oldest first: the event, the label, and by whom."""
        self.statuses: dict[str, list[dict[str, Any]]] = {}
        self.rulesets: dict[int, dict[str, Any]] = {}
        """The rules of each ruleset on `main` by their types, and under `bypass` whether who asks may go past it."""
        self.protection: dict[str, Any] | None = None
        """What is told of the former protection of `main`."""
        self.runs: dict[str, list[dict[str, Any]]] = {}
        """The check runs of each commit, the newest first."""
        self.merges: dict[str, MergeRequest] = {}
        self.heads: dict[str, str] = {}
        """The head of every branch, as it was last looked at."""
        self.rule = ""
        """What the rules of the watched branch say against any merge; empty where they let it pass."""
        self.merge_takes = 1
        """How many requests a merge by and by lets pass until it is made."""
        subprocess.run(["git", "init", "--quiet", "--bare", "--template=", "-b", "main", str(folder)], check=True)
        (folder / "hooks").mkdir(exist_ok=True)
        (folder / "hooks" / "post-receive").write_text(_HOOK)
        (folder / "hooks" / "post-receive").chmod(0o755)
        self._note()

    @property
    def url(self) -> str:
        """Return where Git finds it; pushes to it run its hook."""
        return self.folder.as_uri()

    def git(self, *arguments: str, fails: bool = False, told: str = "") -> str:
        """Run Git in it; return what it says, or nothing where it may fail and does."""
        command = ["git", "--git-dir", str(self.folder), *arguments]
        environ = os.environ | _PERSON
        done = subprocess.run(command, env=environ, input=told, capture_output=True, text=True, check=not fails)
        return done.stdout.strip() if not done.returncode else ""

    def commit(self, branch: str, files: Mapping[str, str], *, off: str = "") -> CommitId:
        """Commit files on top of a branch, or of another where it isn't there, as if they had been pushed."""
        self.look()
        parent = branch if branch in self.heads else off
        told = [f"commit refs/heads/{branch}", "committer Ada <ada@github.example> 1700000000 +0000", "data 0"]
        told += [f"from refs/heads/{parent}^0"] if parent else []
        for name, text in files.items():
            told += [f"M 100644 inline {name}", f"data {len(text.encode())}", text]
        self.git("fast-import", "--quiet", told="\n".join([*told, ""]))
        self.look()
        return CommitId(self.heads[branch])

    def look(self) -> None:
        """Look where the branches are."""
        lines = self.git("for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads").splitlines()
        self.heads = {name: commit for commit, _, name in (line.partition(" ") for line in lines)}

    def live(self) -> None:
        """Let happen what happens meanwhile: pushes are taken note of, and merges that were asked for are made."""
        self.look()
        for pull in self.pulls.values():
            if pull.state == "open":
                self._follow(pull)
        for asked in self.merges.values():
            asked.wait -= 1
            if asked.status == "pending" and asked.wait < 0:
                self._end(asked)
        self._note()

    def _follow(self, pull: Pull) -> None:
        head = self.heads.get(pull.branch) if pull.repository_id == ID else pull.head
        if head is None:
            pull.state = "closed"
        elif pull.seen != (head, self.heads[pull.base]):
            if pull.head != head:
                pull.touch()
            pull.head, pull.seen = head, (head, self.heads[pull.base])
            self.git("update-ref", f"refs/pull/{pull.number}/head", head)
            if self.is_merged(head, self.heads[pull.base]):
                self._merged(pull, self.heads[pull.base])

    def _merged(self, pull: Pull, commit: str) -> None:
        pull.state, pull.merged_at, pull.merge_commit = "closed", now(), commit

    def is_merged(self, head: str, base: str) -> bool:
        """Tell whether a commit is in another's history."""
        return self.git("merge-base", head, base, fails=True) == head

    def open(self, branch: str, base: str, title: str = "", body: str = "", author: str = "") -> Pull:
        """Open a pull request from a branch."""
        pull = Pull(len(self.pulls) + 1, branch, base, self.heads[branch], title, body, author)
        self.pulls[pull.number] = pull
        self.git("update-ref", f"refs/pull/{pull.number}/head", pull.head)
        self._note()
        return pull

    def open_from_fork(self, branch: str, head: str, author: str, *, is_deleted: bool = False) -> Pull:
        """Open a pull request from a branch of a fork, which may be gone by now."""
        pull = Pull(len(self.pulls) + 1, branch, "main", head, "From afar", "", author)
        pull.repository_id = None if is_deleted else FORK_ID
        self.pulls[pull.number] = pull
        self.git("update-ref", f"refs/pull/{pull.number}/head", head)
        return pull

    def compute(self, pull: Pull) -> bool | None:
        """Compute whether it can be merged; the first who asks after either branch has moved doesn't hear it yet."""
        state = (pull.head, self.heads[pull.base])
        pull.can_be_merged = bool(self._tree(pull)) if pull.computed == state else None
        pull.computed = state
        return pull.can_be_merged

    def _tree(self, pull: Pull) -> str:
        return self.git("merge-tree", "--write-tree", f"refs/heads/{pull.base}", pull.head, fails=True)

    def obstacle(self, pull: Pull, head: str) -> tuple[int, str]:
        """Return the status and the words by which a merge is refused; 200 where it isn't."""
        if pull.state != "open":
            return 405, "Pull Request is not mergeable"
        if head and head != pull.head:
            return 409, "Head branch was modified. Review and try the merge again."
        if self.rule or pull.is_draft:
            return 405, self.rule or "Pull Request is still a draft"
        return (200, "") if self._tree(pull) else (405, "Pull Request is not mergeable")

    def merge(self, pull: Pull, message: str) -> str:
        """Merge by a merge commit; return it."""
        base = self.heads[pull.base]
        title = f"Merge pull request #{pull.number} from ada/{pull.branch}"
        parents = ("-p", base, "-p", pull.head)
        commit = self.git("commit-tree", self._tree(pull), *parents, "-m", title, "-m", message)
        self.git("update-ref", f"refs/heads/{pull.base}", commit, base)
        self._merged(pull, commit)
        self.look()
        self._note()
        return commit

    def review(self, pull: Pull, author: str | None, state: str, *, is_gone: bool = False) -> None:
        """Say something of a pull request as it is now; of a head that is gone nobody knows which it was."""
        said = {"author": author, "state": state, "commit": None if is_gone else pull.head}
        self.reviews.setdefault(pull.number, []).append(said)
        pull.touch()

    def check(self, commit: str, name: str, conclusion: str | None, *, app: int = 15368, suite: int = 1) -> None:
        """Report a check run, by GitHub Actions or another App; one without a conclusion hasn't ended."""
        runs = self.runs.setdefault(commit, [])
        made = {"id": 1 + len(runs), "name": name, "conclusion": conclusion, "title": None, "app": app, "suite": suite}
        runs.insert(0, made)

    def report(self, told: Mapping[str, Any], app: int) -> dict[str, Any]:
        """Report a check run as an App says it, with its annotations."""
        output = told.get("output", {})
        made = {"id": 9000 + sum(map(len, self.runs.values())), "name": told["name"], "title": output.get("title")}
        made |= {"conclusion": told.get("conclusion"), "app": app, "suite": app}
        made["annotations"] = list(output.get("annotations", []))
        self.runs.setdefault(told["head_sha"], []).insert(0, made)
        return made

    def reported(self, number: int) -> tuple[str, dict[str, Any] | None]:
        """Return the check run of a number, and of which commit it is."""
        found = ((commit, run) for commit, runs in self.runs.items() for run in runs if run["id"] == number)
        return next(found, ("", None))

    def ask(self, pull: Pull, head: str, message: str) -> MergeRequest:
        """Ask for a merge by and by."""
        asked = MergeRequest(pull, head or pull.head, message, self.merge_takes)
        self.merges[asked.uuid] = asked
        return asked

    def pending(self, pull: Pull) -> MergeRequest | None:
        """Return the merge of a pull request that was asked for and isn't made."""
        return next((one for one in self.merges.values() if one.pull is pull and one.status == "pending"), None)

    def _end(self, asked: MergeRequest) -> None:
        status, words = self.obstacle(asked.pull, asked.head)
        asked.status, asked.words = ("failed", words) if status != 200 else ("merged", "Pull request was merged.")
        if asked.status == "merged":
            asked.commit = self.merge(asked.pull, asked.message)

    def _note(self) -> None:
        """Tell the hook which pull request is of which branch."""
        mine = [one for one in self.pulls.values() if one.state == "open" and one.repository_id == ID]
        (self.folder / "pulls").write_text("".join(f"{one.number} {one.branch}\n" for one in mine))


def now() -> str:
    """Return the time as GitHub writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
