"""Proposals as pull requests, on real branches and a forge in memory: what a page says, and when nobody is asked."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.forges.branches import ProposalBranches
from reconciler.forges.client import Absent
from reconciler.forges.hub import Merge
from reconciler.forges.pull_requests import HEARD_FOR, LONGEST_BODY, PAUSES, TOLD_FOR, PullRequestForge
from reconciler.forges.web_files import WebFiles
from reconciler.git.repository import Repository, open_repository
from reconciler.model.errors import Raced, Refused, Transient
from reconciler.model.ids import CommitId
from reconciler.model.notifications import Event
from reconciler.model.observed import ProposalState
from reconciler.model.reviews import CommitStatus, Opinion, PullRequest, PullState, Queued, Review, Verdict
from reconciler.ports.forge import Agreed, CauseNote, ProposalOrder
from tests.unit.reconciler.forges.memory_hub import MemoryHub
from tests.unit.reconciler.forges.test_noticeboard import MemoryIssues
from tests.unit.reconciler.git.people import Clone, bare

NAME = "promotions/loans/3f2a1b4c5d6e"
BRANCH = f"proposals/prod/{NAME}"
FILE = "environments/prod/deployments/loans.yaml"


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds


class Place:
    """A repository far away, a person's clone of it, and the forge that knows its branches."""

    def __init__(self, folder: Path) -> None:
        origin = bare(folder / "origin.git")
        self.ada = Clone(folder / "ada", origin)
        self.ada.commit({FILE: "model: {trial: old}\n"})
        self.ada.push()
        self.repository: Repository = open_repository(f"file://{origin}", folder / "state")
        self.hub, self.time = MemoryHub(), Time()
        self.branches = ProposalBranches(self.repository, "prod", "main")
        self.forge = PullRequestForge(
            self.branches,
            self.hub,
            self.repository,
            "prod",
            files=WebFiles("https://forge.test", "team/models", "blob", "blob", "raw"),
            now=self.time.now,
            sleep=self.time.sleep,
        )

    def order(self, value: str = "new") -> ProposalOrder:
        head = CommitId(self.repository.ref("refs/heads/main") or "")
        return ProposalOrder(NAME, head, FILE, {"model.trial": value}, "Promote a trial", "It is better.")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.repository.close()


def test_a_proposal_has_a_branch_and_a_page_that_says_what_it_is(place: Place) -> None:
    place.forge.propose(place.order())
    assert place.forge.list()[NAME].branch == BRANCH
    assert place.hub.all[1].title == "Promote a trial"


def test_its_page_shows_pictures_of_the_status_branch_however_long_its_text_is(place: Place) -> None:
    commit = place.ada.commit({"reports/a.png": "a picture"})
    place.ada.git("push", "--quiet", "origin", "HEAD:refs/heads/setpoint/prod")
    raw = "https://forge.test/team/models/raw"
    place.forge.propose(replace(place.order(), pictures={"reports/a.png": "a"}, body="x" * LONGEST_BODY))
    assert place.hub.texts[1].endswith(f"![a]({raw}/{commit}/reports/a.png)\n")
    assert len(place.hub.texts[1]) == LONGEST_BODY


def test_where_nothing_is_proposed_the_forge_isn_t_asked(place: Place) -> None:
    assert dict(place.forge.list()) == {}
    assert not place.hub.calls


def test_the_list_of_pull_requests_is_asked_for_once_in_a_while(place: Place) -> None:
    place.forge.propose(place.order())
    place.hub.calls.clear()
    for _ in range(5):
        place.forge.list()
    assert place.hub.calls == {"pulls": 1, "reviews": 1, "statuses": 1}
    place.time.sleep(HEARD_FOR)
    place.forge.list()
    assert (place.hub.calls["pulls"], place.hub.calls["latest"]) == (2, 0)


def test_where_webhooks_tell_of_changes_it_is_asked_for_at_once_and_else_less_often(place: Place) -> None:
    place.forge.propose(place.order())
    place.forge.list()
    place.hub.calls.clear()
    place.forge.refresh()
    place.forge.list()
    place.time.sleep(HEARD_FOR)
    place.forge.list()
    assert place.hub.calls["pulls"] == 1
    place.time.sleep(TOLD_FOR)
    place.forge.list()
    assert place.hub.calls["pulls"] == 2


def test_opinions_are_asked_for_with_the_list_where_the_forge_doesn_t_tell_of_changes(place: Place) -> None:
    place.forge.propose(place.order())
    head = place.forge.list()[NAME].commit
    place.hub.reviewed[1] = [Review("ada", head, Opinion.APPROVED)]
    assert place.forge.list()[NAME].reviews == ()
    place.time.sleep(HEARD_FOR)
    assert [review.author for review in place.forge.list()[NAME].reviews] == ["ada"]
    place.hub.reviewed[1] = []
    place.time.sleep(HEARD_FOR)
    assert place.forge.list()[NAME].reviews == ()
    place.hub.all[1] = replace(place.hub.all[1], updated="now")
    place.time.sleep(HEARD_FOR)
    place.forge.list()
    place.hub.calls.clear()
    place.time.sleep(HEARD_FOR)
    place.forge.list()
    assert place.hub.calls == {"pulls": 1, "statuses": 1}


def test_a_head_that_moves_has_the_list_asked_for_again(place: Place) -> None:
    assert list(place.forge.pulls()) == []
    place.hub.all[1] = PullRequest(1, "change", CommitId("a" * 40))
    assert list(place.forge.pulls()) == []
    place.ada.push("HEAD:refs/pull/1/head")
    place.repository.refresh()
    place.repository.ref("refs/heads/main")
    assert [pull.number for pull in place.forge.pulls()] == [1]


def test_a_branch_whose_page_wasn_t_made_is_no_proposal_yet_and_is_finished(place: Place) -> None:
    place.branches.propose(place.order())
    assert dict(place.forge.list()) == {}
    place.forge.propose(place.order())
    assert NAME in place.forge.list()
    assert place.hub.calls["open"] == 1


def test_a_page_that_a_person_closed_was_declined_and_may_be_proposed_anew(place: Place) -> None:
    place.forge.propose(place.order())
    place.hub.close(1)
    place.forge.refresh()
    assert place.forge.list()[NAME].state is ProposalState.CLOSED
    with pytest.raises(Refused, match="it was closed"):
        place.forge.merge(NAME)
    assert place.hub.calls["merge"] == 0
    place.forge.propose(place.order("newer"))
    assert place.forge.list()[NAME].state is ProposalState.OPEN
    assert place.hub.calls["open"] == 2
    assert place.ada.git("fetch", "-q", "origin", BRANCH) == ""
    assert "newer" in place.ada.git("show", f"FETCH_HEAD:{FILE}")


def test_a_page_that_was_merged_by_a_squash_is_merged_though_git_doesn_t_know(place: Place) -> None:
    place.forge.propose(place.order())
    place.hub.all[1] = replace(place.hub.all[1], state=PullState.MERGED)
    place.forge.refresh()
    assert place.forge.list()[NAME].state is ProposalState.MERGED
    calls = place.hub.calls["merge"]
    place.forge.merge(NAME)
    assert place.hub.calls["merge"] == calls


def test_the_branch_of_a_fork_that_has_the_same_name_is_nobody_s(place: Place) -> None:
    place.branches.propose(place.order())
    commit = place.branches.list()[NAME].commit
    place.hub.all[1] = PullRequest(1, BRANCH, commit, is_fork=True)
    assert dict(place.forge.list()) == {}
    place.forge.close(NAME)
    assert place.hub.calls["close"] == 0


def test_a_merge_that_the_forge_isn_t_ready_for_is_asked_for_again(place: Place) -> None:
    place.forge.propose(place.order())
    place.hub.merges = [Merge.LATER, Merge.LATER]
    place.forge.merge(NAME)
    assert place.hub.calls["merge"] == 3


@pytest.mark.parametrize(
    ("answers", "error"), [([Merge.LATER] * len(PAUSES), Transient), ([Merge.MOVED], Raced)], ids=["later", "moved"]
)
def test_a_merge_that_can_t_be_made_now_is_told(place: Place, answers: list[Merge], error: type[Exception]) -> None:
    place.forge.propose(place.order())
    place.hub.merges = answers
    with pytest.raises(error):
        place.forge.merge(NAME)


@pytest.mark.parametrize("answer", [Merge.LATER, Merge.CONFLICT])
def test_a_conflict_is_seen_by_git_where_the_forge_only_says_later(place: Place, answer: Merge) -> None:
    place.forge.propose(place.order())
    place.ada.commit({FILE: "model: {trial: by-hand}\n"})
    place.ada.push()
    place.repository.refresh()
    place.hub.merges = [answer]
    with pytest.raises(Refused, match="conflicts with main"):
        place.forge.merge(NAME)
    assert place.hub.calls["merge"] == 1


def test_a_forge_that_hasn_t_heard_of_the_branch_is_given_time(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, refusals = place.hub.open, [Absent("not found", "", 404, "")] * 2

    def late(base: str, branch: str, title: str, body: str) -> PullRequest:
        if refusals:
            raise refusals.pop()
        return opened(base, branch, title, body)

    monkeypatch.setattr(place.hub, "open", late)
    place.forge.propose(place.order())
    assert NAME in place.forge.list()


def test_a_page_that_the_forge_closes_for_a_branch_deleted_before_is_opened_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.forge.propose(place.order())
    place.forge.close(NAME)
    sleep = place.forge._sleep

    def late(seconds: float) -> None:
        if place.hub.all[max(place.hub.all)].number == 2:
            place.hub.close(2)
        sleep(seconds)

    monkeypatch.setattr(place.forge, "_sleep", late)
    place.forge.propose(place.order())
    assert place.forge.list()[NAME].state is ProposalState.OPEN


def test_a_text_that_is_too_long_is_cut(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    bodies: list[str] = []
    opened = place.hub.open

    def kept(base: str, branch: str, title: str, body: str) -> PullRequest:
        bodies.append(body)
        return opened(base, branch, title, body)

    monkeypatch.setattr(place.hub, "open", kept)
    place.forge.propose(replace(place.order(), body="x" * 2 * LONGEST_BODY))
    assert len(bodies[0]) == LONGEST_BODY
    assert bodies[0].startswith(f"<!-- setpoint: proposal {NAME} -->")


def test_the_statuses_of_a_proposal_are_looked_at_with_the_list_and_on_a_hint_and_once_we_have_judged_it(
    place: Place,
) -> None:
    place.forge.propose(place.order())
    proposal = place.forge.list()[NAME]
    assert proposal.statuses == ()
    others = CommitStatus("security/scan", Verdict.SUCCESS, "no findings")
    place.hub.judged[proposal.commit] = [others]
    assert place.forge.list()[NAME].statuses == ()
    place.time.sleep(HEARD_FOR)
    assert place.forge.list()[NAME].statuses == (others,)
    failed = replace(others, verdict=Verdict.FAILURE)
    place.hub.judged[proposal.commit] = [failed]
    place.forge.refresh()
    assert place.forge.list()[NAME].statuses == (failed,)
    place.hub.judged[proposal.commit] = [others]
    ours = CommitStatus("setpoint/prod/soak", Verdict.PENDING, "for a day")
    place.forge.judge(proposal.commit, ours)
    assert set(place.forge.list()[NAME].statuses or ()) == {others, ours}


def test_a_page_is_closed_with_the_reason(place: Place) -> None:
    place.forge.propose(place.order())
    place.forge.close(NAME, "another proposal replaces it")
    (comment,) = place.hub.said[1]
    assert "Closed: another proposal replaces it." in comment.text
    assert place.hub.all[1].state is PullState.CLOSED


def test_what_people_said_must_still_hold_when_it_is_merged(place: Place) -> None:
    place.forge.propose(place.order())
    head = place.forge.list()[NAME].commit
    said = (Review("ada", head, Opinion.APPROVED),)
    place.hub.reviewed[1] = [Review("ada", head, Opinion.DECLINED)]
    agreed = Agreed(head, FILE, place.order().edits, said)
    with pytest.raises(Raced, match="what people say of proposal"):
        place.forge.merge(NAME, agreed)
    assert place.hub.calls["merge"] == 0
    place.hub.reviewed[1] = list(said)
    place.forge.merge(NAME, agreed)
    assert place.hub.calls["merge"] == 1


def test_what_waits_in_the_merge_queue_is_told_by_the_repository_s_refs(place: Place) -> None:
    for ref in ("queue/main/pr-2-b", "queue/main/pr-1-a", "queue/main/two/pr-3-c", "queue/mainly/pr-4-d"):
        place.ada.push(f"HEAD:refs/heads/{ref}")
    assert place.forge.queued() == (), "nobody has asked the repository yet"
    place.repository.refresh()
    place.repository.ref("refs/heads/main")
    head = CommitId(place.ada.git("rev-parse", "HEAD"))
    found = ("refs/heads/queue/main/pr-1-a", "refs/heads/queue/main/pr-2-b")
    assert place.forge.queued() == tuple(Queued(ref, head) for ref in found)
    assert not place.hub.calls


def test_a_forge_without_issues_says_so(place: Place) -> None:
    with pytest.raises(Refused, match="has no issues"):
        place.forge.post(CauseNote("0123456789ab", Event.BEGAN, "title", "body"))


def test_what_a_release_did_is_said_where_it_was_released_and_nowhere_before(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    issues = MemoryIssues()
    monkeypatch.setattr(place.hub, "issues", issues, raising=False)
    place.forge.propose(place.order())
    note = CauseNote("0123456789ab", Event.BEGAN, "title", "body", NAME)
    place.forge.post(note)
    assert len(issues.all) == 1
    place.hub.merge(1, CommitId("0" * 40), "")
    place.forge.post(note)
    assert [one.text.splitlines()[-1] for one in place.hub.said[1]] == ["body"]
    assert len(issues.all) == 1
