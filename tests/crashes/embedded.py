"""A small repository on the embedded providers, from its data to a report on its endpoint, and a person who uses it."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from reconciler.cli.controls import now, write_control
from reconciler.cli.demo.cleanup import end_engines
from reconciler.cli.demo.traffic import Row, infer
from reconciler.cli.status_reader import read_status
from reconciler.settings import Settings
from runners.monitor.parameters import Window
from runners.monitor.payloads import read_log
from tests.crashes.victim import AND, NAME
from tests.unit.reconciler.git.people import Clone, git

ROOT = Path(__file__).parents[2]
PATIENCE, PASSED_BY = 480.0, 0.3
"""How long a life waits for what is to come, in seconds, and the share of its points that it may pass by."""
DEPLOYMENT, MONITOR = f"deployments/{NAME}", f"monitors/{NAME}"
WAREHOUSE = "SETPOINT_SECRET_WAREHOUSE"
ROWS, ASKED, BATCH = 300, 200, 50
FILES: Mapping[str, str] = {
    "specs/pools/shared.yaml": "capacity: {cpus: 1, memory: 4Gi}\n",
    "specs/datasets/loans.yaml": """\
source: {sql: {url: "${secret:WAREHOUSE}", query: SELECT * FROM loans ORDER BY id}}
identifier: id
target: repaid
columns:
  id: {type: integer, unique: true}
  age: {type: number, minimum: 0}
  home: {type: string, enum: [own, rent]}
  repaid: {type: integer, minimum: 0, maximum: 1}
""",
    "specs/experiments/loans.yaml": """\
dataset: datasets/loans
target: repaid
exclude: [id]
runner: tabular
params: {model: logistic}
metric: {name: roc_auc, goal: maximize}
seed: 7
""",
    "specs/promotions/loans.yaml": """\
experiment: experiments/loans
deployment: deployments/loans
gates: [{metric: roc_auc, minimum: 0.6}]
approval: auto
""",
    "specs/deployments/loans.yaml": "rollout: {steps: [100], hold: 1s, minimum_requests: 0}\n",
    "specs/monitors/loans.yaml": """\
deployment: deployments/loans
schedule: 0 0 1 1 *
minimum_rows: 100
chunk: 50
metric: roc_auc
""",
}


class Life:
    """One life of the repository: daemons, one after the other, and what a person does meanwhile."""

    def __init__(self, folder: Path, environment: str = "dev", file: str = "description: one machine\n") -> None:
        self.folder = folder
        self.points = folder / "points"
        self.settings = Settings(str(folder / "repository.git"), environment, "main", folder / "home")
        self.secrets = {WAREHOUSE: f"sqlite:///{folder / 'warehouse.db'}"}
        self._daemon: subprocess.Popen[bytes] | None = None
        self._deeds = self._person()
        clone = Clone(folder / "clone")
        clone.commit({f"environments/{environment}/environment.yaml": file, **FILES}, "Begin")
        git(folder, "clone", "--quiet", "--bare", str(clone.folder), self.settings.repository)
        fill(folder / "warehouse.db")

    def live(self, ends: Sequence[str], is_over: Callable[[], object]) -> str:
        """Live with one daemon after the other, each killed at the first of the points left; tell what went wrong.

        Which of two threads is first differs from life to life: a point that this one passes by isn't waited for, but
        of most points there has to be a daemon that was killed there.
        """
        left, passed = list(ends), []
        while left:
            self.start(left)
            self._until(lambda: not self._is_alive or is_over())
            if self._is_alive:
                break
            if self._stopped() != -signal.SIGKILL:
                return f"the daemon ended by itself: {self._last_words()}"
            place = left.index(self._last_of(left))
            passed, left = passed + left[:place], left[place + 1 :]
        if not self._is_alive:
            self.start()
        self._until(is_over)
        if not is_over():
            return f"it doesn't come to its end: {self._last_words()}"
        passed += left
        return f"no daemon was killed {', nor '.join(passed)}" if len(passed) > PASSED_BY * len(ends) else ""

    def start(self, ends: Sequence[str] = ()) -> None:
        """Start a daemon that kills itself at the first of some points."""
        place = ["-C", self.settings.repository, "-e", self.settings.environment, "--home", str(self.settings.home)]
        points = [str(self.points), AND.join(ends)]
        line = [sys.executable, "-m", "tests.crashes.victim", *points, "run", *place, "--log", "json"]
        with (self.folder / "daemon.log").open("ab") as log:
            self._daemon = subprocess.Popen(line, cwd=ROOT, stdout=log, stderr=log, env=os.environ | self.secrets)

    def _last_of(self, ends: Sequence[str]) -> str:
        """Return the point at which the last daemon was killed; another thread may have come to one meanwhile."""
        return next(point for point in reversed(self.points.read_text().splitlines()) if point in ends)

    def _last_words(self) -> str:
        return (self.folder / "daemon.log").read_text(errors="replace")[-2000:]

    def stop(self) -> None:
        """End the daemon, which leaves its endpoints as they are."""
        if self._daemon and self._is_alive:
            self._daemon.send_signal(signal.SIGTERM)
            self._stopped()

    def clear(self) -> None:
        """Take away whatever runs."""
        self.stop()
        end_engines(self.settings)

    @property
    def _is_alive(self) -> bool:
        return self._daemon is not None and self._daemon.poll() is None

    def _stopped(self) -> int:
        assert self._daemon
        return self._daemon.wait(10)

    def _until(self, is_met: Callable[[], object]) -> None:
        """Be the person until something is met, or patience ends."""
        end = time.monotonic() + PATIENCE
        while not is_met() and time.monotonic() < end:
            next(self._deeds)
            time.sleep(0.1)

    def _person(self) -> Iterator[None]:
        """Ask for predictions once the endpoint serves; when they are logged, ask for a report."""
        while self.reason(DEPLOYMENT) != "Serving":
            yield
        while not (url := self.reach(str(self.status[DEPLOYMENT]["facts"]["url"]))):
            yield
        for batch in batches():
            infer(url, batch, NAME)
        while self.logged < ASKED:
            yield
        write_control(self.settings, MONITOR, {"requested": now()}, "reconcile")
        while True:
            yield

    def reach(self, url: str) -> str:
        """Return where this process reaches an endpoint; empty while it doesn't."""
        return url

    @property
    def logs(self) -> Path:
        """Return where the endpoint logs what it was asked and answered."""
        return self.settings.home / "serving" / self.settings.environment / "logs" / NAME

    @property
    def logged(self) -> int:
        """Return how many predictions the endpoint has logged."""
        logs = self.logs
        return len(read_log(logs.as_uri(), Window()).predictions) if logs.exists() else 0

    @property
    def status(self) -> Mapping[str, Any]:
        """Return the status documents by address."""
        return {str(address): told for address, told in read_status(self.settings).statuses.items()}

    def reason(self, address: str) -> str:
        """Return the reason of a resource's `Ready` condition."""
        conditions = self.status.get(address, {}).get("conditions") or ()
        return next((str(told["reason"]) for told in conditions if told["type"] == "Ready"), "")

    def is_reported(self) -> bool:
        """Tell whether everything is ready, with a report."""
        status = self.status
        is_ready = bool(status) and all(told["state"] == "ready" for told in status.values())
        return is_ready and bool(status[MONITOR]["facts"].get("newest"))


def fill(warehouse: Path) -> None:
    """Write the rows of the data source, the same in every life."""
    drawn = random.Random(7)
    people = [(number, *_anybody(drawn)) for number in range(ROWS)]
    rows = [(n, age, home, int(drawn.random() < age / 120 + 0.25 * (home == "own"))) for n, age, home in people]
    with closing(sqlite3.connect(warehouse)) as database, database:
        database.execute("CREATE TABLE loans (id INTEGER, age REAL, home TEXT, repaid INTEGER)")
        database.executemany("INSERT INTO loans VALUES (?, ?, ?, ?)", rows)


def batches() -> Iterator[Sequence[Row]]:
    """Yield the rows that the endpoint is asked about, the same in every life."""
    drawn = random.Random(8)
    for _ in range(ASKED // BATCH):
        yield [dict(zip(("age", "home"), _anybody(drawn), strict=True)) for _ in range(BATCH)]


def _anybody(drawn: random.Random) -> tuple[float, str]:
    return drawn.uniform(18, 90), drawn.choice(("own", "rent"))
