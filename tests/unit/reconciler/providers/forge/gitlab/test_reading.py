"""What documents of GitLab say, and what they say when they are odd."""

from typing import Any

import pytest

from reconciler.model.errors import Unavailable
from reconciler.model.reviews import Comment, CommitStatus, PullState, Verdict
from reconciler.providers.forge.gitlab.reading import (
    LONGEST_NAME,
    LONGEST_URL,
    MOST_LABELS,
    STATES,
    calm,
    merge_request,
    moment,
    newest_statuses,
    note,
)

DOCUMENT: dict[str, Any] = {
    "id": 700,
    "iid": 5,
    "state": "opened",
    "title": "A title",
    "author": {"username": "ada"},
    "web_url": "https://gitlab.com/ada/models/-/merge_requests/5",
    "labels": ["setpoint", 7, None],
    "source_branch": "b",
    "target_branch": "main",
    "source_project_id": 7,
    "target_project_id": 7,
    "sha": "a" * 40,
    "draft": True,
    "updated_at": "2026-01-01T00:00:00.000Z",
}


def test_a_merge_request_is_read() -> None:
    found = merge_request(DOCUMENT)
    assert (found.number, found.branch, found.commit, found.ref) == (5, "b", "a" * 40, "refs/merge-requests/5/head")
    assert (found.state, found.title, found.author, found.is_draft) == (PullState.OPEN, "A title", "ada", True)
    assert (found.url, found.is_fork, found.labels) == (DOCUMENT["web_url"], False, {"setpoint"})
    assert found.updated == ""


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("opened", PullState.OPEN),
        ("locked", PullState.OPEN),
        ("merged", PullState.MERGED),
        ("closed", PullState.CLOSED),
        (["opened"], PullState.CLOSED),
        (None, PullState.CLOSED),
    ],
)
def test_where_it_is(state: Any, expected: PullState) -> None:
    assert merge_request({**DOCUMENT, "state": state}).state is expected


@pytest.mark.parametrize("project", [8, None, "7", True, {}])
def test_what_isn_t_surely_ours_is_a_fork(project: Any) -> None:
    assert merge_request({**DOCUMENT, "source_project_id": project}).is_fork


def test_projects_that_aren_t_told_are_a_fork() -> None:
    assert merge_request({"iid": 5, "sha": "a" * 40}).is_fork


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", 7, None, "\x00"])
def test_an_address_that_is_no_page_is_left_out(url: Any) -> None:
    assert merge_request({**DOCUMENT, "web_url": url}).url == ""


def test_long_texts_and_lists_are_cut() -> None:
    long = {"title": "x" * 10_000, "web_url": "https://" + "x" * 10_000, "author": {"username": "x" * 10_000}}
    found = merge_request({**DOCUMENT, **long, "labels": [f"{n}" + "x" * 10_000 for n in range(5000)]})
    assert (len(found.title), len(found.author), len(found.url)) == (LONGEST_NAME, LONGEST_NAME, LONGEST_URL)
    assert (len(found.labels), max(map(len, found.labels))) == (MOST_LABELS, LONGEST_NAME)


@pytest.mark.parametrize("labels", [None, 7, "setpoint", {"a": 1}])
def test_labels_that_are_no_list_are_none(labels: Any) -> None:
    assert merge_request({**DOCUMENT, "labels": labels}).labels == frozenset()


@pytest.mark.parametrize("fields", [{"iid": "5"}, {"iid": 0}, {"iid": True}, {"sha": "A" * 40}, {"sha": None}])
def test_without_number_or_commit_it_is_none(fields: dict[str, Any]) -> None:
    with pytest.raises(Unavailable):
        merge_request({**DOCUMENT, **fields})


def test_a_note_is_read() -> None:
    assert note({"id": 3, "body": "x", "author": {"username": "ada"}}) == Comment(3, "x", "ada")
    assert note({"id": 3, "body": None, "author": None}) == Comment(3, "", "")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("/merge", "\\/merge"),
        ("a plan\n/close\n", "a plan\n\\/close\n"),
        ("\\/shown already", "\\\\/shown already"),
        ("a\r/approve", "a/approve"),
        ("a path: /etc, and\n/ alone, and\n //two", "a path: /etc, and\n/ alone, and\n //two"),
        ("", ""),
    ],
)
def test_no_line_of_ours_is_an_action(written: str, kept: str) -> None:
    assert calm(written) == kept
    assert note({"id": 3, "body": kept}).text == written.replace("\r", "")


@pytest.mark.parametrize("verdict", Verdict)
def test_a_verdict_comes_back_as_it_went(verdict: Verdict) -> None:
    (read,) = newest_statuses([{"id": 1, "name": "c", "status": STATES[verdict]}])
    assert read == CommitStatus("c", verdict)


@pytest.mark.parametrize("state", ["running", "created", "manual", "scheduled", "preparing", "waiting_for_resource"])
def test_whatever_hasn_t_ended_is_pending(state: str) -> None:
    (read,) = newest_statuses([{"id": 1, "name": "c", "status": state}])
    assert read.verdict is Verdict.PENDING


def test_of_each_name_the_newest_status_counts_whatever_the_order() -> None:
    told = [
        {"id": 8, "name": "c", "status": "failed", "description": None, "target_url": "javascript:x"},
        {"id": 9, "name": "c", "status": "success", "description": "d", "target_url": "https://x.example"},
        {"id": 7, "name": "c", "status": "pending"},
        {"id": 1, "name": "other", "status": "odd"},
    ]
    assert set(newest_statuses(told)) == {
        CommitStatus("c", Verdict.SUCCESS, "d", "https://x.example"),
        CommitStatus("other", Verdict.ERROR),
    }


@pytest.mark.parametrize("odd", [None, 7, "", "yesterday", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", "9" * 5000])
def test_a_time_that_is_none_is_none(odd: Any) -> None:
    assert moment({"at": odd}, "at") is None


def test_times_of_all_zones_are_compared() -> None:
    here, there = ({"at": text} for text in ("2026-01-01T12:00:00.001Z", "2026-01-01T13:00:00.000+01:00"))
    assert (moment(here, "at") or 0) > (moment(there, "at") or 0)  # type: ignore[operator]
