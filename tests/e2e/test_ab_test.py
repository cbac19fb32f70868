"""A model wins on the traffic by outcomes that come later, and a worse one is taken back: real daemon, endpoint, jobs.

Amid the first test the daemon is killed, and a replica: nobody is dealt out anew, and no unit is counted twice.
"""

import json
import os
import random
import signal
import sqlite3
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.model.kinds.ab_tests import ABTest
from tests.crashes.embedded import DEPLOYMENT, FILES, Life
from tests.crashes.victim import NAME
from tests.unit.reconciler.git.people import Clone, git

EXPERIMENT = f"specs/experiments/{NAME}.yaml"
TEST = {
    "share": 40, "key": "X-Customer", "metric": "accuracy", "minimum_effect": 0.15, "alpha": 0.02,
    "maximum_units": 5000, "maximum_time": "1h", "maturity": "4s", "every": "3s",
}  # fmt: skip
SPECS = {
    f"specs/promotions/{NAME}.yaml": """\
experiment: experiments/loans
deployment: deployments/loans
gates: [{metric: roc_auc, minimum: 0.0}]
approval: auto
""",
    f"specs/deployments/{NAME}.yaml": json.dumps(
        {"rollout": {"steps": [100], "hold": "1s", "minimum_requests": 0, "ab_test": TEST}}
    ),
    f"specs/monitors/{NAME}.yaml": """\
deployment: deployments/loans
schedule: 0 0 1 1 *
minimum_rows: 100
outcomes: {sql: {url: "${secret:WAREHOUSE}", query: "SELECT id, repaid FROM outcomes"}}
""",
}
SLOWLY = 25
"""Customers whose outcome is still to come."""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.turns("whole lives", "an A/B test"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="processes are counted by /proc"),
]


class Customers:
    """Who asks about loans: owners repay when they are old, the others when they are young, as no line divides them."""

    def __init__(self, warehouse: Path) -> None:
        self.warehouse = warehouse
        self._drawn = random.Random(7)
        self._waiting: list[tuple[int, int]] = []
        self._number = 10_000
        with closing(sqlite3.connect(warehouse)) as database, database:
            database.execute("DELETE FROM loans")
            told = [(number, *self._anybody()) for number in range(600)]
            database.executemany("INSERT INTO loans VALUES (?, ?, ?, ?)", told)
            database.execute("CREATE TABLE outcomes (id INTEGER, repaid INTEGER)")

    def _anybody(self) -> tuple[float, str, int]:
        age, home = self._drawn.uniform(18, 90), self._drawn.choice(("own", "rent"))
        repays = (age > 54) == (home == "own")
        return round(age, 1), home, int(repays != (self._drawn.random() < 0.1))

    def ask(self, url: str, count: int = 12) -> None:
        """Ask for some new customers, each twice; whose outcome has come by then is told the warehouse."""
        for _ in range(count):
            self._number += 1
            age, home, repaid = self._anybody()
            told = (("id", "INT64", self._number), ("age", "FP32", age), ("home", "BYTES", home))
            inputs = [{"name": n, "shape": [1, 1], "datatype": kind, "data": [value]} for n, kind, value in told]
            body = json.dumps({"inputs": inputs}).encode()
            for _ in range(2):
                headers = {"Content-Type": "application/json", "X-Customer": f"customer {self._number}"}
                request = urllib.request.Request(f"{url}/v2/models/{NAME}/infer", body, headers)
                urllib.request.urlopen(request, timeout=30).close()
            self._waiting.append((self._number, repaid))
        known, self._waiting = self._waiting[:-SLOWLY], self._waiting[-SLOWLY:]
        with closing(sqlite3.connect(self.warehouse, timeout=30)) as database, database:
            database.executemany("INSERT INTO outcomes VALUES (?, ?)", known)


class Challenged(Life):
    """A life in which two models after the first are tested on the traffic, the better one and a worse one."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.customers = Customers(folder / "warehouse.db")
        self.trials: list[str] = []

    def _person(self) -> Iterator[None]:
        yield from self._serving("")
        self._train("model: gbm")
        while not self.test:
            yield
        self.customers.ask(str(self.facts["url"]), 24)
        while not sum(self.test.get("assigned") or [0]):
            yield
        self._killed_once()
        yield from self._ask_until(lambda: "verdict" in self.test)
        yield from self._serving(self.trials[0])
        self._train("model: logistic, C: 0.01")
        while not self.test or self.test.get("verdict") == "promote":
            yield
        yield from self._ask_until(lambda: self.test.get("verdict") != "promote" and "verdict" in self.test)
        while True:
            yield

    def _serving(self, former: str) -> Iterator[None]:
        while self.reason(DEPLOYMENT) != "Serving" or self.trial == former:
            yield
        self.trials.append(self.trial)

    def _ask_until(self, is_met: Any) -> Iterator[None]:
        while not is_met():
            self.customers.ask(str(self.facts["url"]))
            yield

    def _train(self, params: str) -> None:
        clone = Clone(self.folder / f"later-{time.monotonic_ns()}", self.settings.repository)
        clone.git("pull", "--quiet", "origin", "main")
        clone.commit({EXPERIMENT: FILES[EXPERIMENT].replace("model: logistic", params)}, "Challenge")
        clone.git("push", "--quiet", "origin", "HEAD:main")

    def _killed_once(self) -> None:
        """End the daemon and a replica, and start another daemon."""
        assert self._daemon is not None
        self._daemon.send_signal(signal.SIGKILL)
        self._stopped()
        self.before = dict(self.test)
        assert "verdict" not in self.before, "it was over before the daemon was killed"
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            line = path.read_bytes().decode(errors="replace") if path.exists() else ""
            if "runners.serve" in line and str(self.settings.home) in line and self.before["revision"] in line:
                os.kill(int(path.parent.name), signal.SIGKILL)
        self.start()

    @property
    def facts(self) -> Mapping[str, Any]:
        """Return what the deployment tells."""
        return self.status.get(DEPLOYMENT, {}).get("facts", {})

    @property
    def test(self) -> Mapping[str, Any]:
        """Return what the deployment tells of its test."""
        return self.facts.get("test") or {}

    @property
    def trial(self) -> str:
        return str(self.facts.get("trial", ""))


def told(life: Life) -> list[Mapping[str, Any]]:
    """Return all that was ever told of tests, the oldest first: the status branch has every pass."""
    folder, file = Path(life.settings.repository), f"status/{DEPLOYMENT}.yaml"
    commits = git(folder, "rev-list", "--reverse", f"setpoint/{life.settings.environment}", "--", file).split()
    found = (yaml.safe_load(git(folder, "show", f"{commit}:{file}")) for commit in commits)
    return [document for document in found if document["facts"].get("test")]


def test_outcomes_that_come_later_decide_who_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.crashes.embedded.PATIENCE", 400.0)
    life = Challenged(tmp_path)
    clone = Clone(tmp_path / "specs", life.settings.repository)
    clone.git("pull", "--quiet", "origin", "main")
    clone.commit(SPECS, "Test models on the traffic")
    clone.git("push", "--quiet", "origin", "HEAD:main")

    def is_over() -> bool:
        verdicts = [one["facts"]["test"].get("verdict") for one in told(life)] if len(life.trials) == 2 else []
        return "reject" in verdicts and life.reason(DEPLOYMENT) == "Serving" and life.trial == life.trials[1]

    try:
        flaw = life.live((), is_over)
    finally:
        life.clear()
    assert not flaw, flaw
    history = told(life)
    verdicts = {one["facts"]["test"]["verdict"]: one for one in history if "verdict" in one["facts"]["test"]}
    assert set(verdicts) == {"promote", "reject"}
    won, lost = (verdicts[name]["facts"]["test"] for name in ("promote", "reject"))
    assert 0 < won["low"] < won["gain"] < won["high"]
    assert lost["high"] < ABTest.model_validate(TEST).minimum_effect
    assert won["start"] == life.before["start"], "the daemon that came after began anew"
    assert sum(won["assigned"]) > sum(life.before["assigned"]) > 0
    assert not won["crossed"], "somebody was dealt out anew"
    assert abs(won["assigned"][1] / sum(won["assigned"]) - 0.4) < 0.2
    assert sum(won["assigned"]) <= life.customers._number - 10_000, "a customer counts twice"
