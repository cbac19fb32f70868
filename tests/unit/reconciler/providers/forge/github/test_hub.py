"""The verbs of a hub on GitHub, each held against its description, and what odd answers come to."""

import json
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from reconciler.forges.budget import Budget
from reconciler.forges.client import Absent, Declined
from reconciler.forges.hub import Hub
from reconciler.model.errors import Refused, SetpointError, Unavailable
from reconciler.model.ids import CommitId
from reconciler.model.reviews import CommitStatus, Opinion, PullState, Review, Verdict
from reconciler.providers.forge.github.hub import LONGEST_TITLE, GitHub
from reconciler.providers.forge.github.merges import AtOnce, ByAndBy
from tests.contracts.github import GitHubServer
from tests.contracts.github.accounts import BOT
from tests.contracts.github.server import NAME, SECONDARY
from tests.contracts.serving import Fault
from tests.unit.reconciler.providers.forge.github.conftest import BRANCH, client

HEAD = CommitId("0" * 40)


def hub(server: GitHubServer, budget: Budget | None = None, name: str = BOT) -> GitHub:
    known = client(server, budget)
    return GitHub(known, NAME, ByAndBy(known), lambda: name)


def test_a_pull_request_is_opened_once(server: GitHubServer) -> None:
    opened = hub(server).open("main", BRANCH, "A title", "A body")
    assert hub(server).open("main", BRANCH, "Another", "body") == opened
    assert (opened.branch, opened.author, opened.title) == (BRANCH, BOT, "A title")
    assert opened.url == f"{server.url}/{NAME}/pull/1"
    assert opened.ref == "refs/pull/1/head"
    assert server.repository.git("rev-parse", opened.ref) == opened.commit


def test_a_long_title_is_cut(server: GitHubServer) -> None:
    assert len(hub(server).open("main", BRANCH, "x" * 1000, "").title) == LONGEST_TITLE


def test_a_branch_that_github_hasn_t_heard_of_is_absent(server: GitHubServer) -> None:
    with pytest.raises(Absent, match="head invalid"):
        hub(server).open("main", "nowhere", "A title", "")


def test_a_branch_without_a_commit_of_its_own_is_declined(server: GitHubServer) -> None:
    server.repository.git("update-ref", f"refs/heads/{BRANCH}", server.repository.heads["main"])
    with pytest.raises(Declined, match="No commits between"):
        hub(server).open("main", BRANCH, "A title", "")


def test_a_closed_one_isn_t_found_in_place_of_an_open_one(server: GitHubServer) -> None:
    former = hub(server).open("main", BRANCH, "A title", "")
    hub(server).close(former.number)
    server.faults = [Fault(422, b'{"message": "Validation Failed"}', only="POST")]
    with pytest.raises(Declined, match="Validation Failed"):
        hub(server).open("main", BRANCH, "A title", "")


def test_the_newest_of_a_branch_is_the_latest(server: GitHubServer) -> None:
    assert hub(server).latest("main", BRANCH) is None
    hub(server).close(hub(server).open("main", BRANCH, "First", "").number)
    second = hub(server).open("main", BRANCH, "Second", "")
    server.repository.open_from_fork(BRANCH, second.commit, "ada")
    found = hub(server).latest("main", BRANCH)
    assert found
    assert (found.number, found.state) == (second.number, PullState.OPEN)
    assert hub(server).latest("main", "proposals/dev/promotions/x/other") is None


def test_closing_is_closing_whatever_was_there(server: GitHubServer) -> None:
    opened = hub(server).open("main", BRANCH, "A title", "")
    for number in (opened.number, opened.number, 99):
        hub(server).close(number)
    found = hub(server).latest("main", BRANCH)
    assert found
    assert found.state is PullState.CLOSED


def test_forks_are_told_apart_even_when_they_are_gone(server: GitHubServer) -> None:
    there = server.repository.commit("elsewhere", {"x": "y"}, off="main")
    server.repository.open_from_fork("elsewhere", there, "eve")
    server.repository.open_from_fork("elsewhere", there, "eve", is_deleted=True)
    hub(server).open("main", BRANCH, "A title", "")
    assert [(one.number, one.is_fork) for one in hub(server).pulls("main")] == [(3, False), (2, True), (1, True)]
    assert hub(server).pulls("release") == []


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101])
def test_lists_are_whole_and_ask_no_more_than_they_have_to(server: GitHubServer, count: int) -> None:
    server.repository.open(BRANCH, "main")
    made = [{"number": 9000 + number, "author": "ada", "body": str(number)} for number in range(count)]
    server.repository.comments[1] = made
    assert [one.text for one in hub(server).comments(1)] == [str(number) for number in range(count)]
    assert len(server.requests) == 1 + (count > 100)


def test_comments_are_said_and_written_anew(server: GitHubServer) -> None:
    opened = hub(server).open("main", BRANCH, "A title", "")
    said = hub(server).say(opened.number, "First")
    server.repository.comments[opened.number].append(
        {"number": 1, "author": None, "body": "of an account that is gone"}
    )
    hub(server).edit(opened.number, said.id, "Second")
    assert [(one.id, one.author, one.text) for one in hub(server).comments(opened.number)] == [
        (said.id, BOT, "Second"),
        (1, "", "of an account that is gone"),
    ]


def test_only_people_who_may_write_decide(server: GitHubServer) -> None:
    pull = server.repository.open(BRANCH, "main")
    rights = {"ada": "admin", "bob": "write", "eve": "read", "carol": "none", "review-bot[bot]": "write"}
    server.accounts.people.update(rights)
    for person in (*rights, None, "a-stranger"):
        server.repository.review(pull, person, "APPROVED")
    assert hub(server).reviews(1) == [Review(who, CommitId(pull.head), Opinion.APPROVED) for who in ("ada", "bob")]


def test_an_approval_stays_that_of_its_head(server: GitHubServer) -> None:
    pull = server.repository.open(BRANCH, "main")
    server.repository.review(pull, "ada", "APPROVED")
    moved = server.repository.commit(BRANCH, {"more.yaml": "x: 1\n"})
    (latest,) = hub(server).pulls("main")
    (review,) = hub(server).reviews(1)
    assert (latest.commit, review.commit == moved) == (moved, False)
    assert latest.updated != ""


def test_many_reviews_are_read_page_by_page(server: GitHubServer) -> None:
    pull = server.repository.open(BRANCH, "main")
    for state in [*["APPROVED"] * 100, "CHANGES_REQUESTED"]:
        server.repository.review(pull, "ada", state)
    assert [review.opinion for review in hub(server).reviews(1)] == [Opinion.DECLINED]


def test_the_newest_status_of_each_context_counts(bare: GitHubServer) -> None:
    pending = CommitStatus("setpoint/dev", Verdict.PENDING, "wait")
    success = CommitStatus("setpoint/dev", Verdict.SUCCESS, "nothing changes", "https://x.example/1")
    other = CommitStatus("setpoint/prod", Verdict.ERROR, "", "")
    for status in (pending, other, success):
        hub(bare).judge(HEAD, status)
    assert set(hub(bare).statuses(HEAD)) == {success, other}


def test_many_contexts_are_read_page_by_page(bare: GitHubServer) -> None:
    kept = [{"context": f"c{n}", "state": "success", "id": n + 1} for n in range(130)]
    bare.repository.statuses[HEAD] = kept
    assert {one.context for one in hub(bare).statuses(HEAD)} == {f"c{n}" for n in range(130)}
    assert [one.path.rpartition("/")[2] for one in bare.requests] == ["status", "status", "check-runs"]


def test_a_line_that_is_too_long_is_told(bare: GitHubServer) -> None:
    with pytest.raises(Declined, match="too long"):
        hub(bare).judge(HEAD, CommitStatus("setpoint/dev", Verdict.SUCCESS, "x" * 141))


def test_who_has_no_name_can_t_find_comments_of_its_own(bare: GitHubServer) -> None:
    assert hub(bare).me() == BOT
    with pytest.raises(Unavailable, match="who we are"):
        hub(bare, name="").me()


def test_a_spent_limit_is_waited_for(bare: GitHubServer) -> None:
    bare.remaining = 1
    known = hub(bare)
    with pytest.raises(Unavailable, match="no more requests"):
        known.pulls("main")
    with pytest.raises(Unavailable, match="no more requests"):
        known.pulls("main")
    assert len(bare.requests) == 1


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "60"}])
def test_a_limit_that_isn_t_announced_is_waited_for(bare: GitHubServer, headers: dict[str, str]) -> None:
    passed = [0.0]
    known = hub(bare, Budget(now=lambda: passed[0]))
    bare.faults = [Fault(403, json.dumps(SECONDARY).encode(), headers)]
    for _ in range(2):
        with pytest.raises(Unavailable, match="no more requests"):
            known.pulls("main")
    assert len(bare.requests) == 1
    passed[0] = 61
    assert known.pulls("main") == []


def test_what_isn_t_allowed_is_told_and_asks_for_no_pause(bare: GitHubServer) -> None:
    bare.faults = [Fault(403, b'{"message": "Resource not accessible by personal access token"}')]
    known = hub(bare)
    with pytest.raises(Refused, match="not accessible by personal access token"):
        known.pulls("main")
    assert known.pulls("main") == []


def test_a_repository_that_moved_is_told(bare: GitHubServer) -> None:
    bare.faults = [Fault(301, b'{"message": "Moved Permanently"}', {"Location": f"{bare.url}/repositories/1"})]
    with pytest.raises(Refused, match="redirects"):
        hub(bare).pulls("main")


def test_a_wrong_token_is_told(bare: GitHubServer) -> None:
    known = client(bare, token="wrong")
    with pytest.raises(Refused, match="stranger"):
        GitHub(known, NAME, AtOnce(known), lambda: BOT).pulls("main")


VERBS: dict[str, Callable[[Hub], Any]] = {
    "pulls": lambda known: known.pulls("main"),
    "latest": lambda known: known.latest("main", BRANCH),
    "open": lambda known: known.open("main", BRANCH, "x", "y"),
    "close": lambda known: known.close(1),
    "merge": lambda known: known.merge(1, HEAD, "x"),
    "reviews": lambda known: known.reviews(1),
    "comments": lambda known: known.comments(1),
    "say": lambda known: known.say(1, "x"),
    "edit": lambda known: known.edit(1, 2, "x"),
    "statuses": lambda known: known.statuses(HEAD),
    "judge": lambda known: known.judge(HEAD, CommitStatus("x", Verdict.SUCCESS)),
}
_PULL = b'{"number": 1, "head": {"sha": "%s", "ref": "b"}}'
HOSTILE = {
    "nothing": b"",
    "null": b"null",
    "text": b'"x"',
    "mapping": b"{}",
    "empty mappings": b"[{}]",
    "list of nulls": b"[null]",
    "no utf-8": b"\xff\xfe",
    "nul": b'[{"number": 1, "title": "\\u0000", "head": {"sha": "\\u0000"}}]',
    "wrong types": b'[{"number": "1", "id": "x", "head": [], "labels": {"a": 1}, "user": 7, "context": {}}]',
    "huge number": b'[{"number": 1' + b"0" * 5000 + b"}]",
    "large number": b'[{"number": 1' + b"0" * 40 + b', "id": 1e400}]',
    "no number": b'[{"number": NaN, "id": -Infinity}]',
    "deep": b"[" * 200_000,
    "deep and whole": b"[" * 900 + b"]" * 900,
    "deep mapping": b'{"head":' * 900 + b"1" + b"}" * 900,
    "a pull request": _PULL % (b"0" * 40),
    "no commit": _PULL % (b"Z" * 40),
    "an odd name": b'[{"state": "APPROVED", "commit_id": "%s", "user": {"login": "../a?x#\\u0000"}}]' % (b"0" * 40),
    "a long list": b"[" + b",".join([b"1"] * 100_000) + b"]",
}


def words_of(call: Callable[[], Any]) -> str:
    """Return what a call that foresees whatever it is answered ends with; nothing where it ends well."""
    try:
        call()
    except SetpointError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_answer_ends_in_words(bare: GitHubServer, body: bytes) -> None:
    for status, verb in product((200, 201, 301, 400, 403, 404, 409, 422, 500), VERBS.values()):
        bare.faults = [Fault(status, body) for _ in range(4)]
        words = words_of(lambda verb=verb: verb(hub(bare)))
        assert len(words) < 1000
        assert words.isprintable()
        assert words or status < 300 or verb is VERBS["close"]


def test_a_list_without_an_end_is_none(bare: GitHubServer) -> None:
    page = b'[{"id": 1, "body": "x", "user": {"login": "eve"}}]'
    bare.faults = [Fault(200, page, {"Link": '<x>; rel="next"'}) for _ in range(60)]
    with pytest.raises(Unavailable, match="has no end"):
        hub(bare).comments(1)
    assert len(bare.requests) == 40
