"""The calls of GitHub's REST API, one for each verb of a `Hub`."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from reconciler.forges.client import Absent, Declined, ForgeClient, part
from reconciler.forges.documents import text
from reconciler.forges.hub import Merge
from reconciler.model.errors import Unavailable
from reconciler.model.ids import CommitId
from reconciler.model.reviews import (
    Allowance,
    Annotation,
    BranchRules,
    Comment,
    CommitStatus,
    PullRequest,
    PullState,
    Review,
)
from reconciler.providers.forge.github.annotations import Annotations
from reconciler.providers.forge.github.app import PERMISSIONS, InstallationToken
from reconciler.providers.forge.github.issues import GitHubIssues
from reconciler.providers.forge.github.merges import Merging
from reconciler.providers.forge.github.reading import LONGEST_NAME, comment, newest_reviews, pull_request
from reconciler.providers.forge.github.rules import branch_rules
from reconciler.providers.forge.github.statuses import Statuses

LONGEST_TITLE = 256
"""Characters of a title that GitHub takes."""
_DECIDES = ("admin", "write")
"""Rights of people whose reviews count; `maintain` is told as `write`, `triage` as `read`."""


class GitHub:
    """One repository on GitHub; see `Hub` for what each verb promises.

    Args:
        client: its API.
        repository: `owner/name`.
        merging: how a merge is asked for.
        name: returns our own name, under which we comment.
        app: the App that we are; None where we are a user.
        teams: the API by which teams are asked for; by default the same.
        issues: the API by which issues are opened; by default the same.
    """

    def __init__(
        self,
        client: ForgeClient,
        repository: str,
        merging: Merging,
        name: Callable[[], str],
        app: InstallationToken | None = None,
        *,
        teams: ForgeClient | None = None,
        issues: ForgeClient | None = None,
    ) -> None:
        self._client = client
        self._teams = teams or client
        self._owner = repository.split("/", maxsplit=1)[0]
        self._root = "/repos/" + "/".join(map(part, repository.split("/")))
        self._merging = merging
        self._name = name
        self._app = app
        self._statuses = Statuses(client, self._root)
        self._annotations = Annotations(client, self._root)
        self.issues = GitHubIssues(issues or client, self._root)

    @property
    def place(self) -> str:
        """Return the forge as messages name it."""
        return self._client.place

    @property
    def refs(self) -> str:
        """Return the folder of the refs of pull requests."""
        return "refs/pull"

    @property
    def queues(self) -> str:
        """Return the folder of the branches that merge queues make, one for each pull request in them."""
        return "refs/heads/gh-readonly-queue"

    def allowance(self) -> Allowance:
        """Return how often the forge may be asked, and has been."""
        return self._client.budget.allowance()

    def me(self) -> str:
        """Return our own name."""
        name = self._name()
        if not name:  # comments by accounts that are gone have no author either
            raise Unavailable(f"{self.place} doesn't say who we are", "see that it is a GitHub")
        return name

    def rules(self, base: str) -> BranchRules:
        """Return the rules of a branch, as far as they are told to who doesn't administer the repository."""
        rules, head = branch_rules(self._client, self._root, base)
        sees = self._statuses.sees_checks(head)
        if self._app is None:
            return replace(rules, we_administer=self._right(self.me()) == "admin", sees_checks=sees)
        rights = self._app.granted()
        beyond = frozenset(
            name for name, level in rights.items() if level != "read" and name not in (*PERMISSIONS, "checks")
        )
        return replace(rules, we_administer="administration" in beyond, unneeded=beyond, sees_checks=sees)

    def pulls(self, base: str) -> Sequence[PullRequest]:
        """Return the open pull requests to a branch."""
        return list(map(pull_request, self._client.pages(f"{self._root}/pulls", state="open", base=base)))

    def latest(self, base: str, branch: str) -> PullRequest | None:
        """Return the newest pull request from a branch, open or not.

        GitHub passes over a filter that it doesn't understand, and one owner may have several forks.
        """
        query = {"state": "all", "base": base, "head": f"{self._owner}:{branch}"}
        listed = map(pull_request, self._client.pages(f"{self._root}/pulls", **query))
        same = (pull for pull in listed if pull.branch == branch and not pull.is_fork)
        return max(same, key=lambda pull: pull.number, default=None)

    def open(self, base: str, branch: str, title: str, body: str) -> PullRequest:
        """Open a pull request; the one that is open already, if one is (422)."""
        document = {"base": base, "head": branch, "title": title[:LONGEST_TITLE], "body": body}
        try:
            return pull_request(self._client.send("POST", f"{self._root}/pulls", document))
        except Declined as error:
            found = self.latest(base, branch) if error.status == 422 else None
            if found is not None and found.state is PullState.OPEN:
                return found
            if "head invalid" in error.words:  # it hasn't heard of the branch
                raise Absent(error.message, error.hint, error.status, error.words) from error
            raise

    def close(self, number: int) -> None:
        """Close a pull request unmerged; one that was merged stays so."""
        try:
            self._client.send("PATCH", f"{self._root}/pulls/{number}", {"state": "closed"}, is_safe=True)
        except Absent:
            return

    def merge(self, number: int, head: CommitId, message: str) -> Merge:
        """Merge a pull request by a merge commit, if its branch is where we think."""
        return self._merging.merge(f"{self._root}/pulls/{number}", head, message)

    def reviews(self, number: int) -> Sequence[Review]:
        """Return the newest opinion of each person who may write to the repository: GitHub takes anybody's.

        It tells neither whether one counts by the branch's rules nor whether one is of a former head: who uses it has
        to look at its commit.
        """
        newest = newest_reviews(self._client.pages(f"{self._root}/pulls/{number}/reviews"))
        return [review for author, review in newest.items() if self._may_decide(author)]

    def _may_decide(self, person: str) -> bool:
        return self._right(person) in _DECIDES

    def _right(self, person: str) -> str:
        """Return what somebody may do to the repository; nothing where it knows nobody of that name."""
        try:
            return text(self._client.get(f"{self._root}/collaborators/{part(person)}/permission"), "permission")
        except Absent:
            return ""

    def members(self, team: str) -> frozenset[str]:
        """Return the members of a team of an organization, those of its child teams among them.

        Of a team without an owner the organization is the repository's. An App needs `members: read` for it.
        """
        owner, _, slug = team.rpartition("/")
        listed = self._teams.pages(f"/orgs/{part(owner or self._owner)}/teams/{part(slug)}/members")
        return frozenset(filter(None, (text(one, "login", most=LONGEST_NAME) for one in listed)))

    def comments(self, number: int) -> Sequence[Comment]:
        """Return the comments on a pull request, the oldest first."""
        return list(map(comment, self._client.pages(f"{self._root}/issues/{number}/comments")))

    def say(self, number: int, text: str) -> Comment:
        """Comment on a pull request."""
        return comment(self._client.send("POST", f"{self._root}/issues/{number}/comments", {"body": text}))

    def edit(self, number: int, comment: int, text: str) -> None:  # noqa: ARG002  other forges need both
        """Write a comment anew."""
        self._client.send("PATCH", f"{self._root}/issues/comments/{comment}", {"body": text}, is_safe=True)

    def statuses(self, commit: CommitId) -> Sequence[CommitStatus]:
        """Return the newest status of every context of a commit, check runs by their names among them."""
        return self._statuses.of(commit)

    def annotate(self, commit: CommitId, context: str, annotations: Sequence[Annotation]) -> None:
        """Show these beside the lines of a commit, in place of what was shown under that name, where we are an App."""
        if self._app is not None:
            self._annotations.show(commit, f"{context} specs", annotations)

    def judge(self, commit: CommitId, status: CommitStatus) -> None:
        """Give a commit a status."""
        document = {
            "context": status.context,
            "state": status.verdict.value,
            "description": status.description,
            "target_url": status.url or None,
        }
        self._client.send("POST", f"{self._root}/statuses/{commit}", document, is_safe=True)

    def granter(self, number: int, label: str) -> str:
        """Return who set a label on a pull request last."""
        who = ""
        for one in self._client.pages(f"{self._root}/issues/{number}/events"):
            if text(one, "event") in ("labeled", "unlabeled") and text(one, "label", "name") == label:
                who = text(one, "actor", "login") if text(one, "event") == "labeled" else ""
        return who

    def may_write(self, person: str) -> bool:
        """Tell whether somebody may write to the repository: who may triage it can set labels, too.

        Of Apps it is known of ourselves alone: what another one may do, such as one that labels by itself, isn't told.
        """
        return (self._app is not None and person == self.me()) or self._right(person) in _DECIDES

    def label(self, number: int, label: str, *, on: bool) -> None:
        """Set a label on a pull request, or take it off; GitHub makes one that isn't there."""
        path = f"{self._root}/issues/{number}/labels"
        if on:
            self._client.send("POST", path, {"labels": [label]}, is_safe=True)
            return
        try:
            self._client.send("DELETE", f"{path}/{part(label)}", None, is_safe=True)
        except Absent:
            return
