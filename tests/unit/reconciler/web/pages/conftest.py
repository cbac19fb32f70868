"""Environments for the pages: one as values, and one in a real repository as a daemon would have left it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.model.ids import Address
from reconciler.status.branch import StatusBranch
from reconciler.status.read import Recorded
from reconciler.watched.branch import Source
from reconciler.web.pages.application import application
from reconciler.web.pages.following import Environment, Following
from reconciler.web.pages.snapshot import Snapshot
from reconciler.yaml.dump import dump
from tests.unit.reconciler.git.people import Clone
from tests.unit.reconciler.stage import NOW

HOSTILE = "<script>alert(1)</script>\u202e' \" & {{ 7 * 7 }}"
REPORT = "reports/monitors/loans/aaaaaaaaaaaa"


def document(state: str = "ready", message: str = "all is well", reason: str = "Fine", **facts: Any) -> dict[str, Any]:
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": reason,
        "message": message,
        "since": "2026-01-05T00:00:00+00:00",
    }
    return {"state": state, "conditions": [ready], "facts": facts}


def made(documents: Mapping[str, Mapping[str, Any]], key: str = "dev", **parts: Any) -> Snapshot:
    """Return an environment that was read."""
    last_pass = parts.pop("last_pass", {})
    recorded = Recorded({Address(address): told for address, told in documents.items()}, last_pass=last_pass)
    return Snapshot(key, parts.pop("environment", key), "/repository", recorded=recorded, **parts)


DOCUMENTS = {
    "datasets/loans": document("stalled", HOSTILE, "DataRefused", violations=[{"column": HOSTILE, "count": 3}]),
    "experiments/loans": document(
        metric={"name": "roc_auc"},
        leaderboard=[
            {
                "rank": 1,
                "run": "experiments/loans/aaaaaaaaaaaa",
                "params": {"model": HOSTILE},
                "metrics": {"roc_auc": 0.8},
                "ranking": {"value": 0.9, "low": 0.85, "high": 0.95},
            },
            {"run": "experiments/loans/bbbbbbbbbbbb", "stage": "failed", "params": {"model": "gbm"}},
        ],
    ),
    "promotions/loans": document(
        "waiting", "it waits", "WaitsForReview", proposal="promotions/loans/1", evidence=HOSTILE
    ),
    "deployments/loans": document(
        url="http://127.0.0.1:1/loans",
        traffic={"r1": 100},
        revisions={"r1": {"trial": "experiments/loans/aaaaaaaaaaaa"}},
    ),
    "monitors/loans": document(
        alerts=[{"what": HOSTILE, "value": 0.5, "threshold": 0.1}], newest="monitors/loans/aaaaaaaaaaaa"
    ),
    "pools/shared": document(teams={"risk": {"running": 1}}),
}
"""The statuses of the real repository."""
SPECS = {
    "specs/pools/shared.yaml": "capacity: {cpus: 1, memory: 4Gi}\n",
    "specs/datasets/loans.yaml": """\
source: {sql: {url: "sqlite:///x", query: SELECT 1}}
target: repaid
""",
    "specs/experiments/loans.yaml": """\
dataset: datasets/loans
target: repaid
runner: tabular
metric: {name: roc_auc, goal: maximize}
""",
    "environments/dev/environment.yaml": "description: one machine\n",
}


class Stage:
    """A real repository whose environment `dev` is followed."""

    def __init__(self, folder: Path, more: Mapping[str, str] | None = None) -> None:
        self.clone = clone = Clone(folder)
        commit = clone.commit({**SPECS, **(more or {})}, "Begin")
        self.source = Source.open(folder, "main", folder.parent / "mirror")
        self.status = StatusBranch(self.source.repository, "dev")
        files: dict[str, bytes | None] = {f"status/{a}.yaml": dump({"address": a, **d}) for a, d in DOCUMENTS.items()}
        files["pass.yaml"] = dump({"environment": "dev", "commit": commit, "problems": [HOSTILE], "notes": []})
        files["README.md"] = b"# dev\n\n[loans](status/datasets/loans.yaml) ![curve](pools/shared.svg)\n"
        files["controls/datasets/loans.yaml"] = b"reason: a secret reason\n"
        files["pools/shared.svg"] = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
        files[f"{REPORT}/report.md"] = b"# A report\n\n![drift](plots/drift.svg)\n\n<script>alert(1)</script>\n"
        files[f"{REPORT}/report.html"] = b"<script>alert(1)</script>"
        files[f"{REPORT}/plots/drift.svg"] = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
        self.status.write(files, "dev: as a daemon left it")
        self.following = Following([Environment("dev", "dev", self.source)])

    def tell(self, address: str, told: Mapping[str, Any] | None) -> None:
        """Write the status of a resource, or take it away."""
        self.status.write({f"status/{address}.yaml": dump({"address": address, **told}) if told else None}, address)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "repository")


class Client:
    """Asks the application."""

    def __init__(self, stage: Stage) -> None:
        self._app = application(stage.following, lambda: NOW)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8484") as client:
                return await client.request(method, path, **options)

        return asyncio.run(asked())


@pytest.fixture
def client(stage: Stage) -> Client:
    """Return a client of the application, which has looked at the repository."""
    for one in stage.following.environments.values():
        one.look()
    return Client(stage)
