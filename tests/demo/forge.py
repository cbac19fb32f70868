"""The sample on a real Gitea: two people, the daemons' own user, the rules of the branch, and two daemons."""

import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from reconciler.cli.demo.display import Display
from reconciler.cli.demo.traffic import Traffic
from reconciler.cli.demo.workspace import ENVIRONMENTS, DemoFailed, Workspace
from reconciler.cli.init import write_sample
from tests.demo.pictures import Album
from tests.servers.building import is_built
from tests.servers.gitea import Gitea, Person, Protection
from tests.servers.gitea.project import Project
from tests.servers.gitea.styles import dress
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.recipes import GITEA

EVENTS = ("push", "pull_request", "pull_request_comment", "pull_request_review_approved", "pull_request_sync")
RIGHTS = ("write:repository", "write:issue", "read:user")
"""What the daemon's token may do."""
OTHERS: tuple[str, ...] = ("specs/datasets/digits.yaml", "specs/labels/digits.yaml", "specs/experiments/digits.yaml")
OTHERS += ("specs/monitors/employment.yaml", "environments/ray", "environments/cluster")
"""What of the sample this play does without."""
QUERY = "SELECT * FROM census WHERE employed IS NOT NULL AND AGEP BETWEEN 16 AND 74 AND id % 4 = 0 ORDER BY id"
"""People of working age, a quarter of them: nobody above 74 is known to a model."""
SPECS: Mapping[str, Mapping[str, Any]] = {
    "environments/dev/environment.yaml": {"forge": {"provider": "gitea", "token": "${secret:GITEA_TOKEN}"}},
    "environments/prod/environment.yaml": {"forge": {"provider": "gitea", "token": "${secret:GITEA_TOKEN}"}},
    "environments/dev/deployments/employment.yaml": {"rollout": {"steps": [100], "hold": "1s", "minimum_requests": 0}},
    "environments/prod/deployments/employment.yaml": {"replicas": {"minimum": 1, "maximum": 1}},
    "environments/prod/experiments/employment.yaml": {"suspend": True},
    "specs/datasets/employment.yaml": {"source": {"sql": {"url": "${secret:WAREHOUSE}", "query": QUERY}}},
    "specs/deployments/employment.yaml": {"rollout": {"steps": [50, 100], "hold": "2s", "minimum_requests": 20}},
    "specs/experiments/employment.yaml": {"params": {"model": "logistic", "learning_rate": 0.2}},
    "specs/promotions/employment.yaml": {
        "route": ["dev", "prod"],
        "soak": {"served": "5s"},
        "gates": [
            {"metric": "roc_auc", "minimum": 0.75},
            {"metric": "roc_auc", "slice": "SEX", "minimum": 0.7},
            {"metric": "roc_auc", "worse_than_live": 0.05},
        ],
        "revert": "auto",
    },
}
"""What this play says on top of the sample, by file."""


@dataclass
class OnForge(Workspace):
    """A workspace whose repository lies on a Gitea; `daemon` is the daemons' user there."""

    project: Project = field(kw_only=True)
    daemon: Person = field(kw_only=True)
    album: Album = field(kw_only=True)
    clients: list[Traffic] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Return the repository's URL with the daemon's token in it."""
        return self.project.server.clone_url(self.project.repository, self.daemon)

    @property
    def url(self) -> str:
        """Return the repository's page."""
        return f"{self.project.server.url}/{self.project.repository}"

    @property
    def traffic(self) -> Traffic:
        """Return the clients that ask the endpoint."""
        return self.clients[-1]

    def ask(self, traffic: Traffic) -> None:
        """Have clients ask the endpoint from now on, until the end."""
        self.clients.append(traffic)
        traffic.start()

    def stop(self) -> None:
        """End the clients, and what outlives the daemons."""
        for traffic in self.clients:
            traffic.stop()
        super().stop()

    def begin(self, environment: str) -> None:
        """Start the daemon of an environment, and have the forge tell it of what happens."""
        address = f"{LOOPBACK}:{free_port()}"
        self.start(environment, "--http", address, "--home", str(self.home))
        server, secret = self.project.server, self.secrets["SETPOINT_WEBHOOK_SECRET"]
        server.create_webhook(self.project.repository, f"http://{address}/webhooks", secret, EVENTS)


@contextmanager
def on_gitea(folder: Path, display: Display, album: Album) -> Iterator[OnForge]:
    """Start a Gitea with the sample repository and its people; at the end nothing is left running.

    Raises:
        DemoFailed: it isn't built.
    """
    if not is_built(GITEA):
        raise DemoFailed("Gitea isn't built on this machine yet: run `make servers`, which takes minutes, once")
    server = Gitea(folder / "gitea", queues="channel")
    dress(folder / "gitea")
    server.start()
    workspace = None
    try:
        workspace = _furnished(server, folder, display, album)
        os.environ.update(workspace.secrets)
        yield workspace
    finally:
        if workspace is not None:
            workspace.stop()
            for name in workspace.secrets:
                os.environ.pop(name, None)
        server.stop()


def _furnished(server: Gitea, folder: Path, display: Display, album: Album) -> OnForge:
    owner, author, reviewer = (server.create_user(name) for name in ("team", "author", "reviewer"))
    daemon = server.create_user("setpoint", RIGHTS)
    server.create_repository(owner, "models", private=False)
    project = Project(server, folder, "team/models", owner, author, reviewer)
    for person in (author, reviewer, daemon):
        server.add_collaborator(project.repository, person.name, "write")
    told = {"SETPOINT_SECRET_GITEA_TOKEN": daemon.token, "SETPOINT_WEBHOOK_SECRET": secrets.token_hex(16)}
    workspace = OnForge(
        folder,
        display,
        secrets=told,
        author=(author.name, f"{author.name}@example.invalid"),
        project=project,
        daemon=daemon,
        album=album,
    )
    _sample(workspace)
    _protect(project, daemon)
    return workspace


def _sample(workspace: OnForge) -> None:
    """Push the sample, as this play has it, as the first commit."""
    work, project = workspace.work, workspace.project
    subprocess.run(["git", "init", "--quiet", "-b", "main", str(work)], check=True, timeout=60)
    write_sample(work)
    workspace.git("remote", "add", "origin", project.server.clone_url(project.repository, project.author))
    workspace.git("add", "--all")
    workspace.git("rm", "-r", "--quiet", "--force", *OTHERS)
    for path, more in SPECS.items():
        file = work / path
        file.parent.mkdir(parents=True, exist_ok=True)
        known = yaml.safe_load(file.read_text("utf-8")) if file.exists() else {}
        file.write_text(yaml.safe_dump({**known, **more}, sort_keys=False, width=110), "utf-8")
    workspace.git("add", "--all")
    workspace.git("commit", "--quiet", "--message", "Begin with setpoint's sample")
    workspace.git("push", "--quiet", "origin", "main")


def _protect(project: Project, daemon: Person) -> None:
    """Let nothing come to `main` but by a pull request whose plans are well, merged by the reviewer or the daemon.

    Approvals that the branch asks for would hold the daemon's own merges too: those of dev, and reverts.
    """
    checks = [f"setpoint/{environment}" for environment in ENVIRONMENTS]
    mergers = [project.reviewer.name, daemon.name]
    protection = Protection(dismisses_stale=True, checks=checks, mergers=mergers)
    project.server.protect_branch(project.repository, "main", protection)
    project.server.protect_branch(project.repository, "setpoint/*", Protection(pushers=[daemon.name]))
