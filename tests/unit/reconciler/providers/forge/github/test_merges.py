"""Merges: what GitHub says of one, in all its ways, and what that means."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.forges.client import Declined
from reconciler.forges.hub import Merge
from reconciler.model.errors import Transient, Unavailable
from reconciler.model.ids import CommitId
from reconciler.providers.forge.github.merges import AtOnce, ByAndBy, Merging, obstacle
from tests.contracts.github import GitHubServer, Pull
from tests.contracts.github.server import NAME
from tests.contracts.serving import Fault
from tests.unit.reconciler.providers.forge.github.conftest import BRANCH, client

PATH = f"/repos/{NAME}/pulls/1"
RULE = "At least 1 approving review is required by reviewers with write access."
OTHER = CommitId("1" * 40)
WAYS: dict[str, Callable[[Any], Merging]] = {"at once": AtOnce, "by and by": ByAndBy}


@pytest.fixture
def pull(server: GitHubServer) -> Pull:
    return server.repository.open(BRANCH, "main", "A title")


@pytest.fixture(params=WAYS)
def merging(request: pytest.FixtureRequest, server: GitHubServer) -> Merging:
    return WAYS[request.param](client(server))


def settled(merging: Merging, head: str, most: int = 6) -> Merge:
    """Ask for a merge until it isn't for later any more."""
    found = Merge.LATER
    for _ in range(most):
        found = merging.merge(PATH, CommitId(head), "Proposal: x")
        if found is not Merge.LATER:
            break
    return found


def test_it_is_merged_with_our_words(server: GitHubServer, pull: Pull, merging: Merging) -> None:
    assert merging.merge(PATH, CommitId(pull.head), "Proposal: x") is Merge.LATER
    assert settled(merging, pull.head) is Merge.DONE
    assert server.repository.is_merged(pull.head, server.repository.heads["main"])
    assert "Proposal: x" in server.repository.git("log", "-1", "--format=%B", "main")


def test_what_is_merged_is_done(server: GitHubServer, pull: Pull, merging: Merging) -> None:
    head = pull.head
    server.repository.merge(pull, "by hand")
    assert merging.merge(PATH, CommitId(head), "x") is Merge.DONE


def test_a_branch_that_moved_before_isn_t_merged(server: GitHubServer, pull: Pull, merging: Merging) -> None:
    head = pull.head
    server.repository.commit(BRANCH, {"more.yaml": "x: 1\n"})
    assert settled(merging, head) is Merge.MOVED
    assert pull.state == "open"


def test_a_branch_that_moves_meanwhile_isn_t_merged(server: GitHubServer, pull: Pull) -> None:
    merging, head = ByAndBy(client(server)), pull.head
    server.repository.merge_takes = 3
    assert merging.merge(PATH, CommitId(head), "x") is Merge.LATER
    moved = server.repository.commit(BRANCH, {"more.yaml": "x: 1\n"})
    assert settled(merging, head) is Merge.MOVED
    assert settled(merging, moved) is Merge.DONE


def test_a_conflict_is_one(server: GitHubServer, pull: Pull, merging: Merging) -> None:
    server.repository.commit("main", {"file.yaml": "replicas: 9\n"})
    assert settled(merging, pull.head) is Merge.CONFLICT


def test_rules_that_are_in_the_way_are_told(server: GitHubServer, pull: Pull, merging: Merging) -> None:
    server.repository.rule = RULE
    with pytest.raises(Declined, match="approving review"):
        settled(merging, pull.head)
    assert pull.state == "open"


def test_what_was_closed_is_declined(server: GitHubServer, pull: Pull, merging: Merging) -> None:
    pull.state = "closed"
    with pytest.raises(Declined):
        settled(merging, pull.head)


def test_a_draft_is_declined(server: GitHubServer, pull: Pull, merging: Merging) -> None:
    pull.is_draft = True
    server.repository.compute(pull)
    with pytest.raises(Declined, match="draft"):
        settled(merging, pull.head)


def test_a_merge_that_is_pending_is_asked_about_and_not_asked_for(server: GitHubServer, pull: Pull) -> None:
    server.repository.merge_takes = 3
    assert settled(ByAndBy(client(server)), pull.head) is Merge.DONE
    assert [one.method for one in server.requests] == ["PUT", "GET", "GET", "GET", "GET"]


def test_one_who_has_forgotten_finds_the_pending_merge_again(server: GitHubServer, pull: Pull) -> None:
    server.repository.merge_takes = 3
    for _ in range(3):
        assert ByAndBy(client(server)).merge(PATH, CommitId(pull.head), "x") is Merge.LATER
    assert len(server.repository.merges) == 1
    assert settled(ByAndBy(client(server)), pull.head) is Merge.DONE


def test_a_result_that_github_has_forgotten_is_asked_for_anew(server: GitHubServer, pull: Pull) -> None:
    merging = ByAndBy(client(server))
    assert merging.merge(PATH, CommitId(pull.head), "x") is Merge.LATER
    server.repository.merges.clear()
    assert settled(merging, pull.head) is Merge.DONE


def test_a_merge_of_another_head_isn_t_ours(server: GitHubServer, pull: Pull) -> None:
    server.repository.merge_takes = 9
    server.repository.ask(pull, OTHER, "by another")
    assert ByAndBy(client(server)).merge(PATH, CommitId(pull.head), "x") is Merge.MOVED


def answered(server: GitHubServer, status: int, document: Any) -> ByAndBy:
    server.faults = [Fault(status, json.dumps(document).encode(), only="PUT")]
    return ByAndBy(client(server))


def test_what_waits_in_a_queue_is_for_later(server: GitHubServer, pull: Pull) -> None:
    told = {"status": "enqueued", "details": {"message": "Pull request is already in the merge queue."}}
    assert answered(server, 200, told).merge(PATH, CommitId(pull.head), "x") is Merge.LATER


def test_a_failure_without_a_cause_is_tried_again(server: GitHubServer, pull: Pull) -> None:
    server.repository.compute(pull)
    told = {"status": "failed", "details": {"message": "Something went wrong."}}
    with pytest.raises(Transient, match="Something went wrong") as failed:
        answered(server, 400, told).merge(PATH, CommitId(pull.head), "x")
    assert not isinstance(failed.value, Unavailable)


def test_a_base_that_moved_is_for_later(server: GitHubServer, pull: Pull) -> None:
    server.repository.compute(pull)
    told = {"status": "failed", "details": {"message": "Base branch was modified. Review and try the merge again."}}
    assert answered(server, 400, told).merge(PATH, CommitId(pull.head), "x") is Merge.LATER


ODD = [None, [], {}, "x", {"status": 7}, {"status": "done"}, {"status": ["merged"]}]


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_an_answer_that_says_nothing_is_none(bare: GitHubServer, odd: Any) -> None:
    for status in (200, 202, 400, 409):
        with pytest.raises(Unavailable):
            answered(bare, status, odd).merge(PATH, OTHER, "x")


@pytest.mark.parametrize("uuid", ["", "../../user", "a" * 65, 7, None, "a\x00b", "ä"], ids=repr)
def test_a_name_that_is_none_is_not_asked_for(server: GitHubServer, pull: Pull, uuid: Any) -> None:
    merging = answered(server, 202, {"status": "pending", "details": {"uuid": uuid}})
    assert merging.merge(PATH, CommitId(pull.head), "x") is Merge.LATER
    assert settled(merging, pull.head) is Merge.DONE


def seen(**fields: Any) -> dict[str, Any]:
    head = {"head": {"sha": "2" * 40, "ref": BRANCH}}
    return {"number": 1, "state": "open", "mergeable": True, "mergeable_state": "clean", **head, **fields}


@pytest.mark.parametrize(
    ("fields", "words", "expected"),
    [
        ({"merged": True, "state": "closed"}, "", Merge.DONE),
        ({"merged_at": "2026-01-01T00:00:00Z", "state": "closed"}, "", Merge.DONE),
        ({"head": {"sha": "3" * 40}}, "", Merge.MOVED),
        ({"mergeable": None, "mergeable_state": "unknown"}, "", Merge.LATER),
        ({"mergeable": None}, "", Merge.LATER),
        ({"mergeable_state": "unknown"}, "", Merge.LATER),
        ({"mergeable": False, "mergeable_state": "dirty"}, "", Merge.CONFLICT),
        ({}, "Base branch was modified. Review and try the merge again.", Merge.LATER),
        ({"mergeable_state": "unstable"}, "Pull Request is not mergeable", Merge.LATER),
        ({"mergeable_state": "blocked"}, "Pull Request is not mergeable", None),
        ({"mergeable_state": "behind"}, "", None),
        ({"state": "closed"}, "", None),
        ({}, "Merge commits are not allowed on this repository.", None),
    ],
)
def test_the_pull_request_says_what_is_in_the_way(fields: dict[str, Any], words: str, expected: Merge | None) -> None:
    assert obstacle(seen(**fields), CommitId("2" * 40), words) is expected
