"""A daemon says on merge requests what a merge would do, on a GitLab with a life of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.forges.sections import sections
from tests.contracts.gitlab import GitLabServer, Request, serving
from tests.contracts.gitlab.documents import NAME
from tests.contracts.gitlab.server import BOT, PERSON, TOKEN
from tests.servers.process import until
from tests.unit.reconciler.git.people import Clone

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
POOL = "specs/pools/shared.yaml"


class Place:
    """A repository with a daemon; `ada` is a person's work tree, `log` what the daemon says."""

    def __init__(self, server: GitLabServer, folder: Path) -> None:
        self.server = server
        self.log = folder / "daemon.log"
        self.ada = Clone(folder / "ada", server.repository.url)
        forge = {"provider": "gitlab", "token": "${secret:GITLAB_TOKEN}", "url": server.url, "path": NAME}
        environment = yaml.safe_dump({"forge": forge})
        self.ada.commit({"environments/dev/environment.yaml": environment, POOL: "capacity: {cpus: 1}\n"}, "Begin")
        self.ada.push("HEAD:main")

    @property
    def told(self) -> list[dict[str, Any]]:
        """Return what the daemon has logged."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def propose(self, branch: str, text: str) -> Request:
        """Push a change of the pool to a branch and open a merge request."""
        self.ada.git("checkout", "--quiet", "-B", branch, "main")
        self.ada.commit({POOL: text})
        self.ada.push(f"HEAD:{branch}")
        with self.server.lock:
            self.server.repository.look()
            return self.server.repository.open(branch, "main", f"Change {branch}", author=PERSON)

    def section(self, request: Request) -> str:
        """Return what the daemon has said on a merge request; nothing where it hasn't."""
        notes = [one for one in request.notes if not one.is_system]
        assert {one.author for one in notes} <= {BOT}
        assert len(notes) < 2, "one note, however often it is written"
        return sections(notes[0].body)["dev"] if notes else ""

    def status(self, request: Request) -> tuple[str, str | None]:
        """Return the newest status of a merge request's head."""
        told = self.server.statuses.of(request.head or "")
        return (told[-1].state, told[-1].description) if told else ("", "")


@contextmanager
def watched(folder: Path) -> Iterator[Place]:
    """Have a daemon watch a repository for a while."""
    environ = {**os.environ, "SETPOINT_HOME": str(folder / "home"), "SETPOINT_SECRET_GITLAB_TOKEN": TOKEN}
    with serving(GitLabServer(folder)) as server:
        place = Place(server, folder)
        line = [sys.executable, "-m", "reconciler", "run", "-C", server.repository.url, "-e", "dev", "--log", "json"]
        with place.log.open("wb") as out:
            process = subprocess.Popen([*line, "--poll", "500ms"], cwd=ROOT, stdout=out, stderr=out, env=environ)
        try:
            until(lambda: any(line.get("event") == "pass" for line in place.told), "the first pass")
            yield place
        finally:
            process.terminate()
            process.wait(20)


def test_a_merge_request_is_told_what_its_merge_would_do(tmp_path: Path) -> None:
    with watched(tmp_path) as place:
        request = place.propose("larger", "capacity: {cpus: 2}\n")
        until(lambda: place.status(request)[0] == "success", "the status")
        assert place.status(request) == ("success", "1 change")
        assert "`capacity.cpus` | `1.0` | `2.0`" in place.section(request)

        place.ada.commit({POOL: "capacity: {cpus: many}\n"})
        place.ada.push("HEAD:larger")
        until(lambda: "1 error" in place.section(request), "the page to tell of the error")
        until(lambda: place.status(request)[0] == "failed", "the status to follow")

        other = place.propose("other", "capacity: {cpus: 3}\n")
        until(lambda: place.section(other), "the page of another one")
        with place.server.lock:
            place.server.repository.merge(other, "by hand")
        head = place.server.repository.heads["main"]
        until(lambda: head[:12] in place.section(request), "the page to follow the branch")
        until(lambda: place.status(request)[0] == "failed", "the status to be said again")
    assert TOKEN not in place.log.read_text()
