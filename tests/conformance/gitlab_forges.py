"""GitLab as a forge, on a server that is held against a client that others wrote."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import gitlab as clients
import pytest
from gitlab.exceptions import GitlabAuthenticationError

from reconciler.git.repository import Repository
from reconciler.model.ids import CommitId
from reconciler.model.reviews import Opinion
from reconciler.ports.forge import Forge
from reconciler.providers.forge.gitlab import gitlab
from tests.conformance.pushed_forges import PushedForgeBench, ShownIssue
from tests.contracts.gitlab import GitLabServer, serving
from tests.contracts.gitlab.documents import NAME
from tests.contracts.gitlab.server import BOT, PERSON, PERSON_TOKEN, TOKEN

REPORTER = 20
"""The level of access of one who may read and comment."""


class GitLabBench(PushedForgeBench):
    """A project on a server of its own, and a person who works on it."""

    def __init__(self, folder: Path) -> None:
        self._running = ExitStack()
        self.server = self._running.enter_context(serving(GitLabServer(folder)))
        super().__init__(folder, self.server.repository.url, self.server.repository.url)

    def make(self, repository: Repository, environment: str, folder: Path) -> Forge:
        return gitlab(repository, environment, "main", token=TOKEN, url=self.server.url, path=NAME)

    def client(self, token: str = PERSON_TOKEN) -> clients.Gitlab:
        """Return a client that others wrote, as the person or somebody else."""
        client: clients.Gitlab = self._running.enter_context(clients.Gitlab(self.server.url, private_token=token))
        return client

    @property
    def project(self) -> Any:
        """Return the project, as the client of others has it."""
        return self.client().projects.get(NAME)

    @property
    def me(self) -> str:
        return BOT

    @property
    def owner(self) -> str:
        return PERSON

    @property
    def reader(self) -> str:
        return "reader"

    def shown(self, number: int) -> Any:
        shown = self.project.mergerequests.get(number)
        page = {"title": shown.title, "body": shown.description, "html_url": shown.web_url}
        return page | {"base": {"ref": shown.target_branch}}

    def said(self, number: int) -> list[str]:
        notes = self.project.mergerequests.get(number).notes.list(sort="asc", get_all=True)
        return [one.body for one in notes if not one.system]

    def issues(self) -> list[ShownIssue]:
        found = self.project.issues.list(get_all=True)
        said = [[note.body for note in one.notes.list(get_all=True)] for one in found]
        return [
            ShownIssue(one.title, one.description, one.state == "opened", notes)
            for one, notes in zip(found, said, strict=True)
        ]

    def judged(self, commit: CommitId) -> list[tuple[str, str, str]]:
        told = self.project.commits.get(commit, lazy=True).statuses.list(get_all=True)
        return [(one.name, {"failed": "failure"}.get(one.status, one.status), one.description) for one in told]

    def check(self, commit: CommitId, name: str, *, has_passed: bool) -> None:
        self.server.statuses.job(commit, name, "success" if has_passed else "failed")

    def team(self, name: str, members: Sequence[str]) -> str:
        with self.server.lock:
            self.server.calls.groups[f"acme/{name}"] = {**dict.fromkeys(members, 30), "guest": 10}
        return f"acme/{name}"

    def review(self, number: int, opinion: Opinion, *, by_reader: bool = False) -> None:
        if opinion is Opinion.DECLINED:
            self.server.repository.requests[number].reviewers[PERSON] = "requested_changes"
        elif by_reader:
            self.server.tokens["glpat-of-a-reader"] = "reader"
            self.server.calls.readers.add("reader")
            self.server.calls.levels["reader"] = REPORTER
            with pytest.raises(GitlabAuthenticationError):
                self.client("glpat-of-a-reader").projects.get(NAME).mergerequests.get(number).approve()
        else:
            self.project.mergerequests.get(number).approve()

    def close(self) -> None:
        super().close()
        self._running.close()
