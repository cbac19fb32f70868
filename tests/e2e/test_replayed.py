"""A challenger wins on recent requests before it serves: real daemon, endpoint, log, jobs; it is killed amid it all."""

import signal
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.cli.demo.traffic import Row, infer
from tests.crashes.embedded import BATCH, DEPLOYMENT, FILES, ROWS, Life
from tests.crashes.victim import NAME
from tests.unit.reconciler.git.people import Clone, git

PROMOTION, EXPERIMENT = f"promotions/{NAME}", f"specs/experiments/{NAME}.yaml"
SPECS = {
    f"specs/{PROMOTION}.yaml": """\
experiment: experiments/loans
deployment: deployments/loans
replay: {window: 1d, minimum_rows: 50, every: 1m, maximum_differing: 0.6, maximum_refused: 0}
gates:
  - {metric: roc_auc, minimum: 0.55}
  - {metric: roc_auc, worse_than_live: 0.3}
  - {metric: roc_auc, worse_than_live: 0.3, confidence: 0.95, rows: recent}
approval: auto
""",
    "specs/monitors/loans.yaml": """\
deployment: deployments/loans
schedule: 0 0 1 1 *
minimum_rows: 100
outcomes: {sql: {url: "${secret:WAREHOUSE}", query: "SELECT id, repaid FROM loans"}}
""",
}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.turns("whole lives", "a challenger that answers logged requests"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="processes are counted by /proc"),
]


class Challenged(Life):
    """A life in which the endpoint is asked about loans, and another model is trained after that."""

    first = ""

    def _person(self) -> Iterator[None]:
        while self.reason(DEPLOYMENT) != "Serving":
            yield
        self.first = str(self.status[DEPLOYMENT]["facts"]["trial"])
        for batch in loans(self.folder / "warehouse.db"):
            infer(str(self.status[DEPLOYMENT]["facts"]["url"]), batch, NAME)
        while self.logged < ROWS:
            yield
        clone = Clone(self.folder / "later", self.settings.repository)
        clone.git("pull", "--quiet", "origin", "main")
        clone.commit({EXPERIMENT: FILES[EXPERIMENT].replace("model: logistic", "model: gbm")}, "Challenge")
        clone.git("push", "--quiet", "origin", "HEAD:main")
        while not self.replay:
            yield
        self._killed_once()
        while True:
            yield

    def _killed_once(self) -> None:
        """End the daemon while the replay is under way, and start another one."""
        assert self._daemon is not None
        self._daemon.send_signal(signal.SIGKILL)
        self._stopped()
        self.replays = [self.replay["run"]]
        self.start()

    @property
    def replay(self) -> Mapping[str, Any]:
        """Return what the promotion tells of its replay."""
        told: Mapping[str, Any] = self.status.get(PROMOTION, {}).get("facts", {}).get("replayed") or {}
        return told


def proposed(life: Life) -> Mapping[str, Any]:
    """Return what the promotion told when it proposed what it had replayed: the status branch has every pass."""
    folder, file = Path(life.settings.repository), f"status/{PROMOTION}.yaml"
    for commit in git(folder, "rev-list", f"setpoint/{life.settings.environment}", "--", file).split():
        facts = yaml.safe_load(git(folder, "show", f"{commit}:{file}"))["facts"]
        if (facts.get("replayed") or {}).get("rows") and facts.get("evidence"):
            return dict(facts)
    raise AssertionError("it was proposed without a replay")


def loans(warehouse: Path) -> Iterator[Sequence[Row]]:
    """Yield the loans as clients ask about them."""
    with closing(sqlite3.connect(warehouse)) as database:
        rows = database.execute("SELECT id, age, home FROM loans ORDER BY id").fetchall()
    told = [{"id": name, "age": age, "home": home} for name, age, home in rows]
    yield from (told[start : start + BATCH] for start in range(0, len(told), BATCH))


def test_a_challenger_answers_what_was_asked_before_it_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.crashes.embedded.PATIENCE", 200.0)
    life = Challenged(tmp_path)
    clone = Clone(tmp_path / "specs", life.settings.repository)
    clone.git("pull", "--quiet", "origin", "main")
    clone.commit(SPECS, "Ask for a replay")
    clone.git("push", "--quiet", "origin", "HEAD:main")

    def is_promoted() -> bool:
        serves = str(life.status.get(DEPLOYMENT, {}).get("facts", {}).get("trial"))
        return bool(life.first) and serves != life.first and life.reason(DEPLOYMENT) == "Serving"

    try:
        flaw = life.live((), is_promoted)
    finally:
        life.clear()
    assert not flaw, flaw
    told = proposed(life)
    assert life.replays == [told["replayed"]["run"]], "the daemon that came after went on with the same look"
    known = told["replayed"]["outcomes"]
    assert ROWS / 5 < known < ROWS / 3, "of the loans those that tested were seen by neither model"
    assert told["replayed"] | {"key": "", "run": "", "end": "", "differing": 0} == {
        "key": "",
        "run": "",
        "end": "",
        "rows": ROWS,
        "outcomes": known,
        "differing": 0,
        "refused": 0.0,
    }
    assert 0 < told["replayed"]["differing"] < 0.6
    assert f"{ROWS} rows that `{life.first}` was asked" in told["evidence"]
    assert f"Outcomes are known of {known} rows, without {ROWS - known} that the candidate model" in told["evidence"]
    assert "roc_auc of the candidate on recent rows" in told["evidence"]
