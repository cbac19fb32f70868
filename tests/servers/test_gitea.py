"""Gitea as the tests get it: a forge with people, pull requests, protected branches and webhooks that arrive."""

import hashlib
import hmac
import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.servers.gitea import Gitea, Listener, Protection
from tests.servers.gitea.project import LATER, Project, project
from tests.servers.process import until
from tests.unit.reconciler.git.people import Clone


@pytest.fixture
def specs(gitea: Gitea, tmp_path: Path) -> Project:
    return project(gitea, tmp_path)


def proposed(specs: Project, clone: Clone) -> int:
    """Push a commit to a branch, and open a pull request."""
    clone.commit({"a.txt": "proposed\n"})
    clone.push("HEAD:change")
    return specs.open("change")


def review(specs: Project, number: int) -> dict[str, Any]:
    """Return the only review."""
    (only,) = specs.ask(specs.author, "GET", f"/pulls/{number}/reviews").raise_for_status().json()
    return dict(only)


def test_it_tells_its_version(gitea: Gitea) -> None:
    assert gitea.api("GET", "/version").json() == {"version": "1.25.5"}


def test_a_stranger_sees_nothing_private(specs: Project) -> None:
    with specs.server.client() as stranger:
        assert stranger.get(f"/repos/{specs.repository}").status_code == 404
    with pytest.raises(subprocess.CalledProcessError):
        specs.clone(specs.server.create_user(f"stranger-to-{specs.owner.name}"))


def test_a_token_does_what_its_scopes_say(specs: Project) -> None:
    reader = specs.server.create_token(specs.author.name, specs.author.password, ["read:repository"])
    assert specs.server.api("GET", f"/repos/{specs.repository}", token=reader).is_success
    asked = {"state": "success", "context": "setpoint/dev"}
    refused = specs.server.api("POST", f"/repos/{specs.repository}/statuses/{specs.head()}", token=reader, json=asked)
    assert refused.status_code == 403


def test_git_pushes_and_fetches_over_http(specs: Project) -> None:
    clone = specs.clone(specs.author)
    commit = clone.commit({"b.txt": "hello\n"})
    clone.push("HEAD:main")
    assert specs.head() == commit
    assert (specs.clone(specs.reviewer).folder / "b.txt").read_text() == "hello\n"


def test_who_may_read_may_not_push(specs: Project) -> None:
    reader = specs.server.create_user(f"reader-of-{specs.owner.name}")
    specs.server.add_collaborator(specs.repository, reader.name, "read")
    clone = specs.clone(reader)
    clone.commit({"a.txt": "mine\n"})
    with pytest.raises(subprocess.CalledProcessError):
        clone.push("HEAD:main")


def test_what_is_first_pushed_is_known_soon(gitea: Gitea, specs: Project) -> None:
    """Git has it at once; until a queue is at it, the API takes the repository for an empty one and answers 404."""
    clone = Clone(specs.folder / "first", gitea.create_repository(specs.owner, "empty"))
    commit = clone.commit({"a.txt": "first\n"})
    clone.push("HEAD:main")
    assert clone.git("ls-remote", "origin", "refs/heads/main").split()[0] == commit
    path, token = f"/repos/{specs.owner.name}/empty", specs.owner.token
    until(lambda: not gitea.api("GET", path, token=token).json()["empty"], "the first push to be known")
    assert gitea.api("GET", f"{path}/contents/a.txt", token=token).is_success


def test_a_pull_request_is_opened_by_one_approved_by_another_and_merged(specs: Project) -> None:
    clone = specs.clone(specs.author)
    number = proposed(specs, clone)
    specs.approve(number)
    told = review(specs, number)
    assert (told["user"]["login"], told["state"], told["official"]) == (specs.reviewer.name, "APPROVED", True)
    assert told["commit_id"] == clone.git("rev-parse", "HEAD")
    assert specs.merge(number).status_code == 200
    assert specs.ask(specs.author, "GET", f"/pulls/{number}").json()["merged"]
    assert (specs.clone(specs.reviewer).folder / "a.txt").read_text() == "proposed\n"


def test_two_pull_requests_are_merged_one_after_the_other(specs: Project) -> None:
    """The first merge has Gitea look at the second anew; it answers 405, `later`, meanwhile: that passes by itself."""
    clone = specs.clone(specs.author)
    first = proposed(specs, clone)
    clone.git("reset", "--quiet", "--hard", "origin/main")
    clone.commit({"b.txt": "second\n"})
    clone.push("HEAD:second")
    second = specs.open("second")
    assert specs.merge(first).status_code == 200
    assert specs.merge(second).status_code == 200


def test_a_conflict_is_told_as_a_check_that_is_not_over(specs: Project) -> None:
    clone = specs.clone(specs.author)
    number = proposed(specs, clone)
    clone.git("reset", "--quiet", "--hard", "origin/main")
    clone.commit({"a.txt": "other\n"})
    clone.push("HEAD:main")
    until(lambda: not specs.ask(specs.author, "GET", f"/pulls/{number}").json()["mergeable"], "the conflict to be seen")
    refused = specs.ask(specs.author, "POST", f"/pulls/{number}/merge", {"Do": "merge"})
    assert (refused.status_code, refused.json()["message"]) == (405, LATER)


def test_a_protected_branch_takes_no_merge_without_approval(specs: Project) -> None:
    specs.server.protect_branch(specs.repository, "main", Protection(approvals=1))
    number = proposed(specs, specs.clone(specs.author))
    refused = specs.merge(number)
    assert (refused.status_code, refused.json()["message"]) == (405, "Does not have enough approvals")
    specs.approve(number)
    assert specs.merge(number).status_code == 200


def test_a_protected_branch_takes_pushes_of_those_it_names_alone(specs: Project) -> None:
    specs.server.protect_branch(specs.repository, "main", Protection(pushers=[specs.reviewer.name]))
    mine, others = specs.clone(specs.author), specs.clone(specs.reviewer)
    mine.commit({"a.txt": "mine\n"})
    with pytest.raises(subprocess.CalledProcessError):
        mine.push("HEAD:main")
    others.commit({"a.txt": "others\n"})
    others.push("HEAD:main")


def test_a_merge_waits_for_the_status_that_the_branch_requires(specs: Project) -> None:
    specs.server.protect_branch(specs.repository, "main", Protection(checks=["setpoint/dev"]))
    clone = specs.clone(specs.author)
    number = proposed(specs, clone)
    assert specs.merge(number).status_code == 405
    status = {"state": "success", "context": "setpoint/dev"}
    specs.ask(specs.reviewer, "POST", f"/statuses/{clone.git('rev-parse', 'HEAD')}", status).raise_for_status()
    assert specs.merge(number).status_code == 200


def test_an_approval_outlives_a_push_for_a_moment(specs: Project) -> None:
    """Gitea dismisses it up to some seconds later, and merges what nobody has approved if it is asked meanwhile.

    What can be relied on at once: the review's commit isn't the head, and no merge goes through at the approved one.
    """
    specs.server.protect_branch(specs.repository, "main", Protection(approvals=1, dismisses_stale=True))
    clone = specs.clone(specs.author)
    number = proposed(specs, clone)
    specs.approve(number)
    approved = clone.git("rev-parse", "HEAD")
    clone.commit({"a.txt": "unseen\n"})
    clone.push("HEAD:change")
    assert review(specs, number)["commit_id"] == approved != specs.head("change")
    assert specs.merge(number, approved).status_code in {405, 409}
    until(lambda: review(specs, number)["stale"] and review(specs, number)["dismissed"], "the approval to be dismissed")
    assert specs.merge(number).json()["message"] == "Does not have enough approvals"


def test_a_stale_approval_counts_where_it_is_not_dismissed(specs: Project) -> None:
    specs.server.protect_branch(specs.repository, "main", Protection(approvals=1))
    clone = specs.clone(specs.author)
    number = proposed(specs, clone)
    specs.approve(number)
    clone.commit({"a.txt": "unseen\n"})
    clone.push("HEAD:change")
    until(lambda: review(specs, number)["stale"], "the approval to be stale")
    assert review(specs, number)["official"]
    assert specs.merge(number, clone.git("rev-parse", "HEAD")).status_code == 200


def test_a_webhook_arrives_signed(specs: Project) -> None:
    clone = specs.clone(specs.author)
    with Listener() as listener:
        specs.server.create_webhook(specs.repository, f"{listener.url}/hook", "a secret")
        commit = clone.commit({"a.txt": "told\n"})
        clone.push("HEAD:main")
        # What was pushed before may be told to a hook that wasn't there yet.
        until(lambda: any(json.loads(call.body)["after"] == commit for call in listener.calls), "a webhook")
    call = listener.calls[-1]
    assert (call.path, call.headers["x-gitea-event"]) == ("/hook", "push")
    assert call.headers["x-gitea-delivery"]
    assert call.headers["x-gitea-signature"] == hmac.new(b"a secret", call.body, hashlib.sha256).hexdigest()


def test_its_state_outlives_it(own_gitea: Gitea, tmp_path: Path) -> None:
    specs = project(own_gitea, tmp_path / "clones")
    own_gitea.kill()
    with pytest.raises(httpx.ConnectError):
        own_gitea.api("GET", "/version")
    own_gitea.start()
    clone = specs.clone(specs.author)
    clone.commit({"a.txt": "second\n"})
    clone.push("HEAD:main")
    assert specs.head() == clone.git("rev-parse", "HEAD")
