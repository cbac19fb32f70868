"""Merge queues: what waits is judged once for each commit of the branch, by a status alone."""

from collections.abc import Sequence

from reconciler.containment import Failure, Success
from reconciler.loop.cycle import Pass
from reconciler.loop.queued import MergeQueue
from reconciler.model.errors import Refused, SetpointError, Unavailable
from reconciler.model.ids import CommitId
from reconciler.model.plan import Plan
from reconciler.model.reviews import CommitStatus, Queued, Verdict
from reconciler.reviews.rehearsal import Pair, Rehearsal
from reconciler.reviews.rehearsals import Seen
from tests.unit.reconciler import stage

FIRST = Queued("refs/heads/gh-readonly-queue/main/pr-1-c", CommitId("1" * 40))
SECOND = Queued("refs/heads/gh-readonly-queue/main/pr-2-1", CommitId("2" * 40))


class Found:
    """Rehearsals that find out what a test says."""

    def __init__(self) -> None:
        self.asked: list[Queued] = []
        self.failing: dict[Queued, SetpointError] = {}

    def of_queued(self, queued: Queued, seen: Seen) -> Rehearsal:
        self.asked.append(queued)
        if queued in self.failing:
            raise self.failing[queued]
        return Rehearsal("dev", Pair(seen.plan.commit, queued.commit), obstacle=queued.ref[-6:])


class Page:
    """A forge with a queue, which keeps what is said of commits and takes no comment."""

    def __init__(self, *waiting: Queued) -> None:
        self.waiting: Sequence[Queued] = waiting
        self.statuses: list[tuple[CommitId, CommitStatus]] = []

    def queued(self) -> Sequence[Queued]:
        return self.waiting

    def judge(self, commit: CommitId, status: CommitStatus) -> None:
        self.statuses.append((commit, status))


class Place:
    """A queue, what finds out, and the forge."""

    def __init__(self, *waiting: Queued) -> None:
        self.found, self.page = Found(), Page(*waiting)
        self.queue = MergeQueue(self.found, "setpoint/dev")  # type: ignore[arg-type]

    def look(self, commit: str = "c" * 40) -> list[Success[None] | Failure]:
        done = Pass(stage.desired(), stage.actual(), Plan(CommitId(commit), "dev"))
        return self.queue.look(self.page, done)  # type: ignore[arg-type]


def test_each_is_judged_once_in_its_order_and_again_when_the_branch_has_moved() -> None:
    place = Place(FIRST, SECOND)
    place.look()
    place.look()
    assert place.page.statuses == [
        (FIRST.commit, CommitStatus("setpoint/dev", Verdict.FAILURE, "pr-1-c")),
        (SECOND.commit, CommitStatus("setpoint/dev", Verdict.FAILURE, "pr-2-1")),
    ]
    place.page.waiting = [SECOND]
    place.look("1" * 40)
    assert place.found.asked == [FIRST, SECOND, SECOND]


def test_one_that_comes_again_after_it_had_left_is_judged_again() -> None:
    place = Place(FIRST)
    place.look()
    place.page.waiting = []
    place.look()
    place.page.waiting = [FIRST]
    place.look()
    assert place.found.asked == [FIRST, FIRST]


def test_one_that_isn_t_here_yet_is_tried_again_and_stops_no_other() -> None:
    place = Place(FIRST, SECOND)
    place.found.failing = {FIRST: Unavailable("it isn't there", "wait")}
    failed, done = place.look()
    assert isinstance(failed, Failure)
    assert failed.message == f"{FIRST.ref} can't be planned: it isn't there"
    assert isinstance(done, Success)
    assert [commit for commit, _ in place.page.statuses] == [SECOND.commit]
    place.found.failing = {}
    place.look()
    assert [commit for commit, _ in place.page.statuses] == [SECOND.commit, FIRST.commit]


def test_what_a_person_has_to_mend_is_an_error_and_told_once() -> None:
    place = Place(FIRST)
    place.found.failing = {FIRST: Refused("it can't be read")}
    (failed,) = place.look()
    assert isinstance(failed, Failure)
    assert place.page.statuses == [(FIRST.commit, CommitStatus("setpoint/dev", Verdict.ERROR, "it can't be read"))]
    assert place.look() == []


def test_a_forge_without_queues_has_nothing_that_waits() -> None:
    done = Pass(stage.desired(), stage.actual(), Plan(stage.COMMIT, "dev"))
    assert Place().queue.look(object(), done) == []  # type: ignore[arg-type]
