"""Real models replay what a real one was asked: an equal one wins nothing, one of shuffled labels loses."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reconciler.model.ids import RunName
from reconciler.status.results import document_of
from runners.contract import Request
from runners.contract.request import read_params
from runners.ingest.ingestion import ingest
from runners.ingest.parameters import Parameters
from runners.models import load
from runners.replay import run
from runners.replay.replaying import logged_scores
from runners.train import tabular

TRIALS = {
    "live": "experiments/x/aaaaaaaaaaaa",
    "same": "experiments/x/bbbbbbbbbbbb",
    "shuffled": "experiments/x/cccccccccccc",
}
TASKS: dict[str, dict[str, Any]] = {
    "late": {"metric": "roc_auc", "task": "binary"},
    "town": {"metric": "accuracy", "task": "multiclass"},
    "cost": {"metric": "mae", "task": "regression"},
}


def lines(rows: int, seed: int, *, shuffled: bool = False, first: int = 0) -> tuple[list[dict[str, Any]], str]:
    """Return orders as requests, and the same with what became of them as CSV."""
    chance = np.random.default_rng(seed)
    told = []
    for row in range(rows):
        weight, kind = round(chance.normal(), 3), str(chance.choice(["air", "sea"]))
        fast = kind == "air"
        is_late = int(weight + (0 if fast else 1) + chance.normal(0, 0.4) > 0.5)
        town = ("A", "B", "C")[int(np.clip(round(weight + fast), 0, 2))]
        told.append(
            ({"id": first + row, "weight": weight, "kind": kind}, (is_late, town, round(10 * weight + 5 * fast, 3)))
        )
    known = [one for _, one in told]
    if shuffled:
        known = [known[place] for place in chance.permutation(rows)]
    body = (
        f"{r['id']},{r['weight']},{r['kind']},{','.join(map(str, k))}" for (r, _), k in zip(told, known, strict=True)
    )
    return [one for one, _ in told], "\n".join(["id,weight,kind,late,town,cost", *body, ""])


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return an ingested table, and the same with the answers of other rows."""
    found = {}
    for name in ("true", "shuffled"):
        folder = tmp_path_factory.mktemp(name)
        (folder / "orders.csv").write_text(lines(600, 1, shuffled=name == "shuffled")[1])
        found[name] = folder / "version"
        found[name].mkdir()
        files = {"url": str(folder / "orders.csv"), "format": "csv"}
        params = read_params(Parameters, {"source": {"files": files}, "identifier": "id"})
        assert ingest("datasets/x", params, found[name]).accepted
    return found


def train(table: Path, target: str, folder: Path, run_name: str) -> Path:
    """Train a small model of the orders' weight and kind."""
    folder.mkdir(parents=True)
    others = [name for name in TASKS if name != target]
    goal = "minimize" if target == "cost" else "maximize"
    params = {
        "target": target,
        "exclude": ["id", *others],
        "metric": {"name": TASKS[target]["metric"], "goal": goal},
        "task": TASKS[target]["task"],
        "params": {"model": "linear" if target == "cost" else "logistic"},
    }
    told = {"params": params, "inputs": {"dataset": table.as_uri()}, "output": folder.as_uri(), "provenance": {}}
    result = tabular.run(Request(run=run_name, runner="tabular", seed=1, **told), folder)
    assert result.accepted, result.violations
    return folder


def asked(live: Path, folder: Path) -> tuple[str, dict[str, Any]]:
    """Have a live model answer 500 orders, ten of them of the table, log that, and write what became of them."""
    requests, text = lines(500, 2, first=590)
    columns = {name: [one[name] for one in requests] for name in ("weight", "kind")}
    said = load(live).predict(columns)
    chances = said.probability if said.probability is not None else said.probabilities
    told = []
    for row, request in enumerate(requests):
        data = {"rows": [request], "prediction": said.prediction[row : row + 1].tolist(), "status": 200}
        data |= {"model": TRIALS["live"], "seconds": 0.001}
        data |= {"probability": [] if chances is None else chances[row : row + 1].tolist()}
        event = {
            "type": "io.setpoint.inference",
            "id": f"e{row}",
            "time": f"2026-03-01T10:{row // 60:02}:{row % 60:02}Z",
        }
        told.append(json.dumps({**event, "data": data}))
    folder.mkdir(parents=True)
    (folder / "2026-03-01-1.jsonl").write_text("\n".join([*told, ""]))
    (folder / "outcomes.csv").write_text(text)
    return folder.as_uri(), {"files": {"url": (folder / "outcomes.csv").as_uri(), "format": "csv"}}


@pytest.mark.parametrize("target", TASKS)
def test_an_equal_model_differs_in_nothing_and_one_of_shuffled_labels_loses(
    target: str, tables: dict[str, Path], tmp_path: Path
) -> None:
    trials = {
        name: train(tables["shuffled" if name == "shuffled" else "true"], target, tmp_path / name, TRIALS[name])
        for name in TRIALS
    }
    logs, outcomes = asked(trials["live"], tmp_path / "logs")
    metric = TASKS[target]["metric"]
    params = {"trial": TRIALS["live"], "outcomes": outcomes, "bounds": [{"metric": metric, "confidence": 0.95}]}
    found = {}
    for name in ("same", "shuffled"):
        inputs = {"candidate": trials[name].as_uri(), "live": trials["live"].as_uri(), "logs": logs}
        out = tmp_path / "out" / name
        out.mkdir(parents=True)
        request = Request(run="promotions/x/1", runner="replay", params=params, inputs=inputs, output=out.as_uri())
        found[name] = run(request, out)
        read = document_of(RunName("promotions/x/1"), "result.json", found[name].model_dump_json().encode())
        assert read["accepted"], read
    same, other = found["same"], found["shuffled"]
    known = same.facts["outcomes"]
    assert (same.facts["rows"], known["rows"], same.facts["repeated"]["value"]) == (500, 500 - known["seen"]["live"], 1)
    assert 0 < known["seen"]["live"] == known["seen"]["candidate"] < 10, "those that tested were seen by neither"
    assert same.facts["figures"]["differing"]["value"] == 0
    assert same.metrics[f"difference.{metric}"] == 0
    assert other.facts["figures"]["differing"]["value"] > 0.15
    (bound,) = other.facts["bounds"]
    assert (bound["low"] > 0) if target == "cost" else (bound["high"] < 0), bound
    if target == "cost":
        assert other.facts["numbers"]["largest"] > 1
    else:
        assert len(same.facts["scores"]) == (1 if target == "late" else 3)


def test_scores_that_are_not_all_there_are_none() -> None:
    assert logged_scores([0.25, 0.5]).tolist() == [[0.25], [0.5]]  # type: ignore[union-attr]
    assert logged_scores([[0.25, 0.75]]).shape == (1, 2)  # type: ignore[union-attr]
    for odd in ([], [None, 0.5], [[0.1], [0.2, 0.8]], ["x"], [float("nan")]):
        assert logged_scores(odd) is None
