"""Gitea as the tests get it: a forge with people, pull requests, protected branches and webhooks that arrive."""

import hashlib
import hmac
import json
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.servers.gitea import Gitea, Listener, Person, Protection
from tests.servers.process import until
from tests.unit.reconciler.git.people import Clone

LATER = "Please try again later"
"""What a merge is answered while Gitea finds out whether it would conflict."""


@dataclass(frozen=True)
class Place:
    """A repository with one commit, its owner, and two who may write to it."""

    server: Gitea
    owner: Person
    author: Person
    reviewer: Person
    name: str
    folder: Path

    @property
    def repository(self) -> str:
        return f"{self.owner.name}/{self.name}"

    def clone(self, who: Person) -> Clone:
        """Clone it, with the rights of a person."""
        clone = Clone(self.folder / who.name, self.server.clone_url(self.repository, who))
        clone.git("fetch", "--quiet", "origin", "main")
        clone.git("reset", "--quiet", "--hard", "origin/main")
        return clone

    def ask(self, who: Person, method: str, path: str, json: object = None) -> httpx.Response:
        return self.server.api(method, f"/repos/{self.repository}{path}", token=who.token, json=json)

    def propose(self, clone: Clone, branch: str = "change") -> int:
        """Push a commit to a branch, as the author, and open a pull request; return its number."""
        clone.commit({"a.txt": "changed\n"})
        clone.push(f"HEAD:{branch}")
        asked = {"head": branch, "base": "main", "title": "Change a.txt"}
        return int(self.ask(self.author, "POST", "/pulls", asked).raise_for_status().json()["number"])

    def approve(self, number: int) -> None:
        self.ask(self.reviewer, "POST", f"/pulls/{number}/reviews", {"event": "APPROVED"}).raise_for_status()

    def is_mergeable(self, number: int) -> bool:
        told = self.ask(self.author, "GET", f"/pulls/{number}").json()
        return bool(told["mergeable"])

    def merge(self, number: int, head: str = "") -> httpx.Response:
        """Merge a pull request as its author, once Gitea knows whether it can."""
        answers: list[httpx.Response] = []
        asked = {"Do": "merge", "head_commit_id": head}

        def is_answered() -> bool:
            answers.append(self.ask(self.author, "POST", f"/pulls/{number}/merge", asked))
            return answers[-1].status_code != 405 or answers[-1].json()["message"] != LATER

        until(is_answered, "an answer that isn't `later`")
        return answers[-1]


@pytest.fixture
def place(gitea: Gitea, tmp_path: Path) -> Place:
    return prepared(gitea, tmp_path)


def prepared(server: Gitea, folder: Path) -> Place:
    end = secrets.token_hex(4)
    owner, author, reviewer = (server.create_user(f"{name}-{end}") for name in ("owner", "author", "reviewer"))
    place = Place(server, owner, author, reviewer, "specs", folder)
    clone = Clone(folder / "first", server.create_repository(owner, place.name))
    clone.commit({"a.txt": "first\n"})
    clone.push("HEAD:main")
    for person in (author, reviewer):
        server.add_collaborator(place.repository, person.name, "write")
    return place


def test_it_tells_its_version(gitea: Gitea) -> None:
    assert gitea.api("GET", "/version").json() == {"version": "1.25.5"}


def test_a_stranger_sees_nothing_private(place: Place) -> None:
    with place.server.client() as stranger:
        assert stranger.get(f"/repos/{place.repository}").status_code == 404
    with pytest.raises(subprocess.CalledProcessError):
        place.clone(place.server.create_user(f"stranger-{place.owner.name}"))


def test_git_pushes_and_fetches_over_http(place: Place) -> None:
    clone = place.clone(place.author)
    commit = clone.commit({"b.txt": "hello\n"})
    clone.push("HEAD:main")
    assert place.ask(place.reviewer, "GET", "/branches/main").json()["commit"]["id"] == commit
    assert (place.clone(place.reviewer).folder / "b.txt").read_text() == "hello\n"


def test_who_may_read_may_not_push(place: Place) -> None:
    reader = place.server.create_user(f"reader-{place.owner.name}")
    place.server.add_collaborator(place.repository, reader.name, "read")
    clone = place.clone(reader)
    clone.commit({"a.txt": "mine\n"})
    with pytest.raises(subprocess.CalledProcessError):
        clone.push("HEAD:main")


def test_a_pull_request_is_opened_by_one_approved_by_another_and_merged(place: Place) -> None:
    number = place.propose(place.clone(place.author))
    place.approve(number)
    (review,) = place.ask(place.author, "GET", f"/pulls/{number}/reviews").json()
    assert (review["user"]["login"], review["state"], review["official"]) == (place.reviewer.name, "APPROVED", True)
    assert place.merge(number).status_code == 200
    assert place.ask(place.author, "GET", f"/pulls/{number}").json()["merged"]
    assert (place.clone(place.reviewer).folder / "a.txt").read_text() == "changed\n"


def test_a_protected_branch_takes_no_merge_without_approval(place: Place) -> None:
    place.server.protect_branch(place.repository, "main", Protection(approvals=1))
    number = place.propose(place.clone(place.author))
    refused = place.merge(number)
    assert (refused.status_code, "approvals" in refused.text) == (405, True)
    place.approve(number)
    assert place.merge(number).status_code == 200


def test_a_protected_branch_takes_pushes_of_those_it_names_alone(place: Place) -> None:
    place.server.protect_branch(place.repository, "main", Protection(pushers=[place.reviewer.name]))
    mine, others = place.clone(place.author), place.clone(place.reviewer)
    mine.commit({"a.txt": "mine\n"})
    with pytest.raises(subprocess.CalledProcessError):
        mine.push("HEAD:main")
    others.commit({"a.txt": "others\n"})
    others.push("HEAD:main")


def test_a_merge_waits_for_the_status_that_the_branch_requires(place: Place) -> None:
    place.server.protect_branch(place.repository, "main", Protection(checks=["setpoint/dev"]))
    clone = place.clone(place.author)
    number = place.propose(clone)
    assert place.merge(number).status_code == 405
    status = {"state": "success", "context": "setpoint/dev"}
    place.ask(place.reviewer, "POST", f"/statuses/{clone.git('rev-parse', 'HEAD')}", status).raise_for_status()
    assert place.merge(number).status_code == 200


def test_a_webhook_arrives_signed(place: Place) -> None:
    clone = place.clone(place.author)
    with Listener() as listener:
        place.server.create_webhook(place.repository, f"{listener.url}/hook", "a secret")
        commit = clone.commit({"a.txt": "told\n"})
        clone.push("HEAD:main")
        # What was pushed before may be told to a hook that wasn't there yet.
        until(lambda: any(json.loads(call.body)["after"] == commit for call in listener.calls), "a webhook")
    call = listener.calls[-1]
    assert (call.path, call.headers["x-gitea-event"]) == ("/hook", "push")
    signature = hmac.new(b"a secret", call.body, hashlib.sha256).hexdigest()
    assert call.headers["x-gitea-signature"] == signature


def test_its_state_outlives_it(own_gitea: Gitea, tmp_path: Path) -> None:
    place = prepared(own_gitea, tmp_path / "clones")
    own_gitea.kill()
    with pytest.raises(httpx.ConnectError):
        own_gitea.api("GET", "/version")
    own_gitea.start()
    clone = place.clone(place.author)
    assert (clone.folder / "a.txt").read_text() == "first\n"
    clone.commit({"a.txt": "second\n"})
    clone.push("HEAD:main")
