"""What GitHub's documents say, as values."""

from collections.abc import Iterable, Mapping

from reconciler.forges.client import Document
from reconciler.forges.documents import at, commit, flag, items, number, text
from reconciler.model.ids import CommitId
from reconciler.model.reviews import Comment, CommitStatus, Opinion, PullRequest, PullState, Review, Verdict

LONGEST_NAME = 500
"""Characters of a title, a name or a label that are read."""
LONGEST_URL = 2000
GONE = CommitId("0" * 40)
_OPINIONS = {"APPROVED": Opinion.APPROVED, "CHANGES_REQUESTED": Opinion.DECLINED}
_CONCLUSIONS = {
    **dict.fromkeys(("success", "neutral", "skipped"), Verdict.SUCCESS),
    **dict.fromkeys(("failure", "cancelled", "timed_out"), Verdict.FAILURE),
    **dict.fromkeys(("action_required", "stale", "startup_failure"), Verdict.FAILURE),
}
"""What a check run's end comes to where the rules of a branch require it; not all are in GitHub's description."""
_VERDICTS = {one.value: one for one in Verdict}


def pull_request(document: Document) -> PullRequest:
    """Read a pull request, from a list or alone.

    Raises:
        Unavailable: it has no number, or no commit.
    """
    return PullRequest(
        number=number(document, "number"),
        branch=text(document, "head", "ref"),
        commit=commit(document, "head", "sha"),
        ref=f"refs/pull/{number(document, 'number')}/head",
        state=_state(document),
        title=text(document, "title", most=LONGEST_NAME),
        author=text(document, "user", "login", most=LONGEST_NAME),
        is_fork=_is_fork(document),
        url=_address(document, "html_url"),
        labels=frozenset(text(label, "name", most=LONGEST_NAME) for label in items(document, "labels")),
        is_draft=flag(document, "draft"),
        updated=text(document, "updated_at", most=LONGEST_NAME),
    )


def newest_reviews(documents: Iterable[Document]) -> Mapping[str, Review]:
    """Return the newest opinion of each person, the oldest reviews being first.

    A comment is none, and one that was dismissed takes the former ones away. Of what was said of a commit that is gone
    the commit is `GONE`: it still asks for changes, and approves of nothing.
    """
    newest: dict[str, Review] = {}
    for one in documents:
        author, state = text(one, "user", "login", most=LONGEST_NAME), text(one, "state")
        if state == "DISMISSED":
            newest.pop(author, None)
        elif author and state in _OPINIONS:
            there = commit(one, "commit_id") if text(one, "commit_id") else GONE
            newest[author] = Review(author, there, _OPINIONS[state])
    return newest


def comment(document: Document) -> Comment:
    """Read a comment; one whose author's account is gone has no author.

    Raises:
        Unavailable: it has no number.
    """
    return Comment(number(document, "id"), text(document, "body"), text(document, "user", "login"))


def commit_status(document: Document) -> CommitStatus:
    """Read a status; one whose state isn't known is an error."""
    verdict = _VERDICTS.get(text(document, "state"), Verdict.ERROR)
    line, url = text(document, "description"), _address(document, "target_url")
    return CommitStatus(text(document, "context"), verdict, line, url)


def check_run(document: Document) -> CommitStatus:
    """Read a check run as a status: pending until it is completed, and an error if it ended in a way nobody knows."""
    is_over = text(document, "status") == "completed"
    verdict = _CONCLUSIONS.get(text(document, "conclusion"), Verdict.ERROR) if is_over else Verdict.PENDING
    line, url = text(document, "output", "title", most=LONGEST_NAME), _address(document, "html_url")
    return CommitStatus(text(document, "name", most=LONGEST_NAME), verdict, line, url)


def _state(document: Document) -> PullState:
    """Return where a pull request is: lists say of a merged one only when that was."""
    if flag(document, "merged") or text(document, "merged_at"):
        return PullState.MERGED
    return PullState.OPEN if text(document, "state") == "open" else PullState.CLOSED


def _is_fork(document: Document) -> bool:
    """Tell whether the branch is another repository's: that of a fork which was deleted is told as null."""
    there, here = at(document, "head", "repo", "id"), at(document, "base", "repo", "id")
    return not isinstance(there, int) or there != here


def _address(document: Document, name: str) -> str:
    """Return an address of a page; empty where it is none that a browser should follow."""
    found = text(document, name, most=LONGEST_URL)
    return found if found.startswith(("https://", "http://")) else ""
