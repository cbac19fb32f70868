"""A repository of a real Gitea that only its owner's test uses, and the people who work on it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.servers.gitea.server import Gitea, Person
from tests.servers.process import until
from tests.unit.reconciler.git.people import Clone

LATER = "Please try again later"
"""What a merge is answered (405) while Gitea finds out whether it would conflict, and for ever if it would."""


@dataclass(frozen=True)
class Project:
    """A repository with a README: its owner, and two who may write to it.

    `repository` is its name as the API has it, `owner/name`; clones lie below `folder`.
    """

    server: Gitea
    folder: Path
    repository: str
    owner: Person
    author: Person
    reviewer: Person

    def ask(
        self, who: Person, method: str, path: str, json: object = None, params: Mapping[str, str | int] | None = None
    ) -> httpx.Response:
        """Ask the API about the repository, as a person; return the answer, whatever it is."""
        return self.server.api(method, f"/repos/{self.repository}{path}", token=who.token, json=json, params=params)

    def clone(self, who: Person) -> Clone:
        """Return a work tree at the head of `main`, which pushes with the rights of a person."""
        clone = Clone(self.folder / who.name, self.server.clone_url(self.repository, who))
        clone.git("fetch", "--quiet", "origin", "main")
        clone.git("reset", "--quiet", "--hard", "FETCH_HEAD")
        return clone

    def head(self, branch: str = "main") -> str:
        """Return the commit of a branch."""
        return str(self.ask(self.owner, "GET", f"/branches/{branch}").raise_for_status().json()["commit"]["id"])

    def open(self, branch: str, title: str = "", body: str = "") -> int:
        """Open a pull request of a branch to `main`, as the author; return its number."""
        asked = {"head": branch, "base": "main", "title": title or f"Merge {branch}", "body": body}
        return int(self.ask(self.author, "POST", "/pulls", asked).raise_for_status().json()["number"])

    def approve(self, number: int) -> None:
        """Approve a pull request, as the reviewer."""
        self.ask(self.reviewer, "POST", f"/pulls/{number}/reviews", {"event": "APPROVED"}).raise_for_status()

    def merge(self, number: int, head: str = "", who: Person | None = None) -> httpx.Response:
        """Merge a pull request, at a head if one is told; return the first answer that isn't `later`.

        Its author merges, unless somebody else is named.

        Raises:
            TimeoutError: there was none, as with a conflict.
        """
        answers: list[httpx.Response] = []
        asked = {"Do": "merge", "head_commit_id": head}

        def is_answered() -> bool:
            answers.append(self.ask(who or self.author, "POST", f"/pulls/{number}/merge", asked))
            return LATER not in answers[-1].text

        until(is_answered, f"pull request {number} to be checked")
        return answers[-1]


def project(server: Gitea, folder: Path) -> Project:
    """Make a repository and its people, each with names that nobody else has."""
    end = secrets.token_hex(4)
    owner, author, reviewer = (server.create_user(f"{name}-{end}") for name in ("owner", "author", "reviewer"))
    server.create_repository(owner, "specs", readme=True)
    made = Project(server, folder, f"{owner.name}/specs", owner, author, reviewer)
    for person in (author, reviewer):
        server.add_collaborator(made.repository, person.name, "write")
    return made
