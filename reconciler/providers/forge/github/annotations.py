"""Annotations beside the lines of a commit, as check runs: GitHub takes those from Apps alone, fifty at a time."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog

from reconciler.forges.client import Forbidden, ForgeClient
from reconciler.forges.documents import number
from reconciler.model.ids import CommitId
from reconciler.model.reviews import Annotation
from reconciler.model.text import counted

AT_ONCE = 50
"""Annotations that one request may bring."""
MOST = 500
"""Annotations of one commit that are shown; the comment counts them all."""
LONGEST = 4000
"""Characters of one that are shown."""
REMEMBERED = 1000
AGAIN = 3600.0
"""Seconds until it is tried again what we weren't let do."""
HINT = "an App may with the right checks: write; the comment says it all without it"


class Annotations:
    """What is shown beside the lines of one repository's commits. Belongs to one thread.

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
        self._shown: OrderedDict[tuple[CommitId, str], tuple[Annotation, ...]] = OrderedDict()

    def show(self, commit: CommitId, name: str, annotations: Sequence[Annotation]) -> None:
        """Show these in place of what was shown under a name, by a new check run; without any, none is made.

        Raises:
            Refused: GitHub takes them for wrong.
            Unavailable: GitHub doesn't answer.
        """
        key, wanted = (commit, name), tuple(annotations[:MOST])
        if self._shown.get(key, ()) == wanted or self._now() < self._shut_until:
            return
        try:
            self._report(commit, name, wanted)
        except Forbidden as error:
            is_news, self._shut_until = self._shut_until == float("-inf"), self._now() + AGAIN
            if is_news:
                structlog.get_logger().info("nothing is shown beside lines", error=error.message, hint=HINT)
            return
        self._shown[key] = wanted
        while len(self._shown) > REMEMBERED:
            self._shown.popitem(last=False)

    def _report(self, commit: CommitId, name: str, annotations: Sequence[Annotation]) -> None:
        """Make a check run that has ended, and add to it what is more than one request may bring."""
        told = {"name": name, "head_sha": commit, "status": "completed", "conclusion": _conclusion(annotations)}
        first = {**told, "output": _output(annotations, 0)}
        made = number(self._client.send("POST", f"{self._root}/check-runs", first), "id")
        for start in range(AT_ONCE, len(annotations), AT_ONCE):
            self._client.send("PATCH", f"{self._root}/check-runs/{made}", {"output": _output(annotations, start)})


def _conclusion(annotations: Sequence[Annotation]) -> str:
    if any(one.is_error for one in annotations):
        return "failure"
    return "neutral" if annotations else "success"


def _output(annotations: Sequence[Annotation], start: int) -> Mapping[str, Any]:
    title = f"{counted(len(annotations), 'problem')} in the specs" if annotations else "no problem in the specs"
    shown = [_as_document(one) for one in annotations[start : start + AT_ONCE]]
    return {"title": title, "summary": "See the comment on the pull request.", "annotations": shown}


def _as_document(one: Annotation) -> Mapping[str, Any]:
    level = "failure" if one.is_error else "warning"
    place = {"path": one.file, "start_line": one.line, "end_line": one.line}
    return {**place, "annotation_level": level, "message": one.message[:LONGEST]}
