"""A forge in memory: pull requests, comments and statuses as values, and each call counted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from reconciler.forges.hub import Merge
from reconciler.model.ids import CommitId
from reconciler.model.reviews import Comment, CommitStatus, PullRequest, PullState, Review


class MemoryHub:
    """One repository on a forge; `merges` are the answers to the next merges, then all are done."""

    place = "the forge memory"
    refs = "refs/pull"
    queues = "refs/heads/queue"

    def __init__(self) -> None:
        self.all: dict[int, PullRequest] = {}
        self.texts: dict[int, str] = {}
        self.said: dict[int, list[Comment]] = {}
        self.judged: dict[CommitId, list[CommitStatus]] = {}
        self.reviewed: dict[int, list[Review]] = {}
        self.heads: dict[str, CommitId] = {}
        self.merges: list[Merge] = []
        self.calls: Counter[str] = Counter()

    def me(self) -> str:
        self.calls["me"] += 1
        return "setpoint"

    def pulls(self, base: str) -> Sequence[PullRequest]:
        self.calls["pulls"] += 1
        return [pull for pull in self.all.values() if pull.state is PullState.OPEN]

    def latest(self, base: str, branch: str) -> PullRequest | None:
        self.calls["latest"] += 1
        return next((p for p in reversed(self.all.values()) if p.branch == branch and not p.is_fork), None)

    def open(self, base: str, branch: str, title: str, body: str) -> PullRequest:
        self.calls["open"] += 1
        number = len(self.all) + 1
        self.texts[number] = body
        self.all[number] = PullRequest(number, branch, self.heads.get(branch, CommitId("0" * 40)), title=title)
        return self.all[number]

    def close(self, number: int) -> None:
        self.calls["close"] += 1
        self.all[number] = replace(self.all[number], state=PullState.CLOSED)

    def merge(self, number: int, head: CommitId, message: str) -> Merge:
        self.calls["merge"] += 1
        answer = self.merges.pop(0) if self.merges else Merge.DONE
        if answer is Merge.DONE:
            self.all[number] = replace(self.all[number], state=PullState.MERGED)
        return answer

    def reviews(self, number: int) -> Sequence[Review]:
        self.calls["reviews"] += 1
        return list(self.reviewed.get(number, ()))

    def comments(self, number: int) -> Sequence[Comment]:
        self.calls["comments"] += 1
        return list(self.said.get(number, ()))

    def say(self, number: int, text: str) -> Comment:
        self.calls["say"] += 1
        comment = Comment(100 * number + len(self.said.get(number, ())), text, "setpoint")
        self.said.setdefault(number, []).append(comment)
        return comment

    def edit(self, number: int, comment: int, text: str) -> None:
        self.calls["edit"] += 1
        self.said[number] = [replace(one, text=text) if one.id == comment else one for one in self.said[number]]

    def statuses(self, commit: CommitId) -> Sequence[CommitStatus]:
        self.calls["statuses"] += 1
        return list(self.judged.get(commit, ()))

    def judge(self, commit: CommitId, status: CommitStatus) -> None:
        self.calls["judge"] += 1
        others = [one for one in self.judged.get(commit, ()) if one.context != status.context]
        self.judged[commit] = [*others, status]
