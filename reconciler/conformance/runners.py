"""What a runner is tried on: requests that it can do in seconds, and such as it refuses."""

import csv
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

Request = Mapping[str, Any]
"""What `runners.contract.Request` reads, but for its `run`, `runner` and `output`."""
RUN = "experiments/conformance/0123456789ab"


class RunnerBench(Protocol):
    """A runner, with requests for it."""

    @property
    def runner(self) -> str:
        """Return the runner's name."""

    def request(self) -> Request:
        """Return a request that the runner can do in some seconds."""

    def refused(self) -> Request:
        """Return a request whose input or parameters are wrong."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a job ended: its exit code, the folder that it wrote to, what it printed, and the seconds that it took."""

    exit_code: int
    folder: Path
    log: str = ""
    seconds: float = 0.0

    def read(self, name: str) -> dict[str, Any]:
        """Read a document that it left."""
        found: dict[str, Any] = json.loads((self.folder / name).read_text("utf-8"))
        return found


def write_request(folder: Path, runner: str, request: Request, run: str = RUN) -> Path:
    """Write a request whose output is `folder/out`; return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = {**request, "run": run, "runner": runner, "output": (folder / "out").absolute().as_uri()}
    file = folder / "request.json"
    file.write_text(json.dumps(whole), encoding="utf-8")
    return file


def command(file: Path) -> list[str]:
    """Return the command line of a job."""
    return [sys.executable, "-m", "runners", str(file)]


def do(folder: Path, runner: str, request: Request) -> Done:
    """Do a request as a pool would."""
    line, began = command(write_request(folder, runner, request)), time.monotonic()
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    return Done(done.returncode, folder / "out", done.stdout + done.stderr, time.monotonic() - began)


class TrainerBench:
    """The bench of a trainer of rows: 240 of them, two numbers and a text, of which one decides.

    Args:
        folder: a folder of its own.
        runner: its name.
        params: an experiment's `params` that it trains with, quickly.
        wrong: such as it refuses.
    """

    def __init__(self, folder: Path, runner: str, *, params: Mapping[str, Any], wrong: Mapping[str, Any]) -> None:
        self._folder = folder / "rows"
        self.runner = runner
        self._params, self._wrong = params, wrong

    def request(self) -> Request:
        return self._told(self._params)

    def refused(self) -> Request:
        return self._told(self._wrong)

    def _told(self, params: Mapping[str, Any]) -> Request:
        own = {"target": "paid", "metric": {"name": "roc_auc", "goal": "maximize"}, "params": dict(params)}
        return {"params": own, "inputs": {"dataset": self._dataset().as_uri()}, "seed": 7}

    def _dataset(self) -> Path:
        """Return a version of a dataset, as an ingest leaves it."""
        if not (self._folder / "out/result.json").exists():
            self._folder.mkdir(parents=True)
            file = self._folder / "rows.csv"
            with file.open("w", newline="", encoding="utf-8") as rows:
                table = csv.writer(rows)
                table.writerow(("income", "age", "town", "paid"))
                table.writerows((i * 7 % 240, i * 11 % 80, "abc"[i % 3], int(i * 7 % 240 > 120)) for i in range(240))
            done = do(self._folder, "ingest", {"params": {"source": {"files": {"url": str(file), "format": "csv"}}}})
            assert done.exit_code == 0, done.log
        return self._folder / "out"
