"""merge_to_serving_s: from the merge of a pin on a real forge to the first answer of the new model.

Embedded pool and serving, a webhook, one step of traffic. Between the two lie a pass, the start of a replica, and its
smoke test as a job; every model is another one, so that nothing of it was made before.
"""

import csv
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reconciler.cli.demo.cleanup import end_engines
from reconciler.cli.demo.traffic import post
from reconciler.cli.status_reader import read_status
from reconciler.model.errors import Transient
from reconciler.model.ids import Address
from reconciler.settings import Settings
from tests.bench.figure import Figure
from tests.e2e.reviewed import Reviewed, reviewed
from tests.servers.gitea import Gitea

PIN = "environments/dev/deployments/loans.yaml"
ROW = {"income": 120, "town": "a"}
PATIENCE = 300.0


def measure(quick: bool) -> Iterator[Figure]:
    """Measure on a real Gitea, with a real daemon that takes its webhooks."""
    count = 3 if quick else 10
    with tempfile.TemporaryDirectory(prefix="setpoint-bench-") as name:
        place = Path(name)
        server = Gitea(place / "gitea", queues="channel").start()
        try:
            with reviewed(server, place / "work", webhooks=True, more=_specs(place, count + 1)) as watched:
                yield _figure(Releases(server, watched, place / "work" / "home"), count)
        finally:
            server.stop()


class Releases:
    """A repository with trained models, one of which is released after the other."""

    def __init__(self, server: Gitea, watched: Reviewed, home: Path) -> None:
        self._watched = watched
        place = server.clone_url(watched.project.repository, watched.daemon)
        self.settings = Settings(place, "dev", "main", home)

    def models(self, count: int) -> list[Mapping[str, Any]]:
        """Return the models once all are trained."""
        board: list[Mapping[str, Any]] = []

        def are_trained() -> bool:
            board[:] = self._facts("experiments/loans").get("leaderboard") or ()
            return len(board) == count and all(row.get("stage") == "accepted" for row in board)

        _wait(are_trained)
        return board

    def release(self, number: int, model: Mapping[str, Any]) -> None:
        """Merge a pull request that pins a model; return as soon as the forge says that it is merged."""
        pin = f"model: {{trial: {model['run']}, digest: '{model['model']['digest']}'}}\n"
        pull = self._watched.propose(f"pin-{number}", {PIN: pin})
        self._watched.status(pull)
        self._watched.project.merge(pull).raise_for_status()

    def url(self) -> str:
        """Return where the endpoint answers, once it serves what is pinned."""
        _wait(lambda: self._state() == "ready")
        return str(self._facts("deployments/loans")["url"])

    def rest(self) -> None:
        """Wait until the release is over."""
        _wait(lambda: self._state() == "ready")
        self._watched.rest(2)

    def _state(self) -> str:
        return str(self._told("deployments/loans").get("state", ""))

    def _facts(self, address: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._told(address).get("facts") or {}
        return found

    def _told(self, address: str) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = read_status(self.settings).statuses.get(Address(address)) or {}
        except Transient:
            return {}
        return found


def _figure(releases: Releases, count: int) -> Figure:
    try:
        models, times = releases.models(count + 1), []
        releases.release(0, models[0])
        url = releases.url()
        for number, model in enumerate(models[1:], 1):
            releases.rest()
            former = _answer(url)
            releases.release(number, model)
            began = time.monotonic()
            while _answer(url) == former:
                time.sleep(0.02)
            times.append(time.monotonic() - began)
    finally:
        end_engines(releases.settings)
    times.sort()
    slowest = times[min(int(len(times) * 0.95), len(times) - 1)]
    beside = f"p95 of {count}; median {times[len(times) // 2]:.1f} s"
    return Figure("merge_to_serving_s", slowest, "s", "<= 10", beside)


def _answer(url: str) -> Any:
    """Ask for a probability, by which the models differ."""
    return post(f"{url}/v1/models/loans:predict", {"instances": [ROW]})


def _wait(until: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not until():
        if time.monotonic() > deadline:
            raise RuntimeError(f"nothing came within {PATIENCE:.0f} s")
        time.sleep(0.3)


def _specs(folder: Path, count: int) -> Mapping[str, str]:
    """Return a dataset, so many models of it, and an endpoint that asks for none yet."""
    rows = folder / "rows.csv"
    with rows.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("income", "town", "paid"))
        table.writerows((i * 7 % 240, "abc"[i % 3], int(i * 7 % 240 + i * 31 % 40 > 130)) for i in range(400))
    choices = ", ".join(str(round(0.1 + 0.05 * number, 2)) for number in range(count))
    return {
        "specs/pools/shared.yaml": "capacity: {cpus: 2, memory: 4Gi}\n",
        "specs/datasets/loans.yaml": f"source: {{files: {{url: '{rows}', format: csv}}}}\ntarget: paid\n"
        "columns:\n  income: {type: integer}\n  town: {type: string}\n  paid: {type: integer}\n",
        "specs/experiments/loans.yaml": "dataset: datasets/loans\ntarget: paid\nrunner: tabular\n"
        f'params: {{model: gbm, learning_rate: "choice({choices})"}}\nmetric: {{name: roc_auc}}\n',
        "specs/deployments/loans.yaml": "rollout: {hold: 1s, minimum_requests: 0}\n",
    }
