"""What becomes of a merge, by what GitLab says of it before and after."""

import json
from typing import Any

import pytest

from reconciler.forges.client import Declined
from reconciler.forges.hub import Merge
from reconciler.model.errors import Refused
from reconciler.model.ids import CommitId
from reconciler.providers.forge.gitlab.merges import COMPUTING, obstacle
from tests.contracts.gitlab import Fault, GitLabServer
from tests.contracts.gitlab.server import BOT
from tests.unit.reconciler.providers.forge.gitlab.conftest import BRANCH, commit, hub

HEAD = CommitId("a" * 40)
DOCUMENT = {"iid": 5, "sha": HEAD, "state": "opened", "detailed_merge_status": "mergeable"}


def merged(server: GitLabServer, head: CommitId, message: str = "Proposal: x") -> Merge:
    """Ask for the merge of the first merge request until it is no longer for later."""
    for _ in range(9):
        done = hub(server).merge(1, head, message)
        if done is not Merge.LATER:
            return done
    return Merge.LATER


def test_a_merge_waits_until_it_is_known_that_it_can_be_made(server: GitLabServer) -> None:
    head = hub(server).open("main", BRANCH, "A title", "").commit
    assert hub(server).merge(1, head, "Proposal: x") is Merge.LATER
    assert [one for one in server.requests if one.method == "PUT"] == []
    assert hub(server).merge(1, head, "Proposal: x") is Merge.DONE
    git = server.repository.git
    assert git("log", "-1", "--format=%s|%P", "main").split("|")[0] == "Proposal: x"
    assert git("rev-parse", "main^2") == head
    assert git("rev-parse", f"refs/heads/{BRANCH}") == head


def test_merging_what_is_merged_is_done(server: GitLabServer) -> None:
    head = hub(server).open("main", BRANCH, "A title", "").commit
    assert merged(server, head) is Merge.DONE
    before = server.repository.git("rev-parse", "main")
    assert merged(server, head) is Merge.DONE
    assert server.repository.git("rev-parse", "main") == before


def test_a_merge_whose_answer_was_lost_is_done(server: GitLabServer) -> None:
    """GitLab says 405 of what somebody has merged meanwhile."""
    head = hub(server).open("main", BRANCH, "A title", "").commit
    hub(server).merge(1, head, "x")
    merge = server.repository.requests[1]
    server.faults = [Fault(405, b'{"message": "405 Method Not Allowed"}', only="PUT")]
    assert hub(server).merge(1, head, "x") is Merge.LATER
    server.repository.merge(merge, "by hand")
    assert hub(server).merge(1, head, "x") is Merge.DONE


def test_a_push_meanwhile_is_told(server: GitLabServer) -> None:
    head = hub(server).open("main", BRANCH, "A title", "").commit
    commit(server, BRANCH, {"file.yaml": "replicas: 99\n"})
    assert merged(server, head) is Merge.MOVED


def test_while_approvals_of_the_former_head_are_taken_back_nothing_is_merged(server: GitLabServer) -> None:
    """GitLab itself would merge in that moment, by an approval of what isn't merged."""
    hub(server).open("main", BRANCH, "A title", "")
    server.repository.takes_back = 3
    server.repository.approve(server.repository.requests[1], "ada")
    head = commit(server, BRANCH, {"file.yaml": "replicas: 99\n"})
    assert hub(server).merge(1, head, "x") is Merge.LATER
    assert server.repository.requests[1].state == "opened"
    assert merged(server, head) is Merge.DONE


def test_a_conflict_is_told(server: GitLabServer) -> None:
    head = hub(server).open("main", BRANCH, "A title", "").commit
    commit(server, "main", {"file.yaml": "replicas: 3\n"})
    assert merged(server, head) is Merge.CONFLICT


def test_a_message_that_is_empty_is_left_to_gitlab(server: GitLabServer) -> None:
    head = hub(server).open("main", BRANCH, "A title", "").commit
    assert merged(server, head, " \n") is Merge.DONE
    assert server.repository.git("log", "-1", "--format=%s", "main") == f"Merge branch '{BRANCH}' into 'main'"


@pytest.mark.parametrize("rule", ["not_approved", "ci_must_pass", "discussions_not_resolved", "need_rebase"])
def test_a_rule_that_forbids_it_is_told_in_gitlab_s_words(server: GitLabServer, rule: str) -> None:
    head = hub(server).open("main", BRANCH, "A title", "").commit
    server.repository.rule = rule
    with pytest.raises(Declined, match="405") as refused:
        merged(server, head)
    assert refused.value.hint == f"its merge status is {rule}"


def test_a_draft_and_a_closed_one_are_told(server: GitLabServer) -> None:
    head = hub(server).open("main", BRANCH, "A title", "").commit
    server.repository.requests[1].is_draft = True
    with pytest.raises(Declined) as refused:
        merged(server, head)
    assert "draft_status" in refused.value.hint
    hub(server).close(1)
    with pytest.raises(Declined) as refused:
        merged(server, head)
    assert "not_open" in refused.value.hint


def test_who_may_not_merge_isn_t_taken_for_a_stranger(server: GitLabServer) -> None:
    head = hub(server).open("main", BRANCH, "A title", "").commit
    server.calls.readers.add(BOT)
    with pytest.raises(Declined, match="doesn't let us merge"):
        merged(server, head)
    assert [one for one in server.requests if one.path.endswith("/merge")] == []


@pytest.mark.parametrize("status", [405, 406, 409, 422])
def test_a_refusal_of_what_can_be_merged_is_for_later(server: GitLabServer, status: int) -> None:
    head = hub(server).open("main", BRANCH, "A title", "").commit
    assert hub(server).merge(1, head, "x") is Merge.LATER
    server.faults = [Fault(status, b'{"message": "Branch cannot be merged"}', only="PUT")]
    assert hub(server).merge(1, head, "x") is Merge.LATER
    assert hub(server).merge(1, head, "x") is Merge.DONE


def test_a_merge_that_gitlab_makes_by_and_by_is_for_later(server: GitLabServer) -> None:
    head = hub(server).open("main", BRANCH, "A title", "").commit
    hub(server).merge(1, head, "x")
    server.faults = [Fault(200, json.dumps({**DOCUMENT, "state": "locked"}).encode(), only="PUT")]
    assert hub(server).merge(1, head, "x") is Merge.LATER


def test_one_that_isn_t_there_is_told(server: GitLabServer) -> None:
    with pytest.raises(Refused, match="404"):
        hub(server).merge(9, HEAD, "x")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, None),
        ({"state": "merged", "sha": "b" * 40}, Merge.DONE),
        ({"sha": "b" * 40}, Merge.MOVED),
        ({"state": "locked"}, Merge.LATER),
        ({"state": "closed", "detailed_merge_status": "not_open"}, None),
        ({"detailed_merge_status": "conflict"}, Merge.CONFLICT),
        ({"detailed_merge_status": "not_approved"}, None),
        ({"detailed_merge_status": None, "merge_status": "checking"}, Merge.LATER),
        ({"detailed_merge_status": None, "merge_status": "cannot_be_merged"}, Merge.CONFLICT),
        ({"detailed_merge_status": None, "merge_status": "can_be_merged"}, None),
        ({"detailed_merge_status": ["conflict"], "merge_status": 7}, None),
        *(({"detailed_merge_status": status}, Merge.LATER) for status in COMPUTING),
    ],
)
def test_what_is_in_the_way(fields: dict[str, Any], expected: Merge | None) -> None:
    assert obstacle({**DOCUMENT, **fields}, HEAD) is expected
