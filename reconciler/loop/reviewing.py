"""Reviewing: what each open pull request would do is said on it, by a thread of its own.

A pull request is rehearsed again when its head or the branch has moved, and when the plan that is in force has changed
for a while; one by which something would stall, when a pass has seen the world anew: a model that a route held back may
have served since. What the forge wasn't told yet is told again at the next look. Before all comes what waits in a
merge queue, as others wait for that.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from reconciler.containment import Failure, Success, contain
from reconciler.loop.cycle import Pass
from reconciler.loop.queued import MergeQueue
from reconciler.loop.whole_pages import WholePages
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import CommitId, Digest
from reconciler.model.reviews import CommitStatus, PullRequest, Verdict, context_of
from reconciler.ports.reviews import Annotated, Browsable, Reviews
from reconciler.reviews.asked import asked_of_a_merge, asked_of_people
from reconciler.reviews.fulfilment import Done, Shown, begun, fulfilled
from reconciler.reviews.page import EVERY_ROW, Form, annotations_of, is_long, page, stale
from reconciler.reviews.rehearsal import Rehearsal
from reconciler.reviews.rehearsals import Rehearsals, Seen

PAUSE = 15.0
"""Seconds after a look in which something failed until the next one: a forge that is down isn't asked at every tick."""
KEPT = 50
"""Pull requests of which it is kept what they were shown, and commits of which it is kept what was done first."""
RULES = 3600.0
"""Seconds for which the rules of the branch are taken for what they were."""
AGAIN = 60.0
"""Seconds after which a pull request is rehearsed again where nothing but the plan in force has changed."""
SOON = 5.0
"""Seconds after which one that would stall something is rehearsed again, once a pass has seen the world anew."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What a pull request was told of, and when: its head, the base, the plan that was in force, if it would stall."""

    commit: CommitId
    base: CommitId
    plan: Digest
    when: float
    stalls: bool
    turn: int


class Reviewer:
    """Says on each open pull request what it would do. `seen` may be called by any thread, `look` by one.

    Args:
        rehearsals: what finds it out.
        environment: the environment's name.
        reviews: where the pull requests are; None while the forge has none.
        pages: keeps what is longer than a comment.
        now: a clock that only runs forward, in seconds.
    """

    def __init__(
        self,
        rehearsals: Rehearsals,
        environment: str,
        reviews: Callable[[], Reviews | None],
        pages: WholePages,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rehearsals = rehearsals
        self._environment = environment
        self._context = context_of(environment)
        self._pages = pages
        self._queue = MergeQueue(rehearsals, self._context)
        self._reviews = reviews
        self._now = now
        self._last: Pass | None = None
        self._turn = 0
        """Counts the passes that were seen; `_at` is the count at the last look."""
        self._at = 0
        self._open: frozenset[int] = frozenset()
        self._said: dict[int, _Said] = {}
        self._shown: dict[int, Shown] = {}
        self._done: deque[Done] = deque(maxlen=KEPT)
        self._asked: tuple[float, str] = (-RULES, "")
        self._not_before = 0.0
        self._lock = threading.Lock()

    def passed(self, done: Pass) -> None:
        """Take in what a pass did on its commit, where a pull request was shown anything that it may have been."""
        if not self._shown:
            return
        with self._lock:
            if self._done and self._done[-1].commit == done.plan.commit:
                self._done[-1] = self._done[-1].with_pass(done.plan)
            else:
                self._done.append(begun(done.desired, done.plan))

    def seen(self, done: Pass) -> None:
        """Take in what a pass has observed and planned."""
        with self._lock:
            self._last = done
            self._turn += 1

    def look(self) -> bool:
        """Say on each open pull request what isn't said there yet; False, as nothing of this asks for a pass.

        Raises:
            Unavailable: some of it couldn't be said; the rest was.
        """
        with self._lock:
            done, self._at = self._last, self._turn
        reviews = self._reviews()
        if done is None or reviews is None or self._now() < self._not_before:
            return False
        self._not_before = self._now() + PAUSE
        self._say(reviews, done)
        self._not_before = 0.0
        return False

    def _say(self, reviews: Reviews, done: Pass) -> None:
        queued = self._queue.look(reviews, done)
        pulls = reviews.pulls()
        self._open = frozenset(pull.number for pull in pulls)
        tidied = contain(lambda: self._pages.tidy(self._open))
        self._said = {pull.number: self._said[pull.number] for pull in pulls if pull.number in self._said}
        closed = self._shown.keys() - {pull.number for pull in pulls}
        rests = done.plan.commit
        kept = [contain(lambda one=one: self._fulfil(reviews, one, rests)) for one in sorted(closed)]  # type: ignore[misc]
        waiting = [pull for pull in pulls if self._is_due(pull, done)]
        for pull in waiting[1:]:
            contain(lambda pull=pull: self._mark_stale(reviews, pull, done))  # type: ignore[misc]
        told = [contain(lambda pull=pull: self._tell(reviews, pull, done)) for pull in waiting]  # type: ignore[misc]
        if failures := [result for result in (*queued, tidied, *kept, *told) if isinstance(result, Failure)]:
            raise Unavailable(failures[0].message, failures[0].hint)

    def _fulfil(self, reviews: Reviews, number: int, rests: CommitId) -> None:
        """Say on a pull request that is open no more whether what it was shown is what was done, once that rests."""
        shown = self._shown[number]
        with self._lock:
            newest = self._done[-1].commit if self._done else None
            done = next((one for one in reversed(self._done) if shown.is_of(one.desired)), None)
        if done is not None and (done.commit != newest or done.commit == rests):
            reviews.comment(number, fulfilled(self._environment, shown, done))
            del self._shown[number]

    def _is_due(self, pull: PullRequest, done: Pass) -> bool:
        said = self._said.get(pull.number)
        if said is None or (said.commit, said.base) != (pull.commit, done.plan.commit):
            return True
        if said.stalls and said.turn != self._at and self._now() - said.when >= SOON:
            return True
        return said.plan != done.plan.digest and self._now() - said.when >= AGAIN

    def _mark_stale(self, reviews: Reviews, pull: PullRequest, done: Pass) -> None:
        """Take back what was said of a base that isn't the newest any more, while others' turn comes first."""
        said = self._said.get(pull.number)
        if said is None or said.base == done.plan.commit:
            return
        reviews.judge(pull.commit, CommitStatus(self._context, Verdict.PENDING, "the branch has moved: planned anew"))
        reviews.comment(pull.number, stale(self._environment, done.plan.commit))

    def _tell(self, reviews: Reviews, pull: PullRequest, done: Pass) -> None:
        """Rehearse a pull request and say what came of it.

        What a person has to mend before it can be done is tried again when something has moved.

        Raises:
            Unavailable: it couldn't be found out, or said.
        """
        told = contain(lambda: self._publish(reviews, pull, done))
        if isinstance(told, Success) or not told.retry:
            stalls = isinstance(told, Success) and told.value
            head, base, plan = pull.commit, done.plan.commit, done.plan.digest
            self._said[pull.number] = _Said(head, base, plan, self._now(), stalls, self._at)
        if isinstance(told, Failure):
            raise Unavailable(f"pull request {pull.number}: {told.message}", told.hint)

    def _rules(self, reviews: Reviews) -> str:
        """Return what the rules of the branch ask of a merge, which is looked up once in a while."""
        if self._now() - self._asked[0] >= RULES:
            found = contain(reviews.rules)
            self._asked = self._now(), asked_of_a_merge(found.value if isinstance(found, Success) else None)
        return self._asked[1]

    def _keep(self, number: int, rehearsal: Rehearsal) -> None:
        """Remember what a pull request was shown, unless nothing changes by it; the oldest is forgotten."""
        self._shown.pop(number, None)
        if rehearsal.shown is not None and not rehearsal.is_quiet:
            self._shown[number] = rehearsal.shown
        for oldest in list(self._shown)[:-KEPT]:
            del self._shown[oldest]

    def _written(self, reviews: Reviews, pull: PullRequest, rehearsal: Rehearsal) -> str:
        """Write a rehearsal's page; where a comment can't hold it, all of it is kept elsewhere and linked to."""
        if not isinstance(reviews, Browsable):
            return page(rehearsal)
        form = Form(link=partial(reviews.file, pull.commit))
        if is_long(rehearsal, form):
            whole = page(rehearsal, replace(form, rows=EVERY_ROW))
            kept = contain(lambda: self._pages.keep(pull.number, whole, self._open))
            if isinstance(kept, Success):
                form = replace(form, whole=reviews.file(self._pages.branch, kept.value))
        return page(rehearsal, form)

    def _publish(self, reviews: Reviews, pull: PullRequest, done: Pass) -> bool:
        """Rehearse a pull request, and say what came of it; return whether something would stall."""
        found = contain(lambda: self._rehearsals.of(pull, Seen(done.desired, done.actual, done.plan)))
        if isinstance(found, Success):
            proposals, teams = done.actual.proposals, done.actual.teams
            people = asked_of_people(done.desired, proposals, pull.branch, teams) if not pull.is_fork else None
            asked = (*((people,) if people else ()), self._rules(reviews))
            rehearsal = replace(found.value, notes=(*found.value.notes, *asked))
            reviews.comment(pull.number, self._written(reviews, pull, rehearsal))
            self._keep(pull.number, rehearsal)
            reviews.judge(pull.commit, CommitStatus(self._context, rehearsal.verdict, rehearsal.summary, pull.url))
            if isinstance(reviews, Annotated):
                reviews.annotate(pull.commit, self._context, annotations_of(rehearsal))
            return bool(rehearsal.stalled)
        if not found.retry:
            reviews.judge(pull.commit, CommitStatus(self._context, Verdict.ERROR, found.message))
        raise (Unavailable if found.retry else Refused)(f"it can't be planned: {found.message}", found.hint)
