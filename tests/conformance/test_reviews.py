"""What every forge with pull requests promises of them: on a real Gitea."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli.forge_findings import rule_findings
from reconciler.conformance.test_forge import FILE, NAME, begin, order
from reconciler.forges.pull_requests import PullRequestForge
from reconciler.model.errors import Refused
from reconciler.model.reviews import BranchRules, CommitStatus, Opinion, Verdict
from tests.conformance.gitea_forges import GiteaBench
from tests.servers.gitea import Gitea, Protection
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


def test_the_rules_of_the_branch_are_told_to_whoever_may_write(bench: GiteaBench, forge: PullRequestForge) -> None:
    assert forge.me() == bench.daemon.name
    assert forge.rules() == BranchRules(is_protected=False, we_may_push=True, we_administer=False)
    protection = Protection(approvals=2, checks=["setpoint/*"], pushers=[bench.person.name])
    bench.server.protect_branch(bench.name, "main", protection)
    rules = BranchRules(True, 2, frozenset({"setpoint/*"}), we_may_push=False, we_administer=False)
    assert forge.rules() == rules
    found = {one.what: one.ok for one in rule_findings(rules, "main", "setpoint/dev")}
    assert set(found.values()) == {True}


def test_a_merge_that_the_rules_forbid_is_refused_with_the_forge_s_words(
    bench: GiteaBench, forge: PullRequestForge
) -> None:
    bench.server.protect_branch(bench.name, "main", Protection(approvals=1, pushers=[bench.person.name]))
    forge.propose(order(bench))
    (pull,) = forge.pulls()
    with pytest.raises(Refused, match="won't post"):
        forge.merge(NAME)
    bench.review(pull.number, "APPROVED")
    forge.merge(NAME)
    assert "111111111111" in bench.file(FILE)
