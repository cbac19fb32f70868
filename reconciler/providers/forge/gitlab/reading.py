"""What GitLab's documents say, as values."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from reconciler.forges.client import Document
from reconciler.forges.documents import at, commit, flag, number, text
from reconciler.model.ids import CommitId
from reconciler.model.reviews import Comment, CommitStatus, PullRequest, PullState, Verdict

LONGEST_NAME = 500
"""Characters of a title, a name or a label that are read."""
LONGEST_URL = 2000
MOST_LABELS = 200
REFS = "refs/merge-requests"
_STATES = {"opened": PullState.OPEN, "locked": PullState.OPEN, "merged": PullState.MERGED}
"""A merge request that is being merged is locked."""
_PENDING = ("created", "waiting_for_resource", "preparing", "pending", "running", "manual", "scheduled")
_VERDICTS = {
    **dict.fromkeys(_PENDING, Verdict.PENDING),
    "success": Verdict.SUCCESS,
    "skipped": Verdict.SUCCESS,
    "failed": Verdict.FAILURE,
    "canceled": Verdict.ERROR,
}
STATES = {
    Verdict.PENDING: "pending",
    Verdict.SUCCESS: "success",
    Verdict.FAILURE: "failed",
    Verdict.ERROR: "canceled",
}
"""What each verdict is called; GitLab knows no error, and a status that was canceled lets nothing be merged either."""
_ACTION = re.compile(r"^(\\*)/(?=\w)", re.MULTILINE)
_CALMED = re.compile(r"^\\(\\*)/(?=\w)", re.MULTILINE)


def merge_request(document: Document) -> PullRequest:
    """Read a merge request, from a list or alone.

    When it changed isn't read: GitLab moves that time once a minute at most, so that an approval which was taken back a
    moment after it was given would count for good.

    Raises:
        Unavailable: it has no number, or no commit.
    """
    known_as = number(document, "iid")
    return PullRequest(
        number=known_as,
        branch=text(document, "source_branch"),
        commit=commit(document, "sha"),
        ref=f"{REFS}/{known_as}/head",
        state=_STATES.get(text(document, "state"), PullState.CLOSED),
        title=text(document, "title", most=LONGEST_NAME),
        author=text(document, "author", "username", most=LONGEST_NAME),
        is_fork=_is_fork(document),
        url=_address(document, "web_url"),
        labels=_labels(document),
        is_draft=flag(document, "draft") or flag(document, "work_in_progress"),
    )


def has_head(document: Document) -> bool:
    """Tell whether a merge request has a head: one that was just made, or whose fork is gone, may have none."""
    return at(document, "sha") is not None


def note(document: Document) -> Comment:
    """Read a note that somebody wrote.

    Raises:
        Unavailable: it has no number.
    """
    author = text(document, "author", "username", most=LONGEST_NAME)
    return Comment(number(document, "id"), _CALMED.sub(r"\1/", text(document, "body")), author)


def calm(written: str) -> str:
    r"""Return a text without quick actions: a line `/merge` would be done rather than shown, and `\/merge` is shown."""
    return _ACTION.sub(r"\\\1/", written.replace("\r", ""))


def newest_statuses(documents: Iterable[Document]) -> Sequence[CommitStatus]:
    """Read the statuses of a commit: of each name the newest, which may stand in several pipelines.

    Raises:
        Unavailable: one has no number.
    """
    newest: dict[str, tuple[int, CommitStatus]] = {}
    for document in documents:
        status, made = _status(document), number(document, "id")
        if made >= newest.get(status.context, (0, status))[0]:
            newest[status.context] = made, status
    return [status for _, status in newest.values()]


def moment(document: Any, *path: str) -> datetime | None:
    """Return a time; None where there is none that says of which zone it is."""
    try:
        found = datetime.fromisoformat(text(document, *path, most=40))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def head_of(version: Document) -> CommitId:
    """Return the head that a version of a merge request was pushed with.

    Raises:
        Unavailable: it tells none.
    """
    return commit(version, "head_commit_sha")


def _status(document: Document) -> CommitStatus:
    verdict = _VERDICTS.get(text(document, "status"), Verdict.ERROR)
    line, url = text(document, "description"), _address(document, "target_url")
    return CommitStatus(text(document, "name", most=LONGEST_NAME), verdict, line, url)


def _is_fork(document: Document) -> bool:
    """Tell whether the branch is another project's: that of a fork which was deleted is told as null."""
    there, here = at(document, "source_project_id"), at(document, "target_project_id")
    return not isinstance(there, int) or isinstance(there, bool) or there != here


def _labels(document: Document) -> frozenset[str]:
    found = at(document, "labels")
    named = found[:MOST_LABELS] if isinstance(found, list) else []
    return frozenset(label[:LONGEST_NAME] for label in named if isinstance(label, str))


def _address(document: Document, name: str) -> str:
    """Return an address of a page; empty where it is none that a browser should follow."""
    found = text(document, name, most=LONGEST_URL)
    return found if found.startswith(("https://", "http://")) else ""
