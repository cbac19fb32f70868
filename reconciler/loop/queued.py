"""Merge queues: of what a forge would merge next a commit status says what that would do, as on its pull request.

A queue merges nothing before the statuses that the branch's rules ask for stand on a commit of its own. What it drops
is forgotten; nobody is told by a comment, as the page of the pull request says it.
"""

from reconciler.containment import Failure, Success, contain
from reconciler.loop.cycle import Pass
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import CommitId
from reconciler.model.reviews import CommitStatus, Queued, Verdict
from reconciler.ports.reviews import Queueing, Reviews
from reconciler.reviews.rehearsals import Rehearsals, Seen


class MergeQueue:
    """Judges what waits in a merge queue, each once for each commit of the branch. Belongs to one thread.

    Args:
        rehearsals: what finds it out.
        context: what our commit statuses are called.
    """

    def __init__(self, rehearsals: Rehearsals, context: str) -> None:
        self._rehearsals = rehearsals
        self._context = context
        self._judged: dict[Queued, CommitId] = {}

    def look(self, reviews: Reviews, done: Pass) -> list[Success[None] | Failure]:
        """Judge what isn't judged yet; return what came of each. The first to be merged is the first to be judged.

        Args:
            reviews: the forge; one without merge queues has nothing that waits.
            done: the last pass, by which the world is known.
        """
        waiting = reviews.queued() if isinstance(reviews, Queueing) else ()
        self._judged = {one: self._judged[one] for one in waiting if one in self._judged}
        due = [one for one in waiting if self._judged.get(one) != done.plan.commit]
        return [contain(lambda one=one: self._judge(reviews, one, done)) for one in due]  # type: ignore[misc]

    def _judge(self, reviews: Reviews, queued: Queued, done: Pass) -> None:
        """Rehearse one and say what came of it.

        Raises:
            Unavailable: it couldn't be found out, or said; it is tried again.
            Refused: it can't be found out.
        """
        seen = Seen(done.desired, done.actual, done.plan)
        found = contain(lambda: self._rehearsals.of_queued(queued, seen))
        if isinstance(found, Success):
            status = CommitStatus(self._context, found.value.verdict, found.value.summary)
        elif found.retry:
            raise Unavailable(f"{queued.ref} can't be planned: {found.message}", found.hint)
        else:
            status = CommitStatus(self._context, Verdict.ERROR, found.message)
        reviews.judge(queued.commit, status)
        self._judged[queued] = done.plan.commit
        if isinstance(found, Failure):
            raise Refused(f"{queued.ref} can't be planned: {found.message}", found.hint)
