"""A repository on a real Gitea that a real daemon watches, and what people see of it there."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from reconciler.forges.sections import sections
from reconciler.model.ids import Address, file_name
from tests.servers.gitea import Gitea, Person
from tests.servers.gitea.project import Project, project
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import until
from tests.unit.reconciler.git.people import Clone

ROOT = Path(__file__).parents[2]
ENVIRONMENT = "environments/dev/environment.yaml"
EVENTS = ("push", "pull_request", "pull_request_comment", "pull_request_review_approved", "pull_request_sync")
EVENTS += ("pull_request_label",)
SPECS = {
    ENVIRONMENT: "forge: {provider: gitea, token: '${secret:FORGE_TOKEN}'}\n",
    "specs/pools/shared.yaml": "# How many at once.\ncapacity: {cpus: 1}\n",
}


NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Reviewed:
    """A project with a daemon; `daemon` is the daemon's user on the forge, `ada` the work tree of the author.

    `restart` stops the daemon, does something meanwhile, and starts another.
    """

    project: Project
    daemon: Person
    ada: Clone
    log: Path
    restart: Callable[[Callable[[], object]], None]

    @property
    def told(self) -> list[Mapping[str, Any]]:
        """Return what the daemon has logged."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    @property
    def address(self) -> str:
        """Return where the daemon serves its health, once it has said so."""
        return next((str(line["http"]) for line in self.told if line.get("event") == "started"), "")

    @property
    def configured(self) -> list[str]:
        """Return the pools that the daemon has configured, in their order."""
        return [str(line["address"]) for line in self.told if line.get("event") == "configure"]

    def applied(self, pool: str, since: float) -> float:
        """Return when the daemon's pool was told of a pool, in seconds since 1970; 0 where it wasn't since a moment."""
        file = self.log.parent / "home" / "pool" / "pools" / f"{file_name(Address(pool))}.json"
        moment = file.stat().st_mtime if file.exists() else 0.0
        return moment if moment >= since else 0.0

    def rest(self, seconds: float = 3.0) -> None:
        """Wait until the daemon has made no pass for so long."""
        begun, passes = time.monotonic(), -1
        while time.monotonic() - begun < seconds:
            if (count := sum(line.get("event") == "pass" for line in self.told)) != passes:
                begun, passes = time.monotonic(), count
            time.sleep(0.1)

    def propose(self, branch: str, files: Mapping[str, str | None]) -> int:
        """Push a commit off `main` to a branch and open a pull request; return its number."""
        self.ada.git("fetch", "--quiet", "origin", "main")
        self.ada.git("checkout", "--quiet", "-B", branch, "FETCH_HEAD")
        self.ada.commit(files, f"Change {branch}")
        self.ada.push(f"HEAD:{branch}")
        return self.project.open(branch)

    def comments(self, number: int) -> list[str]:
        """Return the daemon's comments on a pull request."""
        found = self.project.ask(self.project.owner, "GET", f"/issues/{number}/comments").raise_for_status().json()
        return [one["body"] for one in found if one["user"]["login"] == self.daemon.name]

    def section(self, number: int, environment: str = "dev") -> str:
        """Return what the daemon says on a pull request of an environment, once it has said something."""
        until(lambda: self.comments(number), f"a comment on pull request {number}")
        (comment,) = self.comments(number)
        return sections(comment).get(environment, "")

    def head(self, number: int) -> str:
        """Return the head of a pull request."""
        return str(self.project.ask(self.project.owner, "GET", f"/pulls/{number}").json()["head"]["sha"])

    def status(self, number: int, environment: str = "dev") -> tuple[str, str]:
        """Return the verdict on a pull request's head and its line, once it is there."""
        found: list[Mapping[str, Any]] = []

        def is_there() -> bool:
            path = f"/commits/{self.head(number)}/status"
            told = self.project.ask(self.project.owner, "GET", path).json()["statuses"] or []
            found[:] = [one for one in told if one["context"] == f"setpoint/{environment}"]
            return bool(found)

        until(is_there, f"a status of pull request {number}")
        return str(found[0]["status"]), str(found[0]["description"])


class Running:
    """A daemon's process, which may be stopped and started again."""

    def __init__(self, line: Sequence[str], environ: Mapping[str, str], log: Path) -> None:
        self._start = partial(self._started, line, environ, log)
        self._process = self._start()

    def _started(self, line: Sequence[str], environ: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
        with log.open("ab") as out:
            return subprocess.Popen(line, cwd=ROOT, stdout=out, stderr=out, env=environ)

    def stop(self) -> None:
        """Stop it, and wait until it has."""
        self._process.terminate()
        self._process.wait(20)

    def restart(self, meanwhile: Callable[[], object]) -> None:
        """Stop it, do something meanwhile, and start another."""
        self.stop()
        meanwhile()
        self._process = self._start()


@contextmanager
def reviewed(
    server: Gitea,
    folder: Path,
    *,
    webhooks: bool = False,
    more: Mapping[str, str] = NOTHING,
    environments: Sequence[str] = ("dev",),
) -> Iterator[Reviewed]:
    """Make a project, and have a daemon watch it for a while, told by webhooks or by looking twice a second.

    Args:
        server: the forge.
        folder: where clones, the daemon's home and its log lie.
        webhooks: have the forge tell the daemon.
        more: further specs.
        environments: what the daemon drives.
    """
    made = project(server, folder)
    daemon = server.create_user(f"setpoint-{made.owner.name}")
    server.add_collaborator(made.repository, daemon.name)
    ada = made.clone(made.author)
    ada.commit({**SPECS, **more}, "Begin")
    ada.push("HEAD:main")
    place = server.clone_url(made.repository, daemon)
    line = [sys.executable, "-m", "reconciler", "run", "-C", place, "--log", "json"]
    line += [word for name in environments for word in ("-e", name)]
    secret, address = secrets.token_hex(16) if webhooks else "", f"{LOOPBACK}:{free_port()}"
    line += ["--http", address] if webhooks else ["--poll", "500ms"]
    environ = {**os.environ, "SETPOINT_HOME": str(folder / "home"), "SETPOINT_SECRET_FORGE_TOKEN": daemon.token}
    environ |= {"SETPOINT_WEBHOOK_SECRET": secret} if webhooks else {}
    log = folder / "daemon.log"

    running = Running(line, environ, log)
    try:
        watched = Reviewed(made, daemon, ada, log, running.restart)
        until(lambda: any(line.get("event") == "pass" for line in watched.told), "the first pass")
        if webhooks:
            server.create_webhook(made.repository, f"http://{address}/webhooks", secret, EVENTS)
        yield watched
    finally:
        running.stop()
