"""A repository with the sample, two environments, and a status branch as a daemon would have left it."""

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from reconciler.cli import main, run
from reconciler.cli.init import write_sample
from reconciler.cli.status_reader import open_status
from reconciler.git.init import begin
from reconciler.settings import Settings
from reconciler.yaml.dump import dump

TRIALS = ("experiments/employment/aaaaaaaaaaaa", "experiments/employment/bbbbbbbbbbbb")


@dataclass(frozen=True)
class Told:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Say = Callable[..., Told]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Somebody")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "somebody@localhost")
    monkeypatch.setenv("SETPOINT_HOME", str(tmp_path / "home"))
    folder = tmp_path / "repository"
    folder.mkdir()
    for line in (
        ["init", "-q", "-b", "main"],
        ["config", "user.name", "Somebody"],
        ["config", "user.email", "s@localhost"],
    ):
        subprocess.run(["git", "-C", str(folder), *line], check=True)
    begin(folder, "Begin", write_sample(folder))
    return folder


@pytest.fixture
def settings(repository: Path, tmp_path: Path) -> Settings:
    return Settings(str(repository), "dev", "main", tmp_path / "home")


def condition(status: bool, reason: str, message: str) -> dict[str, Any]:
    word = "True" if status else "False"
    return {"type": "Ready", "status": word, "reason": reason, "message": message, "since": "2026-01-05T00:00:00+00:00"}


def documents() -> dict[str, dict[str, Any]]:
    board = [
        {
            "rank": n,
            "run": run,
            "params": {"model": model},
            "metrics": {"roc_auc": figure - 0.1},
            "ranking": {"value": figure, "low": figure - 0.01, "high": figure + 0.01},
        }
        for n, (run, model, figure) in enumerate(zip(TRIALS, ("gbm", "logistic"), (0.91, 0.88), strict=True), 1)
    ]
    return {
        "datasets/digits": {
            "state": "stalled",
            "conditions": [condition(False, "DataRefused", "too few rows")],
            "facts": {},
        },
        "experiments/employment": {
            "state": "ready",
            "conditions": [condition(True, "Trained", "2 trials")],
            "facts": {"leaderboard": board, "metric": {"name": "roc_auc", "goal": "maximize"}},
        },
        "promotions/employment": {
            "state": "ready",
            "conditions": [condition(True, "Promoted", "pinned")],
            "facts": {"deployment": "deployments/employment", "promoted": [TRIALS[1], TRIALS[0]]},
        },
    }


@pytest.fixture
def status(settings: Settings, repository: Path) -> None:
    head = subprocess.run(
        ["git", "-C", str(repository), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    files: dict[str, bytes | None] = {f"status/{a}.yaml": dump({"address": a, **d}) for a, d in documents().items()}
    files["pass.yaml"] = dump({"environment": "dev", "commit": head, "problems": [], "notes": ["a note"]})
    open_status(settings).write(files, "dev: as a daemon left it")


FAILED = "experiments/employment/dddddddddddd"


@pytest.fixture
def failed(settings: Settings, status: None) -> str:
    """Leave a status with a trial more, which failed."""
    address = "experiments/employment"
    document = documents()[address]
    row = {"rank": 3, "run": FAILED, "stage": "failed", "message": "exit code 1: no module named torch"}
    document["facts"]["leaderboard"].append(row)
    open_status(settings).write({f"status/{address}.yaml": dump({"address": address, **document})}, "one has failed")
    return FAILED


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Iterator[Say]:
    def run(*arguments: str) -> Told:
        code = main(list(arguments))
        told = capsys.readouterr()
        return Told(code, told.out, told.err)

    yield run
    structlog.reset_defaults()  # `run` has its log written to a stream that is closed after the test


@pytest.fixture
def place(repository: Path) -> tuple[str, ...]:
    return ("-C", str(repository), "-e", "dev")


@pytest.fixture
def signals_and_logs() -> Iterator[None]:
    """Put back what the daemon sets for its process."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
    structlog.reset_defaults()


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Return what tells whether the process would have been ended with its threads hanging."""
    found: list[bool] = []
    monkeypatch.setattr(run, "leave", lambda: found.append(True))
    return found
