"""A daemon that is an App says on pull requests what a merge would do, on a GitHub held to its description."""

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
from tests.contracts.github import GitHubServer, MergeQueue, Pull, serving
from tests.contracts.github.accounts import APP, SLUG, pem
from tests.contracts.github.server import NAME
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import until
from tests.unit.reconciler.git.people import Clone

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
POLLING = ("--poll", "500ms")
POOL = "specs/pools/shared.yaml"


class Place:
    """A repository with a daemon; `ada` is a person's work tree, `log` what the daemon says."""

    def __init__(self, server: GitHubServer, folder: Path) -> None:
        self.server = server
        self.log = folder / "daemon.log"
        self.ada = Clone(folder / "ada", server.repository.url)
        options = {"url": server.url, "api": server.api, "edition": "cloud", "path": NAME, "spacing": 0}
        forge = {"provider": "github", "app": APP, "private_key": "${secret:GITHUB_APP_KEY}", **options}
        environment = yaml.safe_dump({"forge": forge})
        self.ada.commit({"environments/dev/environment.yaml": environment, POOL: "capacity: {cpus: 1}\n"}, "Begin")
        self.ada.push("HEAD:main")

    @property
    def told(self) -> list[dict[str, Any]]:
        """Return what the daemon has logged."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def propose(self, branch: str, text: str, file: str = POOL) -> Pull:
        """Push a change of a pool to a branch and open a pull request."""
        self.ada.git("checkout", "--quiet", "-B", branch, "main")
        self.ada.commit({file: text})
        self.ada.push(f"HEAD:{branch}")
        self.server.repository.look()
        return self.server.repository.open(branch, "main", f"Change {branch}", author="ada")

    def section(self, pull: Pull) -> str:
        """Return what the daemon has said on a pull request; nothing where it hasn't."""
        comments = self.server.repository.comments.get(pull.number, [])
        assert {one["author"] for one in comments} <= {f"{SLUG}[bot]"}
        assert len(comments) < 2, "one comment, however often it is written"
        return sections(comments[0]["body"])["dev"] if comments else ""

    def status(self, pull: Pull) -> tuple[str, str]:
        """Return the newest status of a pull request's head."""
        told = self.server.repository.statuses.get(pull.head, [])
        return (told[0]["state"], told[0]["description"]) if told else ("", "")


@contextmanager
def watched(folder: Path, *options: str, **variables: str) -> Iterator[Place]:
    """Have a daemon watch a repository for a while."""
    environ = {
        **os.environ,
        "SETPOINT_HOME": str(folder / "home"),
        "SETPOINT_SECRET_GITHUB_APP_KEY": pem(),
        **variables,
    }
    with serving(GitHubServer(folder)) as server:
        server.accounts.granted["checks"] = "write"
        place = Place(server, folder)
        line = [sys.executable, "-m", "reconciler", "run", "-C", server.repository.url, "-e", "dev", "--log", "json"]
        with place.log.open("wb") as out:
            process = subprocess.Popen([*line, *(options or POLLING)], cwd=ROOT, stdout=out, stderr=out, env=environ)
        try:
            until(lambda: any(line.get("event") == "pass" for line in place.told), "the first pass")
            yield place
        finally:
            process.terminate()
            process.wait(20)


def test_a_pull_request_is_told_what_its_merge_would_do(tmp_path: Path) -> None:
    with watched(tmp_path) as place:
        pull = place.propose("larger", "capacity: {cpus: 2}\n")
        until(lambda: place.status(pull)[0] == "success", "the status")
        assert place.status(pull) == ("success", "1 change")
        assert "`capacity.cpus` | `1.0` | `2.0`" in place.section(pull)

        place.ada.commit({POOL: "capacity: {cpus: many}\n"})
        place.ada.push("HEAD:larger")
        until(lambda: "1 error" in place.section(pull), "the page to tell of the error")
        until(lambda: place.status(pull)[0] == "failure", "the status to follow")
        until(lambda: pull.head in place.server.repository.runs, "the error to be shown beside its line")
        (run,) = place.server.repository.runs[pull.head]
        (shown,) = run["annotations"]
        assert (shown["path"], shown["start_line"], shown["annotation_level"]) == (POOL, 1, "failure")

        other = place.propose("other", "capacity: {cpus: 3}\n")
        until(lambda: place.section(other), "the page of another one")
        with place.server.lock:
            place.server.repository.merge(other, "by hand")
        until(
            lambda: place.server.repository.heads["main"][:12] in place.section(pull), "the page to follow the branch"
        )
        assert len(place.server.accounts.made) == 1, "one token an hour"
    assert pem().splitlines()[1] not in place.log.read_text()
    assert place.server.accounts.made[0] not in place.log.read_text()


def test_what_waits_in_a_merge_queue_is_judged_on_a_commit_of_its_own(tmp_path: Path) -> None:
    """The webhook says that checks are asked for; where, the repository says: nothing is polled within the test."""
    secret, address = "s3cret", f"{LOOPBACK}:{free_port()}"
    with watched(tmp_path, "--http", address, SETPOINT_WEBHOOK_SECRET=secret) as place:
        queue = MergeQueue(place.server.repository, ["setpoint/dev"], (f"http://{address}/webhooks", secret))
        broken = place.propose("broken", "capacity: {cpus: many}\n", "specs/pools/other.yaml")
        larger = place.propose("larger", "capacity: {cpus: 2}\n")
        with place.server.lock:
            queue.add(broken)
            queue.add(larger)
        until(lambda: turned(place, queue) == [larger.number], "the queue to drop what fails, and make the other anew")
        until(lambda: turned(place, queue) == [], "the queue to be empty")
        assert (broken.state, larger.state) == ("open", "closed")
        assert place.ada.git("ls-remote", "origin", "refs/heads/gh-readonly-queue/*") == ""
        judged = [head for head in place.server.repository.statuses if head not in (broken.head, larger.head)]
        assert len(judged) >= 2, "on heads of the queue"


def turned(place: Place, queue: MergeQueue) -> list[int]:
    """Let the queue do what it can; return which pull requests wait."""
    with place.server.lock:
        queue.turn()
    return list(queue.waiting)
