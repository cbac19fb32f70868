"""Documents: figures, parameters and job_environ as JSON."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from runners.train.evidence.documents import MOST_STEPS, environment, history_of, write_documents
from runners.train.fitted import History
from tests.unit.runners.train.evidence.made import trained


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def test_all_four_are_written(tmp_path: Path) -> None:
    made = trained(tmp_path)
    write_documents(made)
    params = read(tmp_path / "params.json")
    assert (params["run"], params["seed"], params["params"], params["slices"]) == (
        "experiments/test/0123456789ab", 7, {"C": 0.5}, ["town"]
    )  # fmt: skip
    metrics = read(tmp_path / "metrics.json")
    assert metrics["overall"] == made.findings.metrics
    assert metrics["rows"] == {"train": 150, "validation": 50, "test": 100}
    assert metrics["validation"]["rows"] == 50
    assert metrics["validation"]["metrics"]["roc_auc"] != metrics["overall"]["roc_auc"]
    assert metrics["intervals"]["roc_auc"]["low"] < metrics["overall"]["roc_auc"]
    assert metrics["notes"] == ["3 rows without ill"]
    assert set(read(tmp_path / "slices.json")["town"]) == {"north", "south"}
    assert read(tmp_path / "environment.json") == environment()


def test_what_was_reported_is_kept_even_when_it_is_no_number(tmp_path: Path) -> None:
    made = trained(tmp_path)
    odd = replace(made.findings, reported={"profit": float("nan"), "cost": 2.0})
    write_documents(replace(made, findings=odd))
    assert read(tmp_path / "metrics.json")["reported"] == {"profit": "nan", "cost": 2.0}


def test_the_environment_names_versions_and_no_machine() -> None:
    told = environment()
    assert told["packages"]["onnxruntime"]
    assert "no-such-package" not in told["packages"]
    assert set(told["platform"]) == {"system", "release", "machine"}


def test_how_training_went_is_told_in_few_steps_the_last_among_them() -> None:
    steps = tuple(float(step) for step in range(1, 1002))
    told = history_of(History("epoch", "loss", steps, {"train": (float("nan"), *steps[1:])}))
    assert len(told["steps"]) <= MOST_STEPS
    assert told["steps"][-1] == 1001.0
    assert told["series"]["train"][-1] == 1001.0
    short = history_of(History("epoch", "loss", (1.0, 2.0), {"train": (float("inf"), 0.5)}))
    assert short == {"step": "epoch", "figure": "loss", "steps": [1.0, 2.0], "series": {"train": [None, 0.5]}}
    assert history_of(History("epoch", "loss", (), {"train": ()}))["steps"] == []
