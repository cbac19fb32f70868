"""What GitHub's documents say, as values."""

from reconciler.forges.client import Document
from reconciler.forges.documents import at, commit, flag, items, number, text
from reconciler.model.reviews import Comment, CommitStatus, PullRequest, PullState, Verdict

LONGEST_NAME = 500
"""Characters of a title, a name or a label that are read."""
LONGEST_URL = 2000
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
    )


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
