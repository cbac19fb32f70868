"""What we say on pull requests: one comment, edited, and a status for each commit; nothing is said twice."""

import threading

from reconciler.forges.hub import Hub
from reconciler.forges.sections import is_ours, with_section
from reconciler.model.ids import CommitId
from reconciler.model.reviews import Comment, CommitStatus

REMEMBERED = 2000
"""Comments and statuses whose text is remembered, so that the forge isn't asked for it again."""


class Conversation:
    """What one environment says on a forge.

    Args:
        hub: the forge.
        key: the environment's name: our section of the comment.
    """

    def __init__(self, hub: Hub, key: str) -> None:
        self._hub = hub
        self._key = key
        self._lock = threading.Lock()
        self._me = ""
        self._comments: dict[int, str] = {}
        self._judged: dict[tuple[CommitId, str], CommitStatus] = {}

    def comment(self, number: int, text: str) -> None:
        """Say this on a pull request. What another daemon wrote into the same comment meanwhile is kept.

        Raises:
            Refused: we may not.
            Unavailable: the forge is out of reach.
        """
        with self._lock:
            if self._comments.get(number) == text:
                return
            former = self._found(number)
            wanted = with_section(former.text if former else "", self._key, text)
            if former is None:
                self._hub.say(number, wanted)
            elif former.text.strip() != wanted.strip():
                self._hub.edit(number, former.id, wanted)
            if len(self._comments) > REMEMBERED:
                self._comments.clear()
            self._comments[number] = text

    def _found(self, number: int) -> Comment | None:
        """Find our comment: by its first line and by its author, since anybody can write such a line."""
        self._me = self._me or self._hub.me()
        ours = (one for one in self._hub.comments(number) if one.author == self._me and is_ours(one.text))
        return next(ours, None)

    def judge(self, commit: CommitId, status: CommitStatus) -> None:
        """Give a commit a status, unless it has that already.

        Raises:
            Refused: we may not.
            Unavailable: the forge is out of reach.
        """
        wanted = status.fitted()
        key = (commit, status.context)
        with self._lock:
            if key not in self._judged:
                known = {one.context: one for one in self._hub.statuses(commit)}
                self._judged |= {(commit, context): one for context, one in known.items()}
            if self._judged.get(key) == wanted:
                return
            self._hub.judge(commit, wanted)
            if len(self._judged) > REMEMBERED:
                self._judged.clear()
            self._judged[key] = wanted
