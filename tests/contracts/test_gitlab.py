"""The server: a client that others wrote reads what ours wrote, and ours what that did; what isn't GitLab's fails."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from gitlab.exceptions import (
    GitlabAuthenticationError,
    GitlabCreateError,
    GitlabMRApprovalError,
    GitlabMRClosedError,
)

from reconciler.forges.access import Token
from reconciler.forges.client import ForgeClient
from reconciler.forges.pull_requests import PullRequestForge
from reconciler.model.errors import SetpointError
from reconciler.model.observed import ProposalState
from reconciler.model.reviews import CommitStatus, Opinion, Verdict
from reconciler.ports.forge import ProposalOrder
from reconciler.wire import Server, Wire
from tests.conformance.gitlab_forges import GitLabBench
from tests.contracts.gitlab import GitLabServer, serving
from tests.contracts.gitlab.documents import NAME
from tests.contracts.gitlab.server import BOT, PERSON, TOKEN

PROPOSAL = "promotions/employment/0123456789ab"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[GitLabBench]:
    with contextlib.closing(GitLabBench(tmp_path)) as bench:
        bench.commit({"README.md": "# Models\n"})
        yield bench


@pytest.fixture
def forge(bench: GitLabBench) -> PullRequestForge:
    forge = bench.open()
    assert isinstance(forge, PullRequestForge)
    return forge


def propose(bench: GitLabBench, forge: PullRequestForge) -> Any:
    """Propose something; return its merge request, as others have it."""
    forge.propose(
        ProposalOrder(PROPOSAL, bench.head(), "x.yaml", {"replicas": 2}, "Promote a trial", "It is *better*.")
    )
    return bench.project.mergerequests.get(1)


def start(bench: GitLabBench, branch: str) -> None:
    """Make a branch, by a push, that has a commit more than the watched one."""
    git = bench.server.repository.git
    tree = git("mktree", told=f"100644 blob {git('hash-object', '-w', '--stdin', told='an idea')}\tidea.md\n")
    made = git("commit-tree", tree, "-p", bench.head(), "-m", "by hand")
    git("update-ref", f"refs/heads/{branch}", made)


def ready(shown: Any) -> Any:
    """Look until it is known whether it can be merged."""
    while shown.detailed_merge_status == "checking":
        shown = shown.manager.get(shown.iid)
    return shown


def test_others_read_what_we_have_written(bench: GitLabBench, forge: PullRequestForge) -> None:
    shown = propose(bench, forge)
    forge.comment(1, "a plan")
    head = forge.list()[PROPOSAL].commit
    forge.judge(head, CommitStatus("setpoint/dev", Verdict.SUCCESS, "nothing changes", "https://x.example"))
    assert (shown.title, shown.sha, shown.state, shown.target_branch) == ("Promote a trial", head, "opened", "main")
    assert shown.description.endswith("It is *better*.")
    (note,) = [one for one in shown.notes.list(get_all=True) if not one.system]
    assert "a plan" in note.body
    assert note.author["username"] == BOT
    (status,) = bench.project.commits.get(head, lazy=True).statuses.list(get_all=True)
    told = (status.name, status.status, status.description, status.target_url)
    assert told == ("setpoint/dev", "success", "nothing changes", "https://x.example")
    forge.merge(PROPOSAL)
    shown = bench.project.mergerequests.get(1)
    assert (shown.state, shown.merge_commit_sha) == ("merged", bench.head())


def test_we_read_what_others_have_written(bench: GitLabBench, forge: PullRequestForge) -> None:
    shown = propose(bench, forge)
    head = shown.sha
    shown.notes.create({"body": "<!-- setpoint:conversation -->\nnot ours"})
    shown.labels = ["urgent"]
    shown.save()
    shown.approve(sha=head)
    bench.project.commits.get(head, lazy=True).statuses.create({"state": "running", "name": "ci"})
    forge.refresh()
    (review,) = forge.list()[PROPOSAL].reviews
    assert (review.author, review.commit, review.opinion) == (PERSON, head, Opinion.APPROVED)
    assert forge.pulls()[0].labels == {"urgent"}
    forge.comment(1, "ours")
    assert [one.author["username"] for one in shown.notes.list(sort="asc", get_all=True) if not one.system] == [
        PERSON,
        BOT,
    ]
    bench.project.mergerequests.get(1).unapprove()
    forge.refresh()
    assert forge.list()[PROPOSAL].reviews == ()
    ready(bench.project.mergerequests.get(1)).merge(merge_commit_message="By hand")
    forge.refresh()
    assert forge.list()[PROPOSAL].state is ProposalState.MERGED


def test_others_open_and_close_what_we_list(bench: GitLabBench, forge: PullRequestForge) -> None:
    start(bench, "ideas")
    asked = {"source_branch": "ideas", "target_branch": "main", "title": "An idea"}
    made = bench.project.mergerequests.create(asked)
    (pull,) = forge.pulls()
    assert (pull.number, pull.title, pull.author, pull.is_fork) == (made.iid, "An idea", PERSON, False)
    with pytest.raises(GitlabCreateError, match="Another open merge request already exists"):
        bench.project.mergerequests.create(asked)
    made.state_event = "close"
    made.save()
    forge.refresh()
    assert forge.pulls() == ()


def test_others_are_refused_as_gitlab_refuses(bench: GitLabBench, forge: PullRequestForge) -> None:
    shown = propose(bench, forge)
    statuses = bench.project.commits.get(shown.sha, lazy=True).statuses
    statuses.create({"state": "pending", "name": "ci"})
    with pytest.raises(GitlabCreateError, match="Cannot transition status via :enqueue from :pending"):
        statuses.create({"state": "pending", "name": "ci", "description": "other"})
    with pytest.raises(GitlabAuthenticationError):
        bench.client(TOKEN).projects.get(NAME).mergerequests.get(1).approve()
    with pytest.raises(GitlabMRApprovalError, match="SHA does not match"):
        shown.approve(sha="0" * 40)
    ready(shown)
    with pytest.raises(GitlabMRClosedError, match="SHA does not match"):
        shown.merge(sha="0" * 40)
    shown.merge()
    with pytest.raises(GitlabMRClosedError, match="405"):
        shown.merge()


def test_others_page_through_lists(bench: GitLabBench, forge: PullRequestForge) -> None:
    shown = propose(bench, forge)
    for count in range(70):
        bench.server.repository.remark(bench.server.repository.requests[1], PERSON, str(count), is_system=False)
    assert [one.body for one in shown.notes.list(sort="asc", iterator=True)] == [str(n) for n in range(70)]


Ask = Callable[[ForgeClient], Any]
_ROOT = "/projects/4001/merge_requests"


@pytest.mark.parametrize(
    ("ask", "flaw"),
    [
        pytest.param(lambda client: client.get("/projects/4001/branches"), "no such call", id="call"),
        pytest.param(lambda client: client.get(_ROOT, base="main"), "no parameter base", id="parameter"),
        pytest.param(lambda client: client.send("POST", _ROOT, {"head": "x"}), "no field head", id="field"),
        pytest.param(lambda client: client.send("POST", _ROOT, {"title": "x"}), "source_branch is missing", id="need"),
    ],
)
def test_what_isn_t_gitlab_s_fails_the_test(tmp_path: Path, ask: Ask, flaw: str) -> None:
    def play() -> None:
        with serving(GitLabServer(tmp_path)) as server:
            client = ForgeClient(Wire(Server("the forge", server.url), Token(TOKEN), 5.0), "/api/v4")
            with contextlib.suppress(SetpointError):
                ask(client)

    with pytest.raises(AssertionError, match=flaw):
        play()


def test_who_is_unknown_is_told(tmp_path: Path) -> None:
    with serving(GitLabServer(tmp_path)) as server:
        assert httpx.get(f"{server.url}/api/v4/user", headers={"PRIVATE-TOKEN": "x"}).status_code == 401
