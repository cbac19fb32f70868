"""What others say of a commit: statuses, and the check runs that GitHub Actions and Apps report instead of them.

1. Both are told under one name, as people see them together. Where a status and a check run have the same name, GitHub
   wants both to succeed, and so do we: the worse of them is told.
2. Of the check runs of one name the newest of each App counts, and of those the worst: an App that nobody asked speaks
   for no other one.
3. Check runs are for Apps that may read checks; no other token is given that right. Without it statuses are told
   alone, and once a while it is asked again.
"""

import time
from collections.abc import Callable, Iterable, Sequence

import structlog

from reconciler.forges.client import Document, Forbidden, ForgeClient
from reconciler.forges.documents import at, number
from reconciler.model.ids import CommitId
from reconciler.model.reviews import CommitStatus, Verdict
from reconciler.providers.forge.github.reading import check_run, commit_status

AGAIN = 3600.0
"""Seconds until check runs are asked for again that we weren't let see."""
_WORST = (Verdict.FAILURE, Verdict.ERROR, Verdict.PENDING, Verdict.SUCCESS)


class Statuses:
    """The statuses of one repository's commits. Any number of threads may use it.

    Args:
        client: GitHub's API.
        root: the path of the repository there.
        now: a clock that only runs forward, in seconds.
    """

    def __init__(self, client: ForgeClient, root: str, now: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._root = root
        self._now = now
        self._shut_until = float("-inf")

    def of(self, commit: CommitId) -> Sequence[CommitStatus]:
        """Return the newest of every name.

        Raises:
            Refused: we may not see the statuses.
            Unavailable: GitHub doesn't answer, or not with what it should.
        """
        path = f"{self._root}/commits/{commit}"
        statuses = list(map(commit_status, self._client.pages(f"{path}/status", "statuses")))
        return worst([*statuses, *newest_runs(self._runs(path))])

    def sees_checks(self, commit: CommitId) -> bool:
        """Tell whether we may read check runs.

        Raises:
            Unavailable: GitHub doesn't answer.
        """
        self._shut_until = float("-inf")
        self._runs(f"{self._root}/commits/{commit}")
        return self._now() >= self._shut_until

    def _runs(self, path: str) -> Sequence[Document]:
        if self._now() < self._shut_until:
            return []
        try:
            return list(self._client.pages(f"{path}/check-runs", "check_runs", filter="latest"))
        except Forbidden as error:
            is_news, self._shut_until = self._shut_until == float("-inf"), self._now() + AGAIN
            if is_news:
                hint = "an App may with the right checks: read; commit statuses count without it"
                structlog.get_logger().warning("check runs aren't read", error=error.message, hint=hint)
            return []


def newest_runs(documents: Iterable[Document]) -> Sequence[CommitStatus]:
    """Read check runs: of each name and App the newest.

    Raises:
        Unavailable: one has no number.
    """
    newest: dict[tuple[str, object], tuple[int, CommitStatus]] = {}
    for document in documents:
        status, made = check_run(document), number(document, "id")
        app = at(document, "app", "id")
        key = status.context, app if isinstance(app, int) else None
        if made >= newest.get(key, (0, status))[0]:
            newest[key] = made, status
    return [status for _, status in newest.values()]


def worst(statuses: Iterable[CommitStatus]) -> Sequence[CommitStatus]:
    """Return of each name the worst, and of those that are alike the first."""
    found: dict[str, CommitStatus] = {}
    for one in statuses:
        known = found.setdefault(one.context, one)
        if _WORST.index(one.verdict) < _WORST.index(known.verdict):
            found[one.context] = one
    return list(found.values())
