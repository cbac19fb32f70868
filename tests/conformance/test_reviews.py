"""What every forge with pull requests promises of them: on a real Gitea."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.conformance.test_forge import FILE, NAME, begin, order
from reconciler.forges.pull_requests import PullRequestForge
from reconciler.model.reviews import CommitStatus, Opinion, Verdict
from tests.conformance.gitea_forges import GiteaBench
from tests.servers.gitea import Gitea
from tests.servers.process import until


@pytest.fixture
def bench(gitea: Gitea, tmp_path: Path) -> Iterator[GiteaBench]:
    bench = GiteaBench(tmp_path, gitea)
    begin(bench)
    yield bench
    bench.close()


@pytest.fixture
def forge(bench: GiteaBench) -> PullRequestForge:
    forge = bench.open()
    assert isinstance(forge, PullRequestForge)
    return forge


def test_a_proposal_s_page_has_its_text_and_its_address(bench: GiteaBench, forge: PullRequestForge) -> None:
    forge.propose(order(bench))
    (pull,) = forge.pulls()
    shown = bench.ask("GET", f"/pulls/{pull.number}").json()
    assert (shown["title"], shown["base"]["ref"]) == ("Promote a trial", "main")
    assert shown["body"].endswith("## Evidence\n\nIt is *better*.")
    assert forge.list()[NAME].url == pull.url == shown["html_url"]
    assert (pull.author, pull.is_fork, pull.commit) == (bench.daemon.name, False, forge.list()[NAME].commit)


def test_an_approval_is_of_a_head_and_ends_with_it(bench: GiteaBench, forge: PullRequestForge) -> None:
    forge.propose(order(bench))
    (pull,) = forge.pulls()
    assert forge.list()[NAME].reviews == ()
    bench.review(pull.number, "APPROVED")
    forge.refresh()
    (review,) = forge.list()[NAME].reviews
    assert (review.author, review.opinion, review.commit) == (bench.person.name, Opinion.APPROVED, pull.commit)
    bench.push(pull.branch, {FILE: "model: {trial: other}\n"})
    forge.refresh()
    until(lambda: forge.refresh() or forge.list()[NAME].commit != pull.commit, "the push to be seen")
    assert all(review.commit != forge.list()[NAME].commit for review in forge.list()[NAME].reviews)


def test_changes_that_are_asked_for_are_told_until_they_are_approved(
    bench: GiteaBench, forge: PullRequestForge
) -> None:
    forge.propose(order(bench))
    (pull,) = forge.pulls()
    bench.review(pull.number, "REQUEST_CHANGES")
    forge.refresh()
    assert [review.opinion for review in forge.list()[NAME].reviews] == [Opinion.DECLINED]
    bench.review(pull.number, "APPROVED")
    forge.refresh()
    assert [review.opinion for review in forge.list()[NAME].reviews] == [Opinion.APPROVED]


def test_a_person_without_the_right_to_decide_decides_nothing(bench: GiteaBench, forge: PullRequestForge) -> None:
    forge.propose(order(bench))
    (pull,) = forge.pulls()
    reader = bench.server.create_user(f"reader-{bench.person.name}")
    bench.server.add_collaborator(bench.name, reader.name, "read")
    bench.review(pull.number, "APPROVED", reader)
    forge.refresh()
    assert forge.list()[NAME].reviews == ()


def test_statuses_and_comments_are_kept_by_the_forge(bench: GiteaBench, forge: PullRequestForge) -> None:
    forge.propose(order(bench))
    (pull,) = forge.pulls()
    forge.judge(pull.commit, CommitStatus("setpoint/dev", Verdict.PENDING, "being planned"))
    forge.judge(pull.commit, CommitStatus("setpoint/dev", Verdict.FAILURE, "no"))
    forge.comment(pull.number, "first")
    forge.comment(pull.number, "then")
    (told,) = bench.ask("GET", f"/commits/{pull.commit}/status").json()["statuses"]
    assert (told["context"], told["status"], told["description"]) == ("setpoint/dev", "failure", "no")
    (comment,) = bench.ask("GET", f"/issues/{pull.number}/comments").json()
    assert "then" in comment["body"]
    assert "first" not in comment["body"]
