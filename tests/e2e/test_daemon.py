"""The daemon as a process: it converges, tells its health, waits for the lease, and stops when it is told to."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.cli.status_reader import read_status
from reconciler.git.init import begin
from reconciler.settings import Settings

pytestmark = pytest.mark.timing
ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


@dataclass
class Daemon:
    """A daemon and the file that it logs to."""

    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def address(self) -> str:
        """Return where it serves its health, once it has said so."""
        found = re.search(r'"http": "([^"]+)"', self.log.read_text())
        return found[1] if found else ""

    def ask(self, path: str) -> tuple[int, str]:
        """Ask it something; return the status and the body."""
        try:
            with urllib.request.urlopen(f"http://{self.address}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def is_ready(self) -> bool:
        """Tell whether it says that it is ready."""
        return bool(self.address) and self.ask("/readyz")[0] == 200


def until(truth: Callable[[], object], what: str) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + PATIENCE
    while not truth():
        assert time.monotonic() < deadline, f"waited for {what}"
        time.sleep(0.05)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    folder = tmp_path / "repository"
    (folder / "specs/pools").mkdir(parents=True)
    (folder / "environments/dev").mkdir(parents=True)
    (folder / "specs/pools/shared.yaml").write_text("capacity: {cpus: 1}\n")
    (folder / "environments/dev/environment.yaml").write_text("description: a test\n")
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    for key in ("user.name", "user.email"):
        subprocess.run(["git", "-C", str(folder), "config", key, "test"], check=True)
    begin(folder, "Begin", ["specs", "environments"])
    return Settings(str(folder), "dev", "main", tmp_path / "home")


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Iterator[Callable[[], Daemon]]:
    running: list[Daemon] = []

    def one() -> Daemon:
        log = tmp_path / f"{len(running)}.log"
        place = ["-C", settings.repository, "-e", settings.environment, "--home", str(settings.home)]
        line = [sys.executable, "-m", "reconciler", "run", *place, "--log", "json"]
        with log.open("wb") as out:
            process = subprocess.Popen(line, cwd=ROOT, stdout=out, stderr=out, env=dict(os.environ))
        running.append(Daemon(process, log))
        return running[-1]

    yield one
    for daemon in running:
        daemon.process.kill()
        daemon.process.wait(10)


def test_it_converges_and_tells_its_health(settings: Settings, start: Callable[[], Daemon]) -> None:
    daemon = start()
    until(daemon.is_ready, "the daemon to be ready")
    assert daemon.ask("/healthz")[0] == 200
    labels = f'environment="dev",kind="pools",repository="{settings.place}",state="ready"'
    line = f"setpoint_resources{{{labels}}} 1.0"
    until(lambda: line in daemon.ask("/metrics")[1], "the pool to be ready")
    assert daemon.ask("/nowhere")[0] == 404
    statuses = {str(address): document["state"] for address, document in read_status(settings).statuses.items()}
    assert statuses == {"pools/shared": "ready"}


def test_a_push_is_applied_without_being_asked(settings: Settings, start: Callable[[], Daemon]) -> None:
    daemon = start()
    until(daemon.is_ready, "the daemon to be ready")
    place = Path(settings.repository)
    (place / "specs/pools/other.yaml").write_text("capacity: {cpus: 2}\n")
    begin(place, "Another pool", ["specs"])
    until(lambda: "pools/other" in read_status(settings).statuses, "the new pool")


def test_a_second_daemon_waits_for_the_lease_and_takes_over(start: Callable[[], Daemon]) -> None:
    first = start()
    until(first.is_ready, "the first daemon to be ready")
    second = start()
    until(lambda: second.address, "the second daemon")
    until(lambda: "lease" in second.ask("/readyz")[1], "the second daemon to tell of the lease")
    assert second.ask("/readyz")[0] == 503
    assert second.ask("/healthz")[0] == 200
    first.process.send_signal(signal.SIGTERM)
    assert first.process.wait(5) == 0
    until(second.is_ready, "the second daemon to take over")


def test_sigterm_ends_it_within_five_seconds(start: Callable[[], Daemon]) -> None:
    daemon = start()
    until(daemon.is_ready, "the daemon to be ready")
    began = time.monotonic()
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(5) == 0
    assert time.monotonic() - began < 5
    last = json.loads(daemon.log.read_text().splitlines()[-1])
    assert last["event"] == "stopped"
