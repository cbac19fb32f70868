"""Five real daemons on one repository: one writes at a time, and the next takes over in time, by each kind of lease."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from tests.servers.fixtures import provider
from tests.servers.ports import free_port
from tests.unit.reconciler.git.people import Clone, bare, git

ROOT = Path(__file__).parents[2]
FIVE = 5
STATUS = "refs/heads/setpoint/dev"
PATIENCE = 60.0
START = {
    "specs/pools/shared.yaml": "capacity: {cpus: 1}\n",
    "environments/dev/environment.yaml": "description: a test\n",
}

pytestmark = [pytest.mark.slow, pytest.mark.timing]


def until(truth: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    end = time.monotonic() + patience
    while not truth():
        assert time.monotonic() < end, f"waited {patience:g} s for {what}"
        time.sleep(0.1)


@dataclass
class Daemon:
    """One `setpoint run`."""

    process: "subprocess.Popen[bytes]"
    port: int

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return bool(json.load(answer)["status"] == "ready")
        except (OSError, urllib.error.URLError):
            return False


@dataclass
class Daemons:
    """Five of them, and the repository that they are on."""

    folder: Path
    origin: Path
    all: list[Daemon] = field(default_factory=list)

    def start(self, place: str, *options: str, environ: dict[str, str]) -> None:
        for number in range(FIVE):
            port = free_port()
            line = [sys.executable, "-m", "reconciler", "run", "-C", place, "-e", "dev", "--http", f"127.0.0.1:{port}"]
            line += ["--home", str(self.folder / f"home{number}"), *options]
            with (self.folder / f"log{number}").open("wb") as log:
                process = subprocess.Popen(line, cwd=ROOT, env={**os.environ, **environ}, stderr=log)
            self.all.append(Daemon(process, port))

    def ready(self, but: Daemon | None = None) -> list[Daemon]:
        return [one for one in self.all if one is not but and one.is_ready()]

    def tokens(self) -> list[int]:
        """Return the token of each status commit, the oldest first."""
        told = git(self.origin, "log", "--reverse", "--format=%(trailers:key=Lease-Token,valueonly,separator=)", STATUS)
        return [int(line) for line in told.splitlines() if line]

    def stop(self) -> None:
        for one in self.all:
            one.process.send_signal(signal.SIGCONT)
            one.process.terminate()
        for one in self.all:
            one.process.wait(PATIENCE)


@pytest.fixture
def daemons(tmp_path: Path) -> Iterator[Daemons]:
    found = Daemons(tmp_path, bare(tmp_path / "origin.git"))
    yield found
    found.stop()


LOADED = 2
"""What is promised holds where nothing else runs; here the workers of `make test` share the machine."""


def story(daemons: Daemons, ada: Clone, promised: float) -> None:
    until(daemons.ready, "the first to be ready")
    (first,) = daemons.ready()
    first.process.send_signal(signal.SIGSTOP)  # it hangs, which is harder than to be dead: it comes back
    until(lambda: daemons.ready(but=first), "the next to take over", LOADED * promised)
    (second,) = daemons.ready(but=first)
    first.process.send_signal(signal.SIGCONT)
    ada.commit({"specs/pools/more.yaml": "capacity: {cpus: 2}\n"})
    ada.git("push", "--quiet", "origin", "main")
    until(lambda: "pools/more.yaml" in git(daemons.origin, "ls-tree", "-r", "--name-only", STATUS), "the next pass")
    until(lambda: daemons.ready() == [second], "the former one to see that it isn't the holder any more")
    found = daemons.tokens()
    assert all(before <= after for before, after in pairwise(found)), "a former holder has written"
    assert len(set(found)) == 2


@pytest.mark.parametrize(
    ("kind", "promised"),
    [
        pytest.param("git near", 25, marks=pytest.mark.turns("takeover", "git near")),
        pytest.param("git far", 90, marks=pytest.mark.turns("takeover", "git far")),
        pytest.param("kubernetes", 15, marks=provider("kubernetes", "cluster", __file__).marks),
    ],
)
def test_of_five_daemons_one_writes_and_the_next_takes_over(
    request: pytest.FixtureRequest, daemons: Daemons, tmp_path: Path, kind: str, promised: float
) -> None:
    ada = Clone(tmp_path / "ada", daemons.origin)
    ada.commit(START)
    ada.git("push", "--quiet", "origin", "main")
    place = str(daemons.origin) if kind == "git near" else daemons.origin.as_uri()
    options, environ = [] if kind == "git near" else ["--poll", "2s"], dict[str, str]()
    if kind == "kubernetes":
        cluster = request.getfixturevalue("cluster")
        options += ["--lease", f"kubernetes:{cluster.create_namespace('takeover')}"]
        environ["KUBECONFIG"] = str(cluster.kubeconfig())
    daemons.start(place, *options, environ=environ)
    story(daemons, ada, promised)
