"""Gitea's answers, odd ones among them: what the real server can't be brought to say when a test asks."""

import json
from typing import Any

import pytest

from reconciler.forges.client import Declined, ForgeClient
from reconciler.forges.hub import Merge
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import CommitId
from reconciler.model.reviews import CommitStatus, Opinion, PullState, Review, Verdict
from reconciler.providers.forge.gitea import Gitea
from reconciler.wire import Answer, Call, Server

HEAD, OTHER = CommitId("a" * 40), CommitId("b" * 40)


class Line:
    """A wire that answers by method and the end of the path."""

    server = Server("the forge", "http://forge.test")

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.calls: list[Call] = []

    def send(self, call: Call) -> Answer:
        self.calls.append(call)
        if call.query.get("page", "1") != "1":
            return Answer(200, b"[]")
        status, document = self.answers.get(f"{call.method}_{call.path.rsplit('/', 1)[1]}", (404, {}))
        return Answer(status, json.dumps(document).encode())


def gitea(**answers: Any) -> tuple[Gitea, Line]:
    line = Line(**answers)
    return Gitea(ForgeClient(line, "/api/v1"), "team/models"), line  # type: ignore[arg-type]


def pull(**parts: Any) -> dict[str, Any]:
    side = {"ref": "change", "sha": HEAD, "repo_id": 1}
    return {"number": 7, "state": "open", "head": side, "base": {"ref": "main", "repo_id": 1}, **parts}


def test_a_pull_request_is_read() -> None:
    told = pull(
        title="T", user={"login": "ada"}, html_url="http://x", labels=[{"name": "try"}], draft=True, merged=False
    )
    forge, line = gitea(GET_pulls=(200, [told, pull(base={"ref": "other"})]))
    (found,) = forge.pulls("main")
    assert (found.number, found.branch, found.commit, found.ref) == (7, "change", HEAD, "refs/pull/7/head")
    assert (found.state, found.author, found.labels, found.is_draft) == (PullState.OPEN, "ada", {"try"}, True)
    assert line.calls[0].path == "/api/v1/repos/team/models/pulls"


@pytest.mark.parametrize(
    ("parts", "is_fork"),
    [
        ({}, False),
        ({"head": {"ref": "x", "sha": HEAD, "repo_id": 2}}, True),
        ({"head": {"ref": "x", "sha": HEAD}}, True),
    ],
)
def test_a_fork_is_told_by_its_repository(parts: dict[str, Any], is_fork: bool) -> None:
    forge, _ = gitea(GET_pulls=(200, [pull(**parts)]))
    assert forge.pulls("main")[0].is_fork is is_fork


@pytest.mark.parametrize("odd", [{"number": "7"}, {"number": 0}, {"head": None}, {"head": {"sha": "../../etc"}}])
def test_a_pull_request_that_can_t_be_named_is_told(odd: dict[str, Any]) -> None:
    forge, _ = gitea(GET_pulls=(200, [pull(**odd)]))
    with pytest.raises(Unavailable, match="the forge told no"):
        forge.pulls("main")


def test_of_several_of_one_branch_the_newest_is_the_latest() -> None:
    listed = [pull(number=9, state="closed"), pull(number=8), pull(number=11, head={"ref": "x", "sha": HEAD})]
    forge, _ = gitea(GET_change=(200, pull(number=3, state="closed")), GET_pulls=(200, listed))
    found = forge.latest("main", "change")
    assert found is not None
    assert (found.number, found.state) == (9, PullState.CLOSED)
    assert gitea()[0].latest("main", "change") is None


@pytest.mark.parametrize(
    ("answer", "shown", "outcome"),
    [
        ((200, {}), pull(), Merge.DONE),
        ((405, {"message": "Please try again later"}), pull(), Merge.LATER),
        ((405, {"message": "The PR is already merged"}), pull(merged=True, state="closed"), Merge.DONE),
        ((409, {"message": "head target does not match"}), pull(head={"ref": "change", "sha": OTHER}), Merge.MOVED),
        ((409, {"message": "conflict"}), pull(), Merge.CONFLICT),
    ],
)
def test_each_answer_to_a_merge_means_something(answer: Any, shown: Any, outcome: Merge) -> None:
    forge, line = gitea(POST_merge=answer, GET_7=(200, shown))
    assert forge.merge(7, HEAD, "Proposal: x") is outcome
    assert json.loads(line.calls[0].body) == {"Do": "merge", "head_commit_id": HEAD, "MergeMessageField": "Proposal: x"}


def test_a_merge_that_the_rules_forbid_is_declined_with_the_forge_s_words() -> None:
    forge, _ = gitea(POST_merge=(405, {"message": "Does not have enough approvals"}), GET_7=(200, pull()))
    with pytest.raises(Declined, match="won't post") as caught:
        forge.merge(7, HEAD, "x")
    assert "enough approvals" in caught.value.hint


def said(who: str, state: str, **parts: Any) -> dict[str, Any]:
    return {"user": {"login": who}, "state": state, "commit_id": HEAD, "official": True, **parts}


def test_only_what_counts_is_an_opinion_and_the_newest_of_each() -> None:
    told = [
        said("ada", "REQUEST_CHANGES"),
        said("ada", "APPROVED"),
        said("grace", "APPROVED"),
        said("grace", "COMMENT"),
        said("grace", "REQUEST_CHANGES", commit_id=OTHER),
        said("linus", "APPROVED", stale=True),
        said("mallory", "APPROVED", official=False),
        said("eve", "APPROVED", dismissed=True),
        said("new", "PENDING"),
    ]
    forge, _ = gitea(GET_reviews=(200, told))
    assert forge.reviews(7) == [Review("ada", HEAD, Opinion.APPROVED), Review("grace", OTHER, Opinion.DECLINED)]


def test_statuses_are_read_in_the_server_s_own_words() -> None:
    told = [
        {"context": "a", "status": "warning", "description": "d"},
        {"context": "b", "status": "success"},
        {"context": "c", "status": "never heard of"},
    ]
    forge, _ = gitea(GET_status=(200, {"statuses": told}))
    verdicts = {one.context: one.verdict for one in forge.statuses(HEAD)}
    assert verdicts == {"a": Verdict.FAILURE, "b": Verdict.SUCCESS, "c": Verdict.ERROR}
    assert gitea(GET_status=(200, {"statuses": None}))[0].statuses(HEAD) == []


def test_a_status_that_may_not_be_given_is_refused() -> None:
    forge, _ = gitea(**{f"POST_{HEAD}": (403, {"message": "token does not have scope"})})
    with pytest.raises(Refused, match="doesn't let us post"):
        forge.judge(HEAD, CommitStatus("setpoint/dev", Verdict.SUCCESS))


def test_closing_what_is_closed_or_gone_is_no_error() -> None:
    for status in (404, 412):
        gitea(PATCH_7=(status, {}))[0].close(7)


def labelled(who: str, body: str, name: str = "try it", kind: str = "label") -> dict[str, Any]:
    return {"type": kind, "user": {"login": who}, "body": body, "label": {"name": name}}


@pytest.mark.parametrize(
    ("events", "who"),
    [
        ([], ""),
        ([labelled("ada", "1")], "ada"),
        ([labelled("ada", "1"), labelled("bob", "")], ""),
        ([labelled("ada", "1"), labelled("bob", ""), labelled("eve", "1")], "eve"),
        ([labelled("ada", "1", "other"), labelled("mallory", "1", kind="comment")], ""),
        ([{"type": "label"}, {"type": "label", "label": None, "body": 1}, labelled("ada", "1")], "ada"),
    ],
)
def test_who_set_a_label_last_is_told_by_its_events(events: list[dict[str, Any]], who: str) -> None:
    forge, _ = gitea(GET_timeline=(200, events))
    assert forge.granter(7, "try it") == who


def test_who_may_be_assigned_may_write() -> None:
    forge, _ = gitea(GET_assignees=(200, [{"login": "ada"}, "odd"]))
    assert [forge.may_write(name) for name in ("ada", "mallory", "")] == [True, False, False]


def test_a_label_that_the_repository_hasn_t_got_is_made() -> None:
    forge, line = gitea(GET_labels=(200, [{"name": "bug", "id": 1}]), POST_labels=(201, {"id": 5}))
    forge.label(7, "try it", on=True)
    sent = [(call.method, call.path.rpartition("models")[2], call.body) for call in line.calls if call.method == "POST"]
    assert [path for _, path, _ in sent] == ["/labels", "/issues/7/labels"]
    assert json.loads(sent[1][2]) == {"labels": [5]}


def test_a_label_that_nobody_has_made_is_off() -> None:
    forge, line = gitea(GET_labels=(200, []))
    forge.label(7, "try it", on=False)
    assert {call.method for call in line.calls} == {"GET"}
