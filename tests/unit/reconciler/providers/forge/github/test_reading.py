"""What documents of GitHub say, and what they say when they are odd."""

from typing import Any

import pytest

from reconciler.model.errors import Unavailable
from reconciler.model.reviews import Comment, CommitStatus, Opinion, PullState, Verdict
from reconciler.providers.forge.github.reading import (
    GONE,
    LONGEST_NAME,
    LONGEST_URL,
    check_run,
    comment,
    commit_status,
    newest_reviews,
    pull_request,
)

REPO = {"repo": {"id": 7}}
DOCUMENT: dict[str, Any] = {
    "number": 5,
    "state": "open",
    "title": "A title",
    "user": {"login": "ada"},
    "html_url": "https://github.com/ada/models/pull/5",
    "labels": [{"name": "setpoint"}, {"name": 7}, None],
    "head": {"ref": "b", "sha": "a" * 40, **REPO},
    "base": {"ref": "main", **REPO},
    "draft": True,
}


def test_a_pull_request_is_read() -> None:
    found = pull_request(DOCUMENT)
    assert (found.number, found.branch, found.commit, found.ref) == (5, "b", "a" * 40, "refs/pull/5/head")
    assert (found.state, found.title, found.author, found.is_draft) == (PullState.OPEN, "A title", "ada", True)
    assert (found.url, found.is_fork) == (DOCUMENT["html_url"], False)
    assert "setpoint" in found.labels


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, PullState.OPEN),
        ({"state": "closed"}, PullState.CLOSED),
        ({"state": "closed", "merged": True}, PullState.MERGED),
        ({"state": "closed", "merged_at": "2026-01-01T00:00:00Z"}, PullState.MERGED),
        ({"state": "closed", "merged_at": None, "merged": False}, PullState.CLOSED),
        ({"state": ["open"]}, PullState.CLOSED),
        ({"merged": "true"}, PullState.OPEN),
    ],
)
def test_where_it_is(fields: dict[str, Any], expected: PullState) -> None:
    assert pull_request({**DOCUMENT, **fields}).state is expected


@pytest.mark.parametrize("repo", [{"id": 8}, None, {}, {"id": "7"}, {"id": True}])
def test_what_isn_t_surely_ours_is_a_fork(repo: Any) -> None:
    assert pull_request({**DOCUMENT, "head": {**DOCUMENT["head"], "repo": repo}}).is_fork


def test_a_repository_that_isn_t_told_is_a_fork() -> None:
    assert pull_request({"number": 5, "head": {"sha": "a" * 40}}).is_fork


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", 7, None, "\x00"])
def test_an_address_that_is_no_page_is_left_out(url: Any) -> None:
    assert pull_request({**DOCUMENT, "html_url": url}).url == ""


def test_long_texts_are_cut() -> None:
    long = {"title": "x" * 10_000, "html_url": "https://" + "x" * 10_000, "user": {"login": "x" * 10_000}}
    found = pull_request({**DOCUMENT, **long})
    assert (len(found.title), len(found.author), len(found.url)) == (LONGEST_NAME, LONGEST_NAME, LONGEST_URL)


@pytest.mark.parametrize("fields", [{"number": "5"}, {"number": 0}, {"number": 2**70}, {"head": {"sha": "A" * 40}}])
def test_without_number_or_commit_it_is_none(fields: dict[str, Any]) -> None:
    with pytest.raises(Unavailable):
        pull_request({**DOCUMENT, **fields})


def said(author: Any, state: Any, commit: Any = "a" * 40) -> dict[str, Any]:
    return {"user": {"login": author} if author else None, "state": state, "commit_id": commit}


@pytest.mark.parametrize(
    ("reviews", "expected"),
    [
        ([], {}),
        ([said("ada", "APPROVED")], {"ada": (Opinion.APPROVED, "a" * 40)}),
        ([said("ada", "CHANGES_REQUESTED"), said("ada", "APPROVED")], {"ada": (Opinion.APPROVED, "a" * 40)}),
        ([said("ada", "APPROVED"), said("ada", "COMMENTED")], {"ada": (Opinion.APPROVED, "a" * 40)}),
        ([said("ada", "APPROVED"), said("ada", "DISMISSED")], {}),
        ([said("ada", "APPROVED"), said("bob", "DISMISSED")], {"ada": (Opinion.APPROVED, "a" * 40)}),
        ([said("ada", "CHANGES_REQUESTED", None)], {"ada": (Opinion.DECLINED, GONE)}),
        ([said("ada", "APPROVED"), said("ada", "APPROVED", None)], {"ada": (Opinion.APPROVED, GONE)}),
        ([said(None, "APPROVED"), said(7, "APPROVED"), said("", "APPROVED")], {}),
        ([said("ada", "PENDING"), said("ada", "approved"), said("ada", None), {}], {}),
    ],
)
def test_of_each_person_the_newest_opinion_is_read(reviews: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    found = newest_reviews(reviews)
    assert {author: (review.opinion, review.commit) for author, review in found.items()} == expected
    assert all(author == review.author for author, review in found.items())


def test_a_review_of_what_is_no_commit_is_told() -> None:
    with pytest.raises(Unavailable, match="commit_id"):
        newest_reviews([said("ada", "APPROVED", "main")])


def test_a_comment_is_read() -> None:
    assert comment({"id": 3, "body": "x", "user": {"login": "ada"}}) == Comment(3, "x", "ada")
    assert comment({"id": 3, "body": None, "user": None}) == Comment(3, "", "")


def test_a_status_is_read() -> None:
    full = {"context": "c", "state": "success", "description": "d", "target_url": "https://x.example"}
    assert commit_status(full) == CommitStatus("c", Verdict.SUCCESS, "d", "https://x.example")
    assert commit_status({"context": "c", "state": "odd", "target_url": "javascript:x"}) == CommitStatus(
        "c", Verdict.ERROR
    )


@pytest.mark.parametrize(
    ("status", "conclusion", "verdict"),
    [
        *[("completed", word, Verdict.SUCCESS) for word in ("success", "neutral", "skipped")],
        *[("completed", word, Verdict.FAILURE) for word in ("failure", "cancelled", "timed_out", "action_required")],
        *[("completed", word, Verdict.FAILURE) for word in ("stale", "startup_failure")],
        *[("completed", word, Verdict.ERROR) for word in ("odd", None, ["success"])],
        *[(word, "success", Verdict.PENDING) for word in ("queued", "in_progress", "waiting", "odd", None)],
    ],
)
def test_a_check_run_is_what_the_rules_of_branches_take_it_for(status: Any, conclusion: Any, verdict: Verdict) -> None:
    document = {"name": "build", "status": status, "conclusion": conclusion, "output": {"title": "2 tests"}}
    document["html_url"] = "https://x.example"
    assert check_run(document) == CommitStatus("build", verdict, "2 tests", "https://x.example")
