"""Gitea and Forgejo, whose paths are the same: pull requests by their REST API.

What it says of itself stands at `/swagger.v1.json` of any server. Where its behaviour surprises, the place says so.
"""

from collections.abc import Iterator, Mapping, Sequence

from reconciler.forges.access import Token, address_of
from reconciler.forges.branches import MergedByLines
from reconciler.forges.budget import Budget
from reconciler.forges.client import Absent, Declined, Document, ForgeClient, part
from reconciler.forges.documents import at, commit, flag, items, number, text
from reconciler.forges.hub import Issue, Merge
from reconciler.forges.issues import RepositoryIssues
from reconciler.forges.pull_requests import PullRequestForge
from reconciler.forges.web_files import WebFiles
from reconciler.git.repository import Repository
from reconciler.model.ids import CommitId
from reconciler.model.reviews import (
    Allowance,
    BranchRules,
    Comment,
    CommitStatus,
    Opinion,
    PullRequest,
    PullState,
    Review,
    Verdict,
)
from reconciler.model.text import printable
from reconciler.settings import reveal
from reconciler.signatures import SigningKey
from reconciler.wire import Server, Wire

TIMEOUT = 10.0
LONGEST_TITLE = 500
"""Characters of a title, a name or a label that are read."""
_LATER = "try again later"
"""What it says while it computes whether a pull request can be merged, which it does in a queue (gitea#32111).

It says the same of one that conflicts.
"""
_SET = "1"
"""What the text of an event of a label is that was set; of one that was taken off it is empty."""
_COLOR = "#0075ca"
_OPINIONS = {"APPROVED": Opinion.APPROVED, "REQUEST_CHANGES": Opinion.DECLINED}
_VERDICTS = {"warning": Verdict.FAILURE, "skipped": Verdict.SUCCESS} | {one.value: one for one in Verdict}


class Gitea:
    """One repository of a Gitea or Forgejo server; see `Hub` for what each verb promises.

    Args:
        client: its API.
        repository: `owner/name`.
    """

    def __init__(self, client: ForgeClient, repository: str) -> None:
        self._client = client
        self._owner = repository.split("/", maxsplit=1)[0]
        self._root = "/repos/" + "/".join(map(part, repository.split("/")))
        self.issues = GiteaIssues(client, self._root)

    @property
    def place(self) -> str:
        """Return the forge as messages name it."""
        return self._client.place

    @property
    def refs(self) -> str:
        """Return the folder of the refs of pull requests."""
        return "refs/pull"

    def allowance(self) -> Allowance:
        """Return how often the forge may be asked, and has been."""
        return self._client.budget.allowance()

    def me(self) -> str:
        """Return our own name."""
        return text(self._client.get("/user"), "login")

    def rules(self, base: str) -> BranchRules:
        """Return the rules of a branch, as far as they are told to a user who doesn't administer the repository."""
        found = self._client.get(f"{self._root}/branches/{part(base)}")
        contexts = at(found, "status_check_contexts") if flag(found, "enable_status_check") else ()
        approvals = at(found, "required_approvals")
        return BranchRules(
            is_protected=flag(found, "protected"),
            approvals=approvals if isinstance(approvals, int) else 0,
            contexts=frozenset(one for one in contexts or () if isinstance(one, str)),
            we_may_push=flag(found, "user_can_push"),
            we_administer=flag(self._client.get(self._root), "permissions", "admin"),
        )

    def pulls(self, base: str) -> Sequence[PullRequest]:
        """Return the open pull requests to a branch."""
        listed = self._client.pages(f"{self._root}/pulls", state="open", base_branch=base)
        return [_pull(one) for one in listed if text(one, "base", "ref") == base]

    def latest(self, base: str, branch: str) -> PullRequest | None:
        """Return the newest pull request from a branch, open or not.

        By base and head the server finds any one of them, so that only its absence says something.
        """
        try:
            found = _pull(self._client.get(f"{self._root}/pulls/{part(base)}/{part(branch)}"))
        except Absent:
            return None
        listed = self._client.pages(f"{self._root}/pulls", state="all", base_branch=base, sort="recentupdate")
        same = (_pull(one) for one in listed if text(one, "head", "ref") == branch and text(one, "base", "ref") == base)
        return max((found, *(pull for pull in same if not pull.is_fork)), key=lambda pull: pull.number)

    def open(self, base: str, branch: str, title: str, body: str) -> PullRequest:
        """Open a pull request; the one that is open already, if one is (409)."""
        document = {"base": base, "head": branch, "title": title, "body": body}
        try:
            return _pull(self._client.send("POST", f"{self._root}/pulls", document))
        except Declined as error:
            found = self.latest(base, branch) if error.status == 409 else None
            if found is None:
                raise
            return found

    def close(self, number: int) -> None:
        """Close a pull request unmerged; one that was merged stays so."""
        try:
            self._client.send("PATCH", f"{self._root}/pulls/{number}", {"state": "closed"}, is_safe=True)
        except Declined as error:
            if error.status not in (404, 412):
                raise

    def merge(self, number: int, head: CommitId, message: str) -> Merge:
        """Merge a pull request by a merge commit, if its branch is where we think."""
        document = {"Do": "merge", "head_commit_id": head, "MergeMessageField": message}
        path = f"{self._root}/pulls/{number}"
        try:
            self._client.send("POST", f"{path}/merge", document)
        except Declined as error:
            if error.status == 405 and _LATER in error.words:
                return Merge.LATER
            if _pull(self._client.get(path)).state is PullState.MERGED:
                return Merge.DONE
            if error.status == 409:
                return Merge.MOVED if _pull(self._client.get(path)).commit != head else Merge.CONFLICT
            raise
        return Merge.DONE

    def reviews(self, number: int) -> Sequence[Review]:
        """Return the newest opinion of each person that counts.

        The server takes an approval for stale a moment after a push only (gitea#39172), and keeps it for official where
        the branch's rules don't dismiss it: who uses it has to look at its commit.
        """
        newest: dict[str, Review] = {}
        for one in self._client.pages(f"{self._root}/pulls/{number}/reviews"):
            opinion = _OPINIONS.get(text(one, "state"))
            if opinion is None or flag(one, "dismissed") or not flag(one, "official"):
                continue
            author = text(one, "user", "login", most=LONGEST_TITLE)
            if opinion is Opinion.APPROVED and flag(one, "stale"):
                newest.pop(author, None)
            else:
                newest[author] = Review(author, commit(one, "commit_id"), opinion)
        return list(newest.values())

    def members(self, team: str) -> frozenset[str]:
        """Return the members of a team of an organization; of a team without an owner that is the repository's.

        They are told to members of the team and to owners of the organization, and to nobody else.
        """
        owner, _, name = team.rpartition("/")
        organization = owner or self._owner
        listed = self._client.pages(f"/orgs/{part(organization)}/teams")
        found = next((one for one in listed if text(one, "name").casefold() == name.casefold()), None)
        if found is None:
            told = f"{organization} of {self.place} has no team {printable(name)}"
            raise Absent(told, "see its teams, and that our user may", 404, "")
        people = self._client.pages(f"/teams/{number(found, 'id')}/members")
        return frozenset(filter(None, (text(one, "login", most=LONGEST_TITLE) for one in people)))

    def comments(self, number: int) -> Sequence[Comment]:
        """Return the comments on a pull request, the oldest first; the server gives them on one page."""
        found = self._client.get(f"{self._root}/issues/{number}/comments")
        return [_comment(one) for one in items({"all": found}, "all")]

    def say(self, number: int, text: str) -> Comment:
        """Comment on a pull request."""
        return _comment(self._client.send("POST", f"{self._root}/issues/{number}/comments", {"body": text}))

    def edit(self, number: int, comment: int, text: str) -> None:  # noqa: ARG002  other forges need both
        """Write a comment anew."""
        self._client.send("PATCH", f"{self._root}/issues/comments/{comment}", {"body": text}, is_safe=True)

    def statuses(self, commit: CommitId) -> Sequence[CommitStatus]:
        """Return the newest status of every context of a commit."""
        found = self._client.get(f"{self._root}/commits/{commit}/status", limit="50")
        return [_status(one) for one in items(found, "statuses")]

    def judge(self, commit: CommitId, status: CommitStatus) -> None:
        """Give a commit a status."""
        document = {
            "context": status.context,
            "state": status.verdict.value,
            "description": status.description,
            "target_url": status.url,
        }
        self._client.send("POST", f"{self._root}/statuses/{commit}", document, is_safe=True)

    def granter(self, number: int, label: str) -> str:
        """Return who set a label on a pull request last, as the events beside its comments tell."""
        who = ""
        for one in self._client.pages(f"{self._root}/issues/{number}/timeline"):
            if text(one, "type") == "label" and text(one, "label", "name", most=LONGEST_TITLE) == label:
                who = text(one, "user", "login", most=LONGEST_TITLE) if text(one, "body") == _SET else ""
        return who

    def may_write(self, person: str) -> bool:
        """Tell whether somebody may write to the repository: those are whom the server lets be assigned.

        What a person's rights are it tells to who administers the repository alone.
        """
        found = self._client.get(f"{self._root}/assignees")
        return person in {text(one, "login", most=LONGEST_TITLE) for one in items({"all": found}, "all")}

    def label(self, number: int, label: str, *, on: bool) -> None:
        """Set a label on a pull request, or take it off; one that the repository hasn't is made."""
        known = self._labels().get(label)
        path = f"{self._root}/issues/{number}/labels"
        if not on:
            if known is not None:
                self._client.send("DELETE", f"{path}/{known}", None, is_safe=True)
            return
        if known is None:
            made = {"name": label, "color": _COLOR, "description": "Asks for a preview of a pull request"}
            known = _identity(self._client.send("POST", f"{self._root}/labels", made))
        self._client.send("POST", path, {"labels": [known]}, is_safe=True)

    def _labels(self) -> Mapping[str, int]:
        listed = self._client.pages(f"{self._root}/labels")
        return {text(one, "name", most=LONGEST_TITLE): _identity(one) for one in listed}


class GiteaIssues(RepositoryIssues):
    """The issues of one repository of Gitea."""

    def by(self, author: str) -> Iterator[Issue]:
        """Yield somebody's issues, the newest first."""
        for one in self.client.pages(self.path, state="all", type="issues", created_by=author):
            state, whose = text(one, "state"), text(one, "user", "login")
            yield Issue(number(one, "number"), text(one, "body"), state == "open", whose)


def gitea(
    repository: Repository,
    environment: str,
    branch: str,
    signing_key: SigningKey | None = None,
    *,
    token: str,
    url: str = "",
    path: str = "",
    timeout: float = TIMEOUT,
) -> PullRequestForge:
    """Return the forge of one environment.

    Args:
        repository: the repository.
        environment: the environment's name.
        branch: the watched branch's name.
        signing_key: signs proposals, and tells which were made here; their merges are the server's.
        token: a token of a user of its own who may write to the repository, best `${secret:GITEA_TOKEN}`.
        url: where the server answers; by default where the repository is.
        path: the repository there, `owner/name`; by default as its URL says.
        timeout: seconds that an answer may take.

    Raises:
        Refused: one of the names isn't one, the secret isn't set, or nothing tells where the server is.
    """
    address, named = address_of(repository, url, path)
    wire = Wire(Server("the forge", address), Token(reveal(token)), timeout)
    hub = Gitea(ForgeClient(wire, "/api/v1", Budget()), named)
    branches = MergedByLines(repository, environment, branch, signing_key)
    files = WebFiles(address, named, "src/commit", "src/branch", "raw/commit")
    return PullRequestForge(branches, hub, repository, environment, files=files)


def _pull(document: Document) -> PullRequest:
    state = PullState.OPEN if text(document, "state") == "open" else PullState.CLOSED
    return PullRequest(
        number=number(document, "number"),
        branch=text(document, "head", "ref"),
        commit=commit(document, "head", "sha"),
        ref=f"refs/pull/{number(document, 'number')}/head",
        state=PullState.MERGED if flag(document, "merged") else state,
        title=text(document, "title", most=LONGEST_TITLE),
        author=text(document, "user", "login", most=LONGEST_TITLE),
        is_fork=at(document, "head", "repo_id") != at(document, "base", "repo_id"),
        url=text(document, "html_url", most=2000),
        labels=frozenset(text(label, "name", most=LONGEST_TITLE) for label in items(document, "labels")),
        is_draft=flag(document, "draft"),
        updated=text(document, "updated_at", most=LONGEST_TITLE),
    )


def _identity(document: Document) -> int:
    return number(document, "id")


def _comment(document: Document) -> Comment:
    return Comment(number(document, "id"), text(document, "body"), text(document, "user", "login"))


def _status(document: Document) -> CommitStatus:
    verdict = _VERDICTS.get(text(document, "status"), Verdict.ERROR)
    line, url = text(document, "description"), text(document, "target_url")
    return CommitStatus(text(document, "context"), verdict, line, url)
