"""Approvals are of a version, not of a merge request: whose is which is told by when they were given."""

import json

import pytest

from reconciler.model.errors import Unavailable
from reconciler.model.reviews import Opinion, Review
from tests.contracts.gitlab import Fault, GitLabServer, Request
from tests.unit.reconciler.providers.forge.gitlab.conftest import BRANCH, commit, hub

NOBODY = json.dumps({"approved_by": []}).encode()


@pytest.fixture
def opened(server: GitLabServer) -> Request:
    """Open a merge request."""
    return server.repository.requests[hub(server).open("main", BRANCH, "A title", "").number]


def test_an_approval_is_of_the_newest_version(server: GitLabServer, opened: Request) -> None:
    server.repository.approve(opened, "ada")
    assert hub(server).reviews(1) == [Review("ada", opened.versions[-1].head, Opinion.APPROVED)]  # type: ignore[arg-type]


@pytest.mark.parametrize("takes_back", [0, 5])
def test_an_approval_of_a_former_version_counts_for_nothing(
    server: GitLabServer, opened: Request, takes_back: int
) -> None:
    """Whether the project keeps approvals over a push, or takes them back in its own time."""
    server.repository.takes_back = takes_back
    server.repository.approve(opened, "ada")
    commit(server, BRANCH, {"file.yaml": "replicas: 99\n"})
    assert hub(server).reviews(1) == []
    assert "ada" in opened.approvals


def test_an_approval_just_before_the_version_was_made_is_of_the_former(server: GitLabServer, opened: Request) -> None:
    """The push is in the repository, but GitLab hasn't made a version of it yet."""
    head = commit(server, BRANCH, {"file.yaml": "replicas: 99\n"})
    server.repository.approve(opened, "ada")
    assert hub(server).reviews(1) == []
    server.repository.approve(opened, "eve")
    assert hub(server).reviews(1) == [Review("eve", head, Opinion.APPROVED)]


def test_an_approval_is_read_before_versions_are(server: GitLabServer, opened: Request) -> None:
    server.repository.approve(opened, "ada")
    hub(server).reviews(1)
    asked = [one.path.rpartition("/")[2] for one in server.requests]
    assert asked.index("approvals") < asked.index("versions")


@pytest.mark.parametrize("at", [None, "", 7, "soon", "2026-01-01T00:00:00", "1970-01-01T00:00:00Z"])
def test_an_approval_that_doesn_t_tell_when_counts_for_nothing(
    server: GitLabServer, opened: Request, at: object
) -> None:
    body = {"approved_by": [{"user": {"username": "ada"}, "approved_at": at}, {"user": {"username": "eve"}}, 7]}
    server.faults = [Fault(200, json.dumps(body).encode())]
    assert hub(server).reviews(opened.number) == []


def test_who_has_no_name_approves_nothing(server: GitLabServer, opened: Request) -> None:
    server.faults = [Fault(200, b'{"approved_by": [{"user": null, "approved_at": "2999-01-01T00:00:00Z"}]}')]
    assert hub(server).reviews(opened.number) == []


def test_changes_that_are_asked_for_hold_it_over_pushes(server: GitLabServer, opened: Request) -> None:
    server.repository.approve(opened, "ada")
    opened.reviewers |= {"ada": "requested_changes", "eve": "reviewed", "bob": "unreviewed"}
    head = commit(server, BRANCH, {"file.yaml": "replicas: 99\n"})
    assert hub(server).reviews(1) == [Review("ada", head, Opinion.DECLINED)]
    server.repository.approve(opened, "ada")
    assert hub(server).reviews(1) == [Review("ada", head, Opinion.APPROVED)]


def test_projects_without_reviewers_have_none(server: GitLabServer, opened: Request) -> None:
    server.faults = [Fault(200, NOBODY), Fault(404, b'{"message": "404 Not found"}')]
    assert hub(server).reviews(opened.number) == []


def test_before_the_first_version_nobody_has_said_anything(server: GitLabServer, opened: Request) -> None:
    opened.versions.clear()
    server.repository.approve(opened, "ada")
    assert hub(server).reviews(1) == []


@pytest.mark.parametrize("version", [{}, {"id": 1}, {"id": 1, "head_commit_sha": "x"}, {"id": "1"}])
def test_a_version_that_tells_no_head_is_told(server: GitLabServer, opened: Request, version: object) -> None:
    page = json.dumps([version]).encode()
    server.faults = [Fault(200, NOBODY), Fault(200, b"[]"), *(Fault(200, body) for body in (page, b"[]"))]
    with pytest.raises(Unavailable):
        hub(server).reviews(opened.number)
