"""Each verb on GitLab's contract server: what it does well, what GitLab is odd in, and what an enemy would answer."""

import json
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from reconciler.forges.budget import Budget
from reconciler.forges.client import Declined
from reconciler.forges.hub import Hub
from reconciler.model.errors import Refused, SetpointError, Unavailable
from reconciler.model.ids import CommitId
from reconciler.model.reviews import CommitStatus, PullState, Verdict
from tests.contracts.gitlab import Fault, GitLabServer
from tests.contracts.gitlab.server import BOT, PERSON, PERSON_TOKEN
from tests.unit.reconciler.providers.forge.gitlab.conftest import BRANCH, commit, hub

HEAD = CommitId("a" * 40)
PENDING = CommitStatus("setpoint/dev", Verdict.PENDING, "being planned")


def test_a_branch_is_proposed_once(server: GitLabServer) -> None:
    first = hub(server).open("main", BRANCH, "A title", "a body")
    again = hub(server).open("main", BRANCH, "Another title", "")
    assert (again, first.author, first.state) == (first, BOT, PullState.OPEN)
    assert hub(server).pulls("main") == [first]
    assert hub(server).pulls("release") == []


def test_a_conflict_without_an_open_one_is_told(server: GitLabServer) -> None:
    with pytest.raises(Declined, match="409"):
        hub(server).open("main", "main", "A title", "")


def test_a_long_title_is_cut(server: GitLabServer) -> None:
    assert len(hub(server).open("main", BRANCH, "x" * 999, "").title) == 255


def test_the_newest_from_a_branch_is_found_whatever_its_state(server: GitLabServer) -> None:
    assert hub(server).latest("main", BRANCH) is None
    hub(server).close(hub(server).open("main", BRANCH, "First", "").number)
    second = hub(server).open("main", BRANCH, "Second", "")
    server.repository.open_from_fork(BRANCH, second.commit, "eve")
    found = hub(server).latest("main", BRANCH)
    assert found
    assert (found.number, found.state) == (second.number, PullState.OPEN)
    assert hub(server).latest("main", "proposals/dev/promotions/x/other") is None


def test_closing_is_closing_whatever_was_there(server: GitLabServer) -> None:
    opened = hub(server).open("main", BRANCH, "A title", "")
    for number in (opened.number, opened.number, 99):
        hub(server).close(number)
    found = hub(server).latest("main", BRANCH)
    assert found
    assert found.state is PullState.CLOSED


def test_closing_that_is_refused_is_told_only_of_an_open_one(server: GitLabServer) -> None:
    opened = hub(server).open("main", BRANCH, "A title", "")
    server.faults = [Fault(409, only="PUT")]
    with pytest.raises(Declined):
        hub(server).close(opened.number)
    hub(server).close(opened.number)
    server.faults = [Fault(405, only="PUT")]
    hub(server).close(opened.number)


def test_forks_are_told_apart_even_when_they_are_gone(server: GitLabServer) -> None:
    there = commit(server, "elsewhere", {"x": "y"}, on="main")
    server.repository.open_from_fork("elsewhere", there, "eve")
    server.repository.open_from_fork("elsewhere", there, "eve", is_deleted=True)
    hub(server).open("main", BRANCH, "A title", "")
    assert [(one.number, one.is_fork) for one in hub(server).pulls("main")] == [(3, False), (2, True), (1, True)]


def test_one_without_a_head_hides_no_other(server: GitLabServer) -> None:
    server.repository.open_from_fork("gone", "", "eve", is_deleted=True).head = None
    opened = hub(server).open("main", BRANCH, "A title", "")
    assert hub(server).pulls("main") == [opened]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 201])
def test_lists_are_whole(server: GitLabServer, count: int) -> None:
    opened = hub(server).open("main", BRANCH, "A title", "")
    request = server.repository.requests[opened.number]
    for number in range(count):
        server.repository.remark(request, PERSON, str(number), is_system=False)
    assert [one.text for one in hub(server).comments(opened.number)] == [str(number) for number in range(count)]


def test_a_list_whose_links_a_proxy_took_away_is_whole(server: GitLabServer) -> None:
    opened = hub(server).open("main", BRANCH, "A title", "")
    note = {"id": 1, "body": "x", "author": {"username": "ada"}}
    server.faults = [Fault(200, json.dumps([note] * count).encode()) for count in (100, 100, 1)]
    assert len(hub(server).comments(opened.number)) == 201


def test_notes_are_said_and_written_anew_and_gitlab_s_own_left_out(server: GitLabServer) -> None:
    opened = hub(server).open("main", BRANCH, "A title", "")
    said = hub(server).say(opened.number, "First")
    request = server.repository.requests[opened.number]
    server.repository.remark(request, PERSON, "changed the description")
    gone = server.repository.remark(request, "", "of an account that is gone", is_system=False)
    hub(server).edit(opened.number, said.id, "Second")
    assert [(one.id, one.author, one.text) for one in hub(server).comments(opened.number)] == [
        (said.id, BOT, "Second"),
        (gone.id, "", "of an account that is gone"),
    ]


def test_a_note_of_somebody_else_isn_t_ours_to_write(server: GitLabServer) -> None:
    opened = hub(server).open("main", BRANCH, "A title", "")
    said = hub(server, token=PERSON_TOKEN).say(opened.number, "Mine")
    with pytest.raises(Refused, match="doesn't let us"):
        hub(server).edit(opened.number, said.id, "Ours")


def test_nothing_that_we_write_is_an_action(server: GitLabServer) -> None:
    """A line `/close` in a plan, of which somebody else chose the words, would close what it is about."""
    hostile = "A plan\n/close\n/label ~x\n"
    opened = hub(server).open("main", BRANCH, "A title", hostile)
    said = hub(server).say(opened.number, hostile)
    hub(server).edit(opened.number, said.id, "/close\n" + hostile)
    assert server.repository.requests[opened.number].state == "opened"
    assert "/label" in server.repository.requests[opened.number].body
    assert hub(server).comments(opened.number)[0].text == "/close\n" + hostile
    hub(server, token=PERSON_TOKEN)._client.send(
        "POST", f"/projects/4001/merge_requests/{opened.number}/notes", {"body": hostile}
    )
    assert server.repository.requests[opened.number].state == "closed"


def test_the_newest_status_of_each_name_counts(server: GitLabServer) -> None:
    head = hub(server).open("main", BRANCH, "A title", "").commit
    success = CommitStatus("setpoint/dev", Verdict.SUCCESS, "nothing changes", "https://x.example/1")
    other = CommitStatus("setpoint/prod", Verdict.ERROR, "no answer")
    for status in (PENDING, other, success):
        hub(server).judge(head, status)
    assert set(hub(server).statuses(head)) == {success, other}
    hub(server).judge(head, CommitStatus("setpoint/dev", Verdict.SUCCESS, "still nothing"))
    hub(server).judge(head, PENDING)
    assert set(hub(server).statuses(head)) == {PENDING, other}


def test_jobs_of_pipelines_are_told_by_their_names_beside_what_others_post(server: GitLabServer) -> None:
    head = hub(server).open("main", BRANCH, "A title", "").commit
    for name, state in (("build 1/2", "failed"), ("deploy", "manual"), ("lint", "skipped"), ("build 1/2", "success")):
        server.statuses.job(head, name, state)
    hub(server).judge(head, PENDING)
    assert {one.context: one.verdict for one in hub(server).statuses(head)} == {
        "build 1/2": Verdict.SUCCESS,
        "deploy": Verdict.PENDING,
        "lint": Verdict.SUCCESS,
        "setpoint/dev": Verdict.PENDING,
    }


def test_a_state_that_is_posted_again_is_there_with_its_first_line(server: GitLabServer) -> None:
    head = hub(server).open("main", BRANCH, "A title", "").commit
    hub(server).judge(head, PENDING)
    hub(server).judge(head, CommitStatus("setpoint/dev", Verdict.PENDING, "waits for the base"))
    assert hub(server).statuses(head) == [PENDING]


def test_a_state_that_can_t_be_had_is_told(server: GitLabServer) -> None:
    head = hub(server).open("main", BRANCH, "A title", "").commit
    hub(server).judge(head, PENDING)
    server.faults = [Fault(400, b'{"message": "Cannot transition status via :drop from :success"}', only="POST")]
    with pytest.raises(Declined, match="400"):
        hub(server).judge(head, CommitStatus("setpoint/dev", Verdict.FAILURE, "no"))
    server.faults = [Fault(400, b'{"message": {"name": ["is odd"]}}', only="POST")]
    with pytest.raises(Declined, match="400"):
        hub(server).judge(head, PENDING)


def test_lines_and_addresses_that_are_too_long_are_cut_or_left_out(server: GitLabServer) -> None:
    head = hub(server).open("main", BRANCH, "A title", "").commit
    hub(server).judge(head, CommitStatus("c", Verdict.SUCCESS, "x" * 999, "https://x.example/" + "x" * 999))
    assert hub(server).statuses(head) == [CommitStatus("c", Verdict.SUCCESS, "x" * 255)]


def test_a_fork_s_head_can_have_no_status(server: GitLabServer) -> None:
    there = commit(server, "elsewhere", {"x": "y"}, on="main")
    server.repository.open_from_fork("elsewhere", there, "eve")
    server.repository.git("update-ref", "-d", "refs/heads/elsewhere")
    with pytest.raises(Declined, match="404") as refused:
        hub(server).judge(there, PENDING)
    assert "References for commit" in refused.value.hint
    assert hub(server).statuses(there) == []


def test_who_we_are(bare: GitLabServer) -> None:
    assert hub(bare).me() == BOT
    bare.faults = [Fault(200, b'{"username": ""}')]
    with pytest.raises(Unavailable, match="who we are"):
        hub(bare).me()


def test_a_wrong_token_is_told(bare: GitLabServer) -> None:
    with pytest.raises(Refused, match="stranger"):
        hub(bare, token="wrong").pulls("main")


def test_a_spent_limit_is_waited_for(bare: GitLabServer) -> None:
    known = hub(bare, Budget())
    bare.faults = [Fault(429, b"Retry later\n", {"Retry-After": "60", "RateLimit-Remaining": "0"})]
    for _ in range(2):
        with pytest.raises(Unavailable):
            known.pulls("main")
    assert len(bare.requests) == 1


def test_a_project_that_moved_is_told(bare: GitLabServer) -> None:
    bare.faults = [Fault(301, b"", {"Location": f"{bare.url}/api/v4/projects/1"})]
    with pytest.raises(Refused, match="redirects"):
        hub(bare).pulls("main")


def test_a_page_of_another_kind_of_server_is_told(bare: GitLabServer) -> None:
    bare.faults = [Fault(200, b"<html>Sign in</html>", {"Content-Type": "text/html"})]
    with pytest.raises(Unavailable, match="no JSON"):
        hub(bare).pulls("main")


VERBS: dict[str, Callable[[Hub], Any]] = {
    "me": lambda known: known.me(),
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
HOSTILE = {
    "nothing": b"",
    "null": b"null",
    "text": b'"x"',
    "mapping": b"{}",
    "empty mappings": b"[{}]",
    "list of nulls": b"[null]",
    "no utf-8": b"\xff\xfe",
    "nul": b'[{"iid": 1, "title": "\\u0000", "sha": "\\u0000"}]',
    "wrong types": b'[{"iid": "1", "id": "x", "sha": [], "labels": {"a": 1}, "author": 7, "name": {}}]',
    "huge number": b'[{"iid": 1' + b"0" * 5000 + b"}]",
    "large number": b'[{"iid": 1' + b"0" * 40 + b', "id": 1e400}]',
    "no number": b'[{"iid": NaN, "id": -Infinity}]',
    "deep": b"[" * 200_000,
    "deep and whole": b"[" * 900 + b"]" * 900,
    "deep mapping": b'{"sha":' * 900 + b"1" + b"}" * 900,
    "deep words": b'{"message":' * 900 + b"1" + b"}" * 900,
    "words": json.dumps({"message": ["\x1b[31m\n" + "x" * 10_000]}).encode(),
    "words of a transition": b'{"message": "Cannot transition status"}',
    "a merge request": json.dumps({"iid": 1, "sha": "0" * 40, "state": "opened"}).encode(),
    "approvals": json.dumps({"approved_by": [{"user": {"username": ["x"]}, "approved_at": {}}] * 1000}).encode(),
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
def test_a_hostile_answer_ends_in_words(bare: GitLabServer, body: bytes) -> None:
    for status, verb in product((200, 201, 301, 400, 403, 404, 409, 422, 500), VERBS.values()):
        bare.faults = [Fault(status, body) for _ in range(4)]
        words = words_of(lambda verb=verb: verb(hub(bare)))
        assert len(words) < 1000
        assert words.isprintable()
        assert words or status < 300 or verb is VERBS["close"]


def test_a_list_without_an_end_is_none(bare: GitLabServer) -> None:
    page = json.dumps([{"id": 1, "body": "x", "author": {"username": "eve"}}] * 100).encode()
    bare.faults = [Fault(200, page, {"Link": '<x>; rel="next"', "X-Next-Page": "7"}) for _ in range(60)]
    with pytest.raises(Unavailable, match="has no end"):
        hub(bare).comments(1)
    assert len(bare.requests) == 40
