"""The calls of GitLab's REST API, one for each verb of a `Hub`."""

from collections.abc import Sequence

from reconciler.forges.client import Absent, Declined, Document, ForgeClient, part
from reconciler.forges.documents import at, flag, text
from reconciler.forges.hub import Merge
from reconciler.model.errors import Unavailable
from reconciler.model.ids import CommitId
from reconciler.model.reviews import Allowance, BranchRules, Comment, CommitStatus, PullRequest, PullState, Review
from reconciler.providers.forge.gitlab.issues import GitLabIssues
from reconciler.providers.forge.gitlab.merges import merge
from reconciler.providers.forge.gitlab.opinions import opinions
from reconciler.providers.forge.gitlab.reading import (
    LONGEST_NAME,
    REFS,
    STATES,
    calm,
    has_head,
    merge_request,
    newest_statuses,
    note,
)
from reconciler.providers.forge.gitlab.rules import branch_rules

LONGEST_LINE = 255
"""Characters of a title, of a status's line and of its address that GitLab takes."""
DEVELOPER = 30
"""The level of access from which on a member may approve, and push."""
_AGAIN = "Cannot transition status"
"""What it says of a state that a commit has already."""


class GitLab:
    """One project on GitLab; see `Hub` for what each verb promises.

    Args:
        client: its API.
        project: the project's path, such as `group/subgroup/name`.
    """

    def __init__(self, client: ForgeClient, project: str) -> None:
        self._client = client
        self._root = f"/projects/{part(project)}"
        self.issues = GitLabIssues(client, self._root)

    @property
    def place(self) -> str:
        """Return the forge as messages name it."""
        return self._client.place

    @property
    def refs(self) -> str:
        """Return the folder of the refs of merge requests."""
        return REFS

    def allowance(self) -> Allowance:
        """Return how often the forge may be asked, and has been."""
        return self._client.budget.allowance()

    def me(self) -> str:
        """Return our own name."""
        name = text(self._client.get("/user"), "username", most=LONGEST_NAME)
        if not name:  # notes by accounts that are gone have no author either
            raise Unavailable(f"{self.place} doesn't say who we are", "see that it is a GitLab")
        return name

    def rules(self, base: str) -> BranchRules:
        """Return the rules of a branch, as far as our role and the edition let us see them."""
        return branch_rules(self._client, self._root, base)

    def pulls(self, base: str) -> Sequence[PullRequest]:
        """Return the open merge requests to a branch; one without a head, which nobody could merge, isn't there."""
        listed = self._client.pages(f"{self._root}/merge_requests", state="opened", target_branch=base)
        return [merge_request(one) for one in listed if text(one, "target_branch") == base and has_head(one)]

    def latest(self, base: str, branch: str) -> PullRequest | None:
        """Return the newest merge request from a branch, open or not."""
        query = {"state": "all", "source_branch": branch, "target_branch": base}
        listed = self._client.pages(f"{self._root}/merge_requests", **query)
        found = [merge_request(one) for one in listed if text(one, "target_branch") == base and has_head(one)]
        same = (pull for pull in found if pull.branch == branch and not pull.is_fork)
        return max(same, key=lambda pull: pull.number, default=None)

    def open(self, base: str, branch: str, title: str, body: str) -> PullRequest:
        """Open a merge request; the one that is open already, if one is (409)."""
        document = {
            "source_branch": branch,
            "target_branch": base,
            "title": title[:LONGEST_LINE],
            "description": calm(body),
            "remove_source_branch": False,
        }
        try:
            return merge_request(self._client.send("POST", f"{self._root}/merge_requests", document))
        except Declined as error:
            found = self.latest(base, branch) if error.status == 409 else None
            if found is None or found.state is not PullState.OPEN:
                raise
            return found

    def close(self, number: int) -> None:
        """Close a merge request unmerged; one that was merged stays so."""
        path = f"{self._root}/merge_requests/{number}"
        try:
            self._client.send("PUT", path, {"state_event": "close"}, is_safe=True)
        except Absent:
            return
        except Declined:
            if merge_request(self._client.get(path)).state is PullState.OPEN:
                raise

    def merge(self, number: int, head: CommitId, message: str) -> Merge:
        """Merge a merge request by a merge commit, if its branch is where we think."""
        return merge(self._client, f"{self._root}/merge_requests/{number}", head, message)

    def reviews(self, number: int) -> Sequence[Review]:
        """Return the newest opinion of each person on the newest version."""
        return opinions(self._client, f"{self._root}/merge_requests/{number}")

    def members(self, team: str) -> frozenset[str]:
        """Return the members of a group, by its full path, that may approve.

        Those whom it has from groups above it or by an invitation aren't among them: GitLab's own rules of CODEOWNERS
        don't take them either, and one too few merges nothing.
        """
        listed = self._client.pages(f"/groups/{part(team)}/members")
        active = (one for one in listed if text(one, "state") == "active" and _level(one) >= DEVELOPER)
        return frozenset(filter(None, (text(one, "username", most=LONGEST_NAME) for one in active)))

    def comments(self, number: int) -> Sequence[Comment]:
        """Return the notes that people wrote on a merge request, the oldest first; GitLab writes some of its own."""
        query = {"sort": "asc", "order_by": "created_at"}
        listed = self._client.pages(f"{self._root}/merge_requests/{number}/notes", **query)
        return [note(one) for one in listed if not flag(one, "system")]

    def say(self, number: int, text: str) -> Comment:
        """Comment on a merge request."""
        path = f"{self._root}/merge_requests/{number}/notes"
        return note(self._client.send("POST", path, {"body": calm(text)}))

    def edit(self, number: int, comment: int, text: str) -> None:
        """Write a note anew."""
        path = f"{self._root}/merge_requests/{number}/notes/{comment}"
        self._client.send("PUT", path, {"body": calm(text)}, is_safe=True)

    def statuses(self, commit: CommitId) -> Sequence[CommitStatus]:
        """Return the newest status of every name of a commit, jobs of pipelines among them."""
        return newest_statuses(self._client.pages(f"{self._root}/repository/commits/{commit}/statuses"))

    def judge(self, commit: CommitId, status: CommitStatus) -> None:
        """Give a commit a status.

        A state that waits and is posted again is refused (400), and neither its line nor its address changes: they are
        those of the first time, until the state is another. What has to be read at any time belongs in the comment.
        The head of a fork, which is on no branch of the project, can have no status (404).
        """
        document = {
            "name": status.context,
            "state": STATES[status.verdict],
            "description": status.description[:LONGEST_LINE],
        }
        if status.url and len(status.url) <= LONGEST_LINE:
            document["target_url"] = status.url
        try:
            self._client.send("POST", f"{self._root}/statuses/{commit}", document, is_safe=True)
        except Declined as error:
            if error.status != 400 or _AGAIN not in error.words or not self._has(commit, status):
                raise

    def _has(self, commit: CommitId, status: CommitStatus) -> bool:
        known = {one.context: one.verdict for one in self.statuses(commit)}
        return known.get(status.context) is status.verdict

    def granter(self, number: int, label: str) -> str:
        """Return who set a label on a merge request last."""
        who = ""
        for one in self._client.pages(f"{self._root}/merge_requests/{number}/resource_label_events"):
            if text(one, "label", "name") == label:
                who = text(one, "user", "username") if text(one, "action") == "add" else ""
        return who

    def may_write(self, person: str) -> bool:
        """Tell whether somebody may write to the project: a developer or more, of its own or by one of its groups."""
        found = self._client.pages(f"{self._root}/members/all", query=person)
        return any(_level(one) >= DEVELOPER for one in found if text(one, "username") == person)

    def label(self, number: int, label: str, *, on: bool) -> None:
        """Set a label on a merge request, or take it off; GitLab makes one that isn't there."""
        path = f"{self._root}/merge_requests/{number}"
        self._client.send("PUT", path, {"add_labels" if on else "remove_labels": label}, is_safe=True)


def _level(member: Document) -> int:
    found = at(member, "access_level")
    return found if isinstance(found, int) else 0
