"""What every forge with pull requests promises of them, on every provider of this distribution."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.conformance.test_forge import EDITS, FILE, NAME, begin, order
from reconciler.forges.pull_requests import PullRequestForge
from reconciler.model.errors import Raced, Refused
from reconciler.model.notifications import Event
from reconciler.model.reviews import CommitStatus, Opinion, Verdict
from reconciler.ports.forge import Agreed, CauseNote
from tests.conformance.forges import BENCHES, REVIEWED, SERVERS
from tests.conformance.pushed_forges import ReviewBench
from tests.servers.fixtures import provider
from tests.servers.process import until


@pytest.fixture(params=[provider(name, SERVERS.get(name, ""), __file__) for name in REVIEWED])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ReviewBench]:
    server = request.getfixturevalue(SERVERS[request.param]) if request.param in SERVERS else None
    bench: Any = BENCHES[request.param](tmp_path, server)
    begin(bench)
    yield bench
    bench.close()


@pytest.fixture
def forge(bench: ReviewBench) -> PullRequestForge:
    forge = bench.open()
    assert isinstance(forge, PullRequestForge)
    return forge


def test_a_proposal_s_page_has_its_text_and_its_address(bench: ReviewBench, forge: PullRequestForge) -> None:
    forge.propose(order(bench))
    (pull,) = forge.pulls()
    shown = bench.shown(pull.number)
    assert (shown["title"], shown["base"]["ref"]) == ("Promote a trial", "main")
    assert shown["body"].endswith("## Evidence\n\nIt is *better*.")
    assert forge.list()[NAME].url == pull.url == shown["html_url"]
    assert (pull.author, pull.is_fork, pull.commit) == (bench.me, False, forge.list()[NAME].commit)


def test_how_often_the_forge_is_asked_is_counted(bench: ReviewBench, forge: PullRequestForge) -> None:
    forge.pulls()
    before = forge.allowance()
    forge.propose(order(bench))
    after = forge.allowance()
    assert before
    assert after
    assert before.requests["2xx"] < after.requests["2xx"]
    if before.remaining is not None and after.remaining is not None:
        assert after.remaining < before.remaining < (after.limit or 0)


def test_an_approval_is_of_a_head_and_ends_with_it(bench: ReviewBench, forge: PullRequestForge) -> None:
    forge.propose(order(bench))
    (pull,) = forge.pulls()
    assert forge.list()[NAME].reviews == ()
    bench.review(pull.number, Opinion.APPROVED)
    forge.refresh()
    (review,) = forge.list()[NAME].reviews
    assert (review.author, review.opinion, review.commit) == (bench.owner, Opinion.APPROVED, pull.commit)
    bench.push(pull.branch, {FILE: "model: {trial: other}\n"})
    forge.refresh()
    until(lambda: forge.refresh() or forge.list()[NAME].commit != pull.commit, "the push to be seen")
    assert all(review.commit != forge.list()[NAME].commit for review in forge.list()[NAME].reviews)


def test_changes_that_are_asked_for_are_told_until_they_are_approved(
    bench: ReviewBench, forge: PullRequestForge
) -> None:
    forge.propose(order(bench))
    (pull,) = forge.pulls()
    bench.review(pull.number, Opinion.DECLINED)
    forge.refresh()
    assert [review.opinion for review in forge.list()[NAME].reviews] == [Opinion.DECLINED]
    bench.review(pull.number, Opinion.APPROVED)
    forge.refresh()
    assert [review.opinion for review in forge.list()[NAME].reviews] == [Opinion.APPROVED]


def test_a_person_without_the_right_to_decide_decides_nothing(bench: ReviewBench, forge: PullRequestForge) -> None:
    forge.propose(order(bench))
    (pull,) = forge.pulls()
    bench.review(pull.number, Opinion.APPROVED, by_reader=True)
    forge.refresh()
    assert forge.list()[NAME].reviews == ()


def test_who_belongs_to_a_team_is_told_and_asked_for_again_once_something_has_changed(
    bench: ReviewBench, forge: PullRequestForge
) -> None:
    team = bench.team("ml-platform", [bench.owner])
    assert forge.members(team) - {bench.me} == {bench.owner}
    before = forge.allowance()
    assert forge.members(team) - {bench.me} == {bench.owner}
    assert forge.allowance() == before, "it is asked for once"
    bench.team("ml-platform", [])
    forge.refresh()
    assert forge.members(team) - {bench.me} == frozenset()
    assert forge.allowance() != before


def test_a_team_that_the_forge_knows_nothing_of_has_no_members_and_isn_t_empty(
    bench: ReviewBench, forge: PullRequestForge
) -> None:
    bench.team("ml-platform", [bench.owner])
    for name in ("nobody-of-that-name", "nowhere/ml-platform", "../..", "a b/ç"):
        with pytest.raises(Refused):
            forge.members(name)


def test_who_leaves_a_team_between_the_look_and_the_merge_has_not_approved(
    bench: ReviewBench, forge: PullRequestForge
) -> None:
    team = bench.team("ml-platform", [bench.owner])
    forge.propose(order(bench))
    bench.review(forge.pulls()[0].number, Opinion.APPROVED)
    forge.refresh()
    told = forge.list()[NAME]
    agreed = Agreed(told.commit, FILE, EDITS, told.reviews, {team: tuple(forge.members(team))}, bench.head())
    bench.team("ml-platform", [])
    with pytest.raises(Raced, match="who belongs to team"):
        forge.merge(NAME, agreed)
    bench.team("ml-platform", [bench.owner])
    forge.merge(NAME, agreed)
    assert "111111111111" in bench.file(FILE)


@pytest.mark.parametrize("path", ["CODEOWNERS", ".github/CODEOWNERS", "environments/dev/environment.yaml"])
def test_what_the_watched_branch_says_of_who_may_approve_is_looked_at_again_once_it_has_changed(
    bench: ReviewBench, forge: PullRequestForge, path: str
) -> None:
    forge.propose(order(bench))
    told, base = forge.list()[NAME], bench.head()
    bench.commit({"README.md": "# Nothing of that\n"})
    agreed = Agreed(told.commit, FILE, EDITS, told.reviews, {}, base)
    bench.commit({path: "# Somebody else\n"})
    with pytest.raises(Raced, match=f"{path} has changed"):
        forge.merge(NAME, agreed)
    assert forge.merge(NAME, replace(agreed, base=bench.head()))


def test_what_others_check_is_told_once_the_forge_says_that_something_has_changed(
    bench: ReviewBench, forge: PullRequestForge
) -> None:
    forge.propose(order(bench))
    head = forge.list()[NAME].commit
    for has_passed, verdict in ((False, Verdict.FAILURE), (True, Verdict.SUCCESS)):
        bench.check(head, "build / test", has_passed=has_passed)
        forge.refresh()  # a webhook of a status, a check run or a pipeline is no more than this
        statuses = forge.list()[NAME].statuses or ()
        assert [(one.context, one.verdict) for one in statuses] == [("build / test", verdict)]


def test_a_label_tells_who_has_set_it_and_whether_that_one_may_write(
    bench: ReviewBench, forge: PullRequestForge
) -> None:
    forge.propose(order(bench))
    (pull,) = forge.pulls()
    assert forge.granter(pull, "try it") == ""
    for _ in range(2):
        forge.label(pull.number, "try it", on=True)
    (pull,) = forge.pulls()
    assert pull.labels == {"try it"}
    anew = bench.open()
    assert isinstance(anew, PullRequestForge)
    assert anew.granter(pull, "try it") == bench.me
    assert anew.granter(pull, "another") == ""
    assert anew.may_write(bench.me)
    assert anew.may_write(bench.owner)
    bench.review(pull.number, Opinion.APPROVED, by_reader=True)
    assert not anew.may_write(bench.reader)
    assert not anew.may_write("nobody-of-this-name")
    for _ in range(2):
        forge.label(pull.number, "try it", on=False)
    (pull,) = forge.pulls()
    assert pull.labels == frozenset()
    again = bench.open()
    assert isinstance(again, PullRequestForge)
    assert again.granter(pull, "try it") == ""


def test_statuses_and_comments_are_kept_by_the_forge(bench: ReviewBench, forge: PullRequestForge) -> None:
    forge.propose(order(bench))
    (pull,) = forge.pulls()
    forge.judge(pull.commit, CommitStatus("setpoint/dev", Verdict.PENDING, "being planned"))
    forge.judge(pull.commit, CommitStatus("setpoint/dev", Verdict.FAILURE, "no"))
    forge.comment(pull.number, "first")
    forge.comment(pull.number, "then")
    assert bench.judged(pull.commit) == [("setpoint/dev", "failure", "no")]
    (comment,) = bench.said(pull.number)
    assert "then" in comment
    assert "first" not in comment


def note(event: Event, **more: str) -> CauseNote:
    return replace(CauseNote("0123456789ab", event, "it is stalled", str(event)), **more)


def test_what_needs_a_person_is_one_issue_that_is_closed_when_it_ends(
    bench: ReviewBench, forge: PullRequestForge
) -> None:
    for event in (Event.BEGAN, Event.BEGAN, Event.GOES_ON):
        forge.post(note(event))
    forge.post(note(Event.BEGAN, name="ffffffffffff", title="it alerts"))
    (other, issue) = bench.issues()
    assert (issue.title, issue.is_open, issue.said) == ("it is stalled", True, ["goes_on"])
    assert issue.body.strip().splitlines() == ["<!-- setpoint: cause 0123456789ab -->", "began"]
    forge.post(note(Event.ENDED))
    forge.post(note(Event.ENDED))
    assert [(one.title, one.is_open, one.said) for one in bench.issues()] == [
        ("it alerts", True, []),
        ("it is stalled", False, ["goes_on", "ended"]),
    ]
    forge.post(note(Event.GOES_ON))
    assert len(bench.issues()) == 2
    assert other.title == "it alerts"


def test_what_is_about_a_released_model_is_one_comment_where_it_was_released(
    bench: ReviewBench, forge: PullRequestForge
) -> None:
    forge.propose(order(bench))
    (pull,) = forge.pulls()
    forge.post(note(Event.BEGAN, release=NAME))
    assert len(bench.issues()) == 1, "it isn't released yet"
    forge.merge(NAME)
    for event in (Event.BEGAN, Event.GOES_ON, Event.ENDED, Event.ENDED):
        forge.post(note(event, name="ffffffffffff", release=NAME))
        (comment,) = (one for one in bench.said(pull.number) if "ffffffffffff" in one)
        assert comment.strip().splitlines()[-1] == str(event)
    assert len(bench.issues()) == 1
