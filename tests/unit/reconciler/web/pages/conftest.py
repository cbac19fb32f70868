"""Environments for the pages: one as values, and one in a real repository as a daemon would have left it."""

import asyncio
import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest

from reconciler.model.ids import Address, CommitId, RunName
from reconciler.ports.data import DataStore
from reconciler.status.branch import StatusBranch, StatusTree
from reconciler.status.read import Recorded
from reconciler.watched.branch import Source
from reconciler.web.pages.application import application
from reconciler.web.pages.following import Environment, Following
from reconciler.web.pages.outputs import Stores
from reconciler.web.pages.snapshot import Snapshot
from reconciler.yaml.dump import dump
from tests.unit.reconciler.git.people import Clone
from tests.unit.reconciler.stage import NOW
from tests.unit.reconciler.web.pages.engines import Engines

if TYPE_CHECKING:
    from reconciler.git.objects import ObjectStore

HOSTILE = "<script>alert(1)</script>\u202e' \" & {{ 7 * 7 }}"
REPORT = "reports/monitors/loans/aaaaaaaaaaaa"
TRIAL, OTHER = "experiments/loans/aaaaaaaaaaaa", "experiments/loans/bbbbbbbbbbbb"
VERSION, FORMER = "datasets/loans/aaaaaaaaaaaa", "datasets/loans/bbbbbbbbbbbb"


MOMENTS = {
    "submitted": "2026-01-04T00:00:00+00:00",
    "started": "2026-01-04T00:01:00+00:00",
    "ended": "2026-01-04T00:03:00+00:00",
}


def document(state: str = "ready", message: str = "all is well", reason: str = "Fine", **facts: Any) -> dict[str, Any]:
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": reason,
        "message": message,
        "since": "2026-01-05T00:00:00+00:00",
    }
    return {"state": state, "conditions": [ready], "facts": facts}


class Kept:
    """Objects in memory, by the path that they are of."""

    def __init__(self, files: Mapping[str, Any]) -> None:
        self._files = {
            path: left if isinstance(left, bytes) else json.dumps(left).encode() for path, left in files.items()
        }
        self.sizes = {path: len(content) for path, content in self._files.items()}

    def read(self, name: str) -> bytes:
        return self._files[name]


def tree_of(files: Mapping[str, Any]) -> StatusTree:
    """Return a status commit with these files: JSON documents, or bytes as they are."""
    kept = Kept(files)
    return StatusTree(CommitId("0" * 40), {path: path for path in files}, cast("ObjectStore", kept), kept.sizes)


def made(documents: Mapping[str, Mapping[str, Any]], key: str = "dev", **parts: Any) -> Snapshot:
    """Return an environment that was read."""
    last_pass = parts.pop("last_pass", {})
    recorded = Recorded({Address(address): told for address, told in documents.items()}, last_pass=last_pass)
    return Snapshot(key, parts.pop("environment", key), "/repository", recorded=recorded, **parts)


DOCUMENTS = {
    "datasets/loans": document(
        "stalled",
        HOSTILE,
        "DataRefused",
        violations=[{"where": HOSTILE, "what": HOSTILE, "count": 3}],
        version=VERSION,
        in_force=[{"version": FORMER, "since": "2026-01-04T00:00:00+00:00"}, {"version": VERSION}],
    ),
    "labels/loans": document(
        version="labels/loans/aaaaaaaaaaaa",
        result={"disputes": 7},
        pictures=["reports/labels/loans/aaaaaaaaaaaa/disputes.png", "reports/gone.png"],
    ),
    "experiments/loans": document(
        dataset=VERSION,
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
        alerts=[{"what": HOSTILE, "value": 0.5, "threshold": 0.1, "trial": TRIAL}],
        newest="monitors/loans/aaaaaaaaaaaa",
        reports=["monitors/loans/aaaaaaaaaaaa", "monitors/loans/bbbbbbbbbbbb", HOSTILE],
    ),
    "pools/shared": document(
        jobs=[
            {"run": f"datasets/loans/{n:012}", "team": "risk", "state": "succeeded", "needs": {"cpus": 1.0}, **MOMENTS}
            for n in range(3)
        ]
        + [
            {"run": run, "team": HOSTILE, "state": "waiting", "needs": {"cpus": 1.0}, "submitted": MOMENTS["submitted"]}
            for run in (OTHER, HOSTILE)
        ],
        teams={"risk": {"running": 1, "waiting": 2, "used": {"cpus": 1.0, "memory": 2.0**31}}, HOSTILE: {}},
        meter={
            "unit": "cpus",
            "of": 2.0,
            "slot": 60,
            "since": "2026-01-05T00:02:30+00:00",
            "now": {"risk": 1.0},
            "slots": {"2026-01-05T00:00+00:00": {"risk": 1.5, HOSTILE: 0.25}, "2026-01-05T00:01+00:00": {"risk": 0.5}},
        },
    ),
}
"""The statuses of the real repository."""


def column(name: str, distance: float, **more: Any) -> dict[str, Any]:
    """Return what a report says of a column."""
    return {"name": name, "distance": distance, "limit": 0.1, "drifted": distance > 0.1, "change": HOSTILE, **more}


def profile(rows: int, *counts: int) -> dict[str, Any]:
    """Return a profile of three columns, whose numbers stand in bars of such counts."""
    edges = [float(edge) for edge in range(len(counts) + 1)]
    age = {
        "type": "number",
        "missing_share": 0.25,
        "distinct": 9,
        "minimum": 0,
        "maximum": 9.5,
        "mean": float(counts[0]),
    }
    top = [{"value": HOSTILE, "count": rows // 2}, {"value": "b", "count": rows // 4}]
    told = {"measure": "cramers_v", "value": 0.5, "interval": [0.4, 0.6]}
    columns = {
        "age": {**age, "histogram": {"edges": edges, "counts": list(counts)}},
        HOSTILE: {"type": "string", "missing_share": 0.0, "count": rows, "top": top, "target_association": told},
        "id": {"type": "integer", "histogram": {"edges": edges, "counts": list(counts)}},
    }
    findings = [{"severity": "warning", "what": HOSTILE, "fix": HOSTILE}]
    preparations = [{"name": "drop_constant", "columns": [HOSTILE], "reason": HOSTILE}]
    more = {"identifier": {"column": "id"}, "findings": findings, "preparations": preparations}
    return {"rows": rows, "columns": columns, **more}


def report(end: str, distance: float, **more: Any) -> dict[str, Any]:
    """Return a report of two columns."""
    figures = {"reference": 0.9, "estimated": 0.85, "estimated_error": 0.01, "realized": 0.8, "realized_error": None}
    return {
        "window": {"end": end},
        "verdict": "alert",
        "chunks": {"rows": [100, 50]},
        "columns": [column("age", 0.02), column(HOSTILE, distance), {"name": "town", "distance": None}],
        "performance": [{"metric": "roc_auc", **figures}],
        "service": {"requests": 500, "errors": 5, "error_rate": 0.01, "rate": 2.5, "p99_ms": 15.0},
        **more,
    }


LABELLED = "labels/loans/aaaaaaaaaaaa"
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""A picture of one pixel."""
BOX = {"label": HOSTILE, "left": 0.1, "top": 0.2, "right": 0.5, "bottom": 0.6}
DISPUTED: Mapping[str, Any] = {
    "disputes.json": [
        {"id": f"{n}", "label": "late", "confidence": 0.5, "answers": {"ada": "late", HOSTILE: HOSTILE}}
        for n in range(12)
    ],
    "disputed/examples.json": {
        "withheld": ["iban"],
        "examples": [
            {
                "id": HOSTILE,
                "row": {"text": HOSTILE, **{f"column {n}": n for n in range(20)}},
                "picture": "disputed/images/0.png",
                "width": 40,
                "height": 20,
            }
        ],
    },
    "disputed/images/0.png": DOT,
}
"""What a merge of labels left in the data store."""


def leave(store: DataStore, run: str = LABELLED, files: Mapping[str, Any] = DISPUTED) -> None:
    """Leave files in a data store as a run does."""
    written = {path: left if isinstance(left, bytes) else json.dumps(left).encode() for path, left in files.items()}
    place = store.open(RunName(run))
    if place.startswith("file://"):
        for path, content in written.items():
            file = Path(place.removeprefix("file://")) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    store.commit(RunName(run), {"run": run}, {} if place.startswith("file://") else written)


LEFT: Mapping[str, Any] = {
    f"{REPORT}/report.json": report("2026-01-05T00:00:00+00:00", 0.4),
    "reports/monitors/loans/bbbbbbbbbbbb/report.json": report("2026-01-04T00:00:00+00:00", 0.05),
    f"reports/{VERSION}/profile.json": profile(1000, 10, 20, 30),
    f"reports/{FORMER}/profile.json": profile(800, 30, 20, 10),
    f"reports/{TRIAL}/metrics.json": {
        "overall": {"roc_auc": 0.88, "f1": 0.7, HOSTILE: 1.0},
        "intervals": {"roc_auc": {"value": 0.88, "low": 0.86, "high": 0.9}},
        "validation": {"metrics": {"roc_auc": 0.9}, "interval": {"roc_auc": {"value": 0.9, "low": 0.85, "high": 0.95}}},
        "rows": {"train": 700, "test": 200},
        "importance": {HOSTILE: 0.2, "age": 0.1},
        "slice_intervals": {"town": {HOSTILE: {"value": 0.8, "low": 0.6, "high": 0.9}}},
        "cut_slices": [HOSTILE],
        "history": {"step": "trees", "figure": "roc_auc", "steps": [1, 2, 3], "series": {"train": [0.5, None, 0.8]}},
    },
    f"reports/{TRIAL}/result.json": {
        "facts": {"slices": {"town": {HOSTILE: {"roc_auc": 0.8, "f1": 0.6, "rows": 40.0}}}},
        "files": {"model.onnx": "sha256:0", "model-card.md": "sha256:1", HOSTILE: HOSTILE},
        "provenance": {"commit": "", "spec": "specs/experiments/loans.yaml", "input_dataset": VERSION, "host": HOSTILE},
    },
    f"reports/{TRIAL}/environment.json": {"python": "3.11.1", "packages": {"numpy": "2.4", HOSTILE: HOSTILE}},
    "reports/labels/loans/aaaaaaaaaaaa/agreement.json": {
        "alpha": 0.83,
        "interval": [0.8, 0.85],
        "distance": "nominal",
        "labels": {HOSTILE: {"alpha": 0.8, "interval": [0.7, 0.9]}, "no": {"alpha": None}},
        "annotators": {HOSTILE: {"answers": 9, "accuracy": 0.9, "interval": [0.8, 0.95]}},
    },
    "reports/labels/loans/aaaaaaaaaaaa/disputes.json": [
        {"id": HOSTILE, "regions": None, "confidence": 0.5, "answers": {HOSTILE: [BOX], "ada": []}},
        *(
            {"id": str(n), "label": "late", "confidence": 0.6, "answers": {"ada": "late", "ben": "lost"}}
            for n in range(11)
        ),
    ],
}
"""What runners left on the status branch of the real repository."""
CARD = "# A card\n\n<script>alert(1)</script> ![there](curves/roc.png) ![gone](curves/gone.png)\n"
PLACES = (
    "dev/pools",
    "dev/experiments/loans/compare",
    "dev/experiments/loans/compare?all=1",
    "dev/datasets/loans/data",
    "dev/datasets/loans/data?against=none",
    "dev/labels/loans/data",
    "dev/monitors/loans/reports",
    "dev/deployments/loans/lineage",
    "dev/experiments/loans/log",
    "dev/deployments/loans/log",
    f"dev/{TRIAL}/log",
    f"dev/{TRIAL}",
    f"dev/{OTHER}",
    f"dev/{VERSION}",
    f"dev/{REPORT.removeprefix('reports/')}",
)
"""Pages of what there is to show."""
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
    "specs/labels/loans.yaml": "dataset: datasets/loans\nexports: {url: labels, question: label}\n",
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
        result = LEFT[f"reports/{TRIAL}/result.json"]
        told = {f"reports/{TRIAL}/result.json": {**result, "provenance": {**result["provenance"], "commit": commit}}}
        files |= {path: json.dumps(left).encode() for path, left in {**LEFT, **told}.items()}
        files[f"reports/{TRIAL}/model-card.md"] = CARD.encode()
        files[f"reports/{TRIAL}/curves/roc.png"] = b"\x89PNG\r\n\x1a\n"
        files["reports/labels/loans/aaaaaaaaaaaa/disputes.png"] = b"\x89PNG\r\n\x1a\n"
        self.commit = commit
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

    def __init__(self, stage: Stage, engines: Engines | None = None, stores: Stores | None = None) -> None:
        self._app = application(stage.following, lambda: NOW, engines=engines, stores=stores)

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


@pytest.fixture
def engines() -> Engines:
    return Engines()


@pytest.fixture
def asked(stage: Stage, engines: Engines) -> Client:
    """Return a client of an application that can ask the engines."""
    for one in stage.following.environments.values():
        one.look()
    return Client(stage, engines)
