"""Reviewing: each pull request is told once, again when something moved, and one that fails stops no other."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace

import pytest

from reconciler.loop.cycle import Pass
from reconciler.loop.reviewing import AGAIN, PAUSE, RULES, SOON, Reviewer
from reconciler.model.decision import Decision, Phase
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import CommitId
from reconciler.model.plan import Plan
from reconciler.model.reason import Reason
from reconciler.model.reviews import BranchRules, CommitStatus, PullRequest, Verdict
from reconciler.reviews.difference import Line
from reconciler.reviews.fulfilment import Shown
from reconciler.reviews.page import MOST_ROWS
from reconciler.reviews.rehearsal import Pair, Rehearsal
from reconciler.reviews.rehearsals import Seen
from tests.unit.reconciler import stage

ONE = PullRequest(1, "one", CommitId("1" * 40), ref="refs/pull/1/head")
TWO = PullRequest(2, "two", CommitId("2" * 40), ref="refs/pull/2/head")


class Found:
    """Rehearsals that find out what a test says."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.failing: dict[int, Exception] = {}
        self.shown: dict[int, Shown] = {}
        self.stalled: tuple[Decision, ...] = ()
        self.lines: dict[int, tuple[Line, ...]] = {}

    def of(self, pull: PullRequest, seen: Seen) -> Rehearsal:
        self.asked.append(pull.number)
        if pull.number in self.failing:
            raise self.failing[pull.number]
        if self.stalled:
            return Rehearsal("dev", Pair(seen.plan.commit, pull.commit), decisions=self.stalled)
        pair, shown, lines = (
            Pair(seen.plan.commit, pull.commit),
            self.shown.get(pull.number),
            self.lines.get(pull.number),
        )
        return Rehearsal("dev", pair, obstacle=f"of {pull.number}", shown=shown, lines=lines or ())


class Page:
    """A forge that keeps what is said."""

    def __init__(self, *pulls: PullRequest) -> None:
        self.open: Sequence[PullRequest] = pulls
        self.comments: list[tuple[int, str]] = []
        self.statuses: list[tuple[CommitId, CommitStatus]] = []
        self.asked_for_rules = 0

    def pulls(self) -> Sequence[PullRequest]:
        return self.open

    def refresh(self) -> None:
        return

    def me(self) -> str:
        return "setpoint"

    def rules(self) -> BranchRules | None:
        self.asked_for_rules += 1
        return None

    def comment(self, number: int, text: str) -> None:
        self.comments.append((number, text))

    def judge(self, commit: CommitId, status: CommitStatus) -> None:
        self.statuses.append((commit, status))


class Browsed(Page):
    """A forge on which people read files, too."""

    def file(self, revision: str, path: str, line: int = 0) -> str:
        return f"https://forge/{revision}/{path}#{line}"


class Kept:
    """Keeps whole pages, by number, unless that fails; `waiting` is which were said to be open last."""

    branch = "setpoint/dev"

    def __init__(self) -> None:
        self.pages: dict[int, str] = {}
        self.waiting: Collection[int] = ()
        self.trouble: Exception | None = None

    def keep(self, number: int, text: str, waiting: Collection[int]) -> str:
        if self.trouble:
            raise self.trouble
        self.pages[number], self.waiting = text, waiting
        return f"{number}.md"

    def tidy(self, waiting: Collection[int]) -> None:
        self.waiting = waiting


class Place:
    """A reviewer, and a clock that a test moves."""

    def __init__(self, *pulls: PullRequest) -> None:
        self.found, self.page, self.kept, self.now = Found(), Page(*pulls), Kept(), 0.0
        self.reviewer = Reviewer(self.found, "dev", lambda: self.page, self.kept, lambda: self.now)  # type: ignore[arg-type]

    def look(self, commit: str = "c" * 40, plan: str = "") -> None:
        decisions = stage.decide(stage.resource(stage.SHARED), stage.actual()) if plan else None
        told = Plan(CommitId(commit), "dev", {stage.SHARED: decisions} if decisions else {})
        self.reviewer.seen(Pass(stage.desired(), stage.actual(), told))
        self.reviewer.look()


def test_nothing_is_said_before_a_pass_or_without_a_forge() -> None:
    place = Place(ONE)
    assert place.reviewer.look() is False
    without = Reviewer(place.found, "dev", lambda: None, place.kept)  # type: ignore[arg-type]
    without.seen(Pass(stage.desired(), stage.actual(), Plan(stage.COMMIT, "dev")))
    assert without.look() is False
    assert place.found.asked == []


def test_each_is_told_once_by_a_comment_and_a_status() -> None:
    place = Place(ONE, TWO)
    place.look()
    place.look()
    assert place.found.asked == [1, 2]
    assert [number for number, _ in place.page.comments] == [1, 2]
    assert place.page.statuses[0] == (ONE.commit, CommitStatus("setpoint/dev", Verdict.FAILURE, "of 1", ONE.url))


def test_a_new_head_is_told_anew_and_a_closed_one_forgotten() -> None:
    place = Place(ONE, TWO)
    place.look()
    place.page.open = [replace(ONE, commit=CommitId("9" * 40))]
    place.look()
    assert place.found.asked == [1, 2, 1]
    place.page.open = [TWO]
    place.look()
    assert place.found.asked == [1, 2, 1, 2]


def test_when_the_branch_moves_those_whose_turn_comes_later_are_called_stale() -> None:
    place = Place(ONE, TWO)
    place.look()
    place.page.comments.clear()
    place.page.statuses.clear()
    place.look("d" * 40)
    assert [(number, "STALE" in text) for number, text in place.page.comments] == [(2, True), (1, False), (2, False)]
    assert [status.verdict for _, status in place.page.statuses] == [
        Verdict.PENDING,
        Verdict.FAILURE,
        Verdict.FAILURE,
    ]


def test_a_plan_that_goes_on_changing_is_followed_once_in_a_while() -> None:
    place = Place(ONE)
    place.look()
    place.look(plan="other")
    assert place.found.asked == [1]
    place.now = AGAIN
    place.look(plan="other")
    assert place.found.asked == [1, 1]


def test_one_that_would_stall_something_is_planned_again_in_the_world_as_it_is_now() -> None:
    """A pass that changes something isn't looked at: a proposal may be planned in a world before what it rests on."""
    place = Place(ONE)
    skipped = Decision(address=stage.API, phase=Phase.STALLED, reason=Reason.SKIPPED_ENVIRONMENT, message="not yet")
    place.found.stalled = (skipped,)
    place.look()
    place.now = SOON
    place.reviewer.look()
    assert place.found.asked == [1], "no pass has seen anything since"
    place.look()
    assert place.found.asked == [1, 1], "the plan in force is the same, and the world isn't"


def test_one_that_fails_stops_no_other_and_is_tried_again() -> None:
    place = Place(ONE, TWO)
    place.found.failing[1] = Unavailable("the repository is out of reach")
    with pytest.raises(Unavailable, match="pull request 1: it can't be planned: the repository is out of reach"):
        place.look()
    assert [number for number, _ in place.page.comments] == [2]
    place.found.failing.clear()
    place.look()
    assert [number for number, _ in place.page.comments] == [2], "it isn't tried at every tick"
    place.now = PAUSE
    place.look()
    assert [number for number, _ in place.page.comments] == [2, 1]


def test_a_forge_that_is_down_is_asked_once_in_a_while() -> None:
    place, asked = Place(ONE), list[float]()

    def down() -> Sequence[PullRequest]:
        asked.append(place.now)
        raise Unavailable("the forge can't be reached")

    place.page.pulls = down  # type: ignore[method-assign]
    for tick in range(100):
        place.now = tick * 0.25
        with suppress(Unavailable):
            place.look()
    assert asked == [0.0, PAUSE]


def test_what_can_t_be_found_out_is_an_error_on_the_commit() -> None:
    place = Place(ONE)
    place.found.failing[1] = Refused("its tree can't be read")
    with pytest.raises(Unavailable):
        place.look()
    assert place.page.statuses == [(ONE.commit, CommitStatus("setpoint/dev", Verdict.ERROR, "its tree can't be read"))]


def test_what_a_person_has_to_mend_is_told_once_and_tried_again_when_something_moves() -> None:
    """Such as a commit of a fork, to which GitLab gives no status, or a right that we lack."""
    place = Place(ONE, TWO)

    def refused(commit: CommitId, status: CommitStatus) -> None:
        if commit == ONE.commit:
            raise Refused("the forge doesn't let us post")
        place.page.statuses.append((commit, status))

    place.page.judge = refused  # type: ignore[method-assign]
    with pytest.raises(Unavailable, match="pull request 1: the forge doesn't let us post"):
        place.look()
    place.now = PAUSE
    place.look()
    assert place.found.asked == [1, 2]
    with pytest.raises(Unavailable):
        place.look("d" * 40)
    assert place.found.asked == [1, 2, 1, 2]


def test_a_pull_request_that_is_merged_is_told_whether_what_it_was_shown_is_what_was_done() -> None:
    place = Place(ONE)
    desired = stage.desired(stage.resource(stage.SHARED))
    plan = Plan(CommitId("c" * 40), "dev")
    place.found.shown[1] = Shown(desired, plan.digest, plan.changes)
    place.look()
    place.page.open = ()
    place.look()
    assert len(place.page.comments) == 1, "nothing that it was shown has been applied"
    merged = replace(plan, commit=CommitId("e" * 40))
    place.reviewer.passed(Pass(desired, stage.actual(), merged))
    place.reviewer.passed(Pass(desired, stage.actual(), replace(merged, decisions={stage.SHARED: SOME})))
    place.look("e" * 40)
    number, text = place.page.comments[-1]
    assert (number, text.partition(" (")[0]) == (
        1, "✅ `dev`: applied with `eeeeeeeeeeee`; what was shown is what was done",
    )  # fmt: skip
    place.look("e" * 40)
    assert len(place.page.comments) == 2


SOME = stage.decide(stage.resource(stage.SHARED), stage.actual())


def test_the_rules_of_the_branch_are_looked_up_once_in_a_while() -> None:
    place = Place(ONE, TWO)
    place.look()
    place.look("d" * 40)
    assert place.page.asked_for_rules == 1
    pages = [text for _, text in place.page.comments if "STALE" not in text]
    assert all("who has to approve isn't told" in text for text in pages)
    place.now += RULES
    place.look("e" * 40)
    assert place.page.asked_for_rules == 2


def test_what_a_comment_can_t_hold_is_kept_whole_and_linked_to() -> None:
    place = Place(ONE, TWO)
    place.page = Browsed(ONE, TWO)
    place.found.lines = {2: tuple(Line("~", stage.SHARED, (f"f{n}",), 1, 2) for n in range(MOST_ROWS + 1))}
    place.look()
    (_, short), (_, long) = place.page.comments
    assert "All of it" not in short
    assert "[All of it](https://forge/setpoint/dev/2.md#0)" in long
    assert "and 1 field more" in long
    assert "`f100`" in place.kept.pages[2]
    assert place.kept.waiting == {1, 2}
    place.page.open = [ONE]
    place.look()
    assert place.kept.waiting == {1}


def test_a_page_that_can_t_be_kept_is_said_all_the_same() -> None:
    place = Place(ONE)
    place.page = Browsed(ONE)
    place.kept.trouble = Unavailable("the repository is out of reach")
    place.found.lines = {1: tuple(Line("~", stage.SHARED, (f"f{n}",), 1, 2) for n in range(MOST_ROWS + 1))}
    place.look()
    ((_, text),) = place.page.comments
    assert "and 1 field more" in text
    assert "All of it" not in text
