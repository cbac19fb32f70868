"""The demo's workspace: a folder with a repository, a clone to work in, sources of data, and two daemons."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.cli.demo.cleanup import DAEMONS, end_engines
from reconciler.cli.demo.display import Display
from reconciler.cli.init import write_sample
from reconciler.cli.status_reader import read_status
from reconciler.model.errors import Transient
from reconciler.settings import Settings
from reconciler.status.read import Recorded, RecordedFiles

ENVIRONMENTS = ("dev", "prod")
POLL = 0.25
PATIENCE = 300.0
"""Seconds that any one wait may take."""


class DemoFailed(Exception):
    """A step of the demo didn't do what it says."""


@dataclass
class Workspace:
    """Everything that the demo stands on."""

    folder: Path
    display: Display
    daemons: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    parsers: dict[str, RecordedFiles] = field(default_factory=lambda: defaultdict(RecordedFiles))
    secrets: dict[str, str] = field(default_factory=dict)
    author: tuple[str, str] = ("Demo", "demo@localhost")
    options: tuple[str, ...] = ()
    """What each daemon is started with besides."""
    seconds: dict[str, float] = field(default_factory=dict)
    """How long what is told at the end took, by its name."""

    @property
    def place(self) -> str:
        """Return where the daemons find the repository: a path, or a forge's URL."""
        return str(self.repository)

    @property
    def repository(self) -> Path:
        """Return the bare repository that the daemons watch and people push to."""
        return self.folder / "repository.git"

    @property
    def work(self) -> Path:
        """Return the clone that people work in."""
        return self.folder / "work"

    @property
    def home(self) -> Path:
        """Return where the embedded engines keep their state."""
        return self.folder / "home"

    @property
    def warehouse(self) -> Path:
        """Return the SQLite file that plays the company's database."""
        return self.folder / "warehouse.db"

    def settings(self, environment: str) -> Settings:
        """Return the settings of one environment."""
        return Settings(self.place, environment, "main", self.home)

    def git(self, *arguments: str) -> str:
        """Run Git in the clone, as a person would.

        Raises:
            DemoFailed: Git refused.
        """
        name, address = self.author
        identity = ("-c", f"user.name={name}", "-c", f"user.email={address}", "-c", "core.hooksPath=/dev/null")
        line = ["git", "-C", str(self.work), *identity, *arguments]
        done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=60)
        if done.returncode:
            raise DemoFailed(f"git {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def push(self, message: str) -> str:
        """Commit everything in the clone and push it; return the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.publish()

    def publish(self) -> str:
        """Push the clone's branch, on top of what the daemons have merged meanwhile; return the commit."""
        for _ in range(5):
            self.git("pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main")
            try:
                self.git("push", "--quiet", "origin", "main")
            except DemoFailed:
                continue
            return self.git("rev-parse", "HEAD")
        raise DemoFailed("the push was refused five times")

    def run(self, *arguments: str) -> str:
        """Run a command with this Python and the sources' secrets; return what it printed.

        Raises:
            DemoFailed: it failed.
        """
        line = [sys.executable, *arguments]
        done = subprocess.run(line, capture_output=True, text=True, check=False, env=self.environ(), timeout=120)
        if done.returncode:
            raise DemoFailed(f"{' '.join(arguments)}: {done.stderr.strip()[-2000:]}")
        return done.stdout.strip()

    def environ(self) -> dict[str, str]:
        """Return the environment of the daemons: the secrets are here, and in no file."""
        return {
            **os.environ,
            "SETPOINT_HOME": str(self.home),
            "SETPOINT_SECRET_WAREHOUSE": f"sqlite:///{self.warehouse}",
            "SETPOINT_SECRET_SOURCES": str(self.folder / "sources"),
            **self.secrets,
        }

    def start(self, environment: str, *more: str) -> None:
        """Start a daemon, with more options if there are any."""
        options = ("-C", self.place, "-e", environment, "--log", "json", *self.options, *more)
        line = [sys.executable, "-m", "reconciler", "run", *options]
        with (self.folder / f"{environment}.log").open("ab") as log:
            self.daemons[environment] = subprocess.Popen(
                line, stdout=log, stderr=log, env=self.environ(), start_new_session=True
            )
        pids = {name: daemon.pid for name, daemon in self.daemons.items()}
        (self.folder / DAEMONS).write_text(json.dumps(pids))

    def status(self, environment: str) -> Recorded:
        """Read an environment's status."""
        return read_status(self.settings(environment), self.parsers[environment])

    def facts(self, environment: str, address: str) -> Mapping[str, Any]:
        """Return the facts of a resource's status."""
        found = {str(a): d for a, d in self.status(environment).statuses.items()}.get(address, {}).get("facts")
        return found if isinstance(found, Mapping) else {}

    def wait(self, what: str, until: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Wait for a condition, showing every resource meanwhile.

        Raises:
            DemoFailed: it didn't come to be in time, or a daemon has ended.
        """
        deadline = time.monotonic() + patience
        while True:
            try:
                self.display.show(what, {name: self.status(name) for name in self.daemons})
                if until():
                    return
            except Transient:
                pass
            for name, daemon in self.daemons.items():
                if daemon.poll() is not None:
                    raise DemoFailed(f"the daemon of {name} ended with {daemon.returncode}")
            if time.monotonic() > deadline:
                raise DemoFailed(f"waited {patience:.0f} s for {what}")
            time.sleep(POLL)

    def reason(self, environment: str, address: str) -> str:
        """Return the reason of a resource's `Ready` condition, such as `Accepted`."""
        found = {str(a): d for a, d in self.status(environment).statuses.items()}.get(address, {})
        return next((str(c["reason"]) for c in found.get("conditions") or () if c.get("type") == "Ready"), "")

    def message(self, environment: str, address: str) -> str:
        """Return the message of a resource's `Ready` condition."""
        found = {str(a): d for a, d in self.status(environment).statuses.items()}.get(address, {})
        return next((str(c["message"]) for c in found.get("conditions") or () if c.get("type") == "Ready"), "")

    def logs(self) -> dict[str, str]:
        """Return the last lines of the daemons' logs."""
        found = {path.name: path.read_text(errors="replace").splitlines() for path in self.folder.glob("*.log")}
        return {name: "\n".join(lines[-8:]) for name, lines in found.items()}

    def pages(self) -> Iterator[str]:
        """Yield where the daemons serve their pages, as their logs tell."""
        for path in sorted(self.folder.glob("*.log")):
            lines = [line for line in path.read_text(errors="replace").splitlines() if '"the page is served"' in line]
            yield from (str(json.loads(line)["url"]) for line in lines[-1:])

    def stop(self) -> None:
        """Take the endpoints away and end the daemons, so that no process is left."""
        for daemon in self.daemons.values():
            if daemon.poll() is None:
                daemon.send_signal(signal.SIGTERM)
        for daemon in self.daemons.values():
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
        self._end_engines()

    def _end_engines(self) -> None:
        """End what outlives a daemon by design: jobs, endpoints, and their proxy."""
        for name in self.daemons:
            end_engines(self.settings(name))


def check(truth: object, what: str) -> None:
    """Raise unless something is so.

    Raises:
        DemoFailed: it isn't.
    """
    if not truth:
        raise DemoFailed(what)


def prepare(folder: Path, display: Display) -> Workspace:
    """Make the repository, the clone and the sources.

    Raises:
        DemoFailed: something of it couldn't be made.
    """
    workspace = Workspace(folder, display)
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["git", "init", "--quiet", "--bare", "-b", "main", str(workspace.repository)], check=True, timeout=60
    )
    subprocess.run(["git", "init", "--quiet", "-b", "main", str(workspace.work)], check=True, timeout=60)
    workspace.git("remote", "add", "origin", str(workspace.repository))
    write_sample(workspace.work)
    workspace.git("add", "--all")
    workspace.git("commit", "--quiet", "--message", "Begin with setpoint's sample")
    workspace.git("push", "--quiet", "origin", "main")
    return workspace
