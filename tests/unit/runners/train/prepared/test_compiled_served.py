"""A table with dates and texts from its CSV to a replica that answers, to the comparison and to what watches it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runners import evaluate, replica
from runners.contract import Request, Result
from runners.contract.request import read_params
from runners.ingest.ingestion import ingest
from runners.ingest.parameters import Parameters
from runners.models import load
from runners.monitor.reference import read_reference
from runners.train import tabular

STEPS = {
    "opened": [{"datetime": {"parts": ["month", "weekday", "hour", "elapsed"], "since": "2020-01-01"}}],
    "note": [{"text": {"terms": 40}}],
    "town": [{"encode": {"by": "target"}}],
    "spent": [{"impute": {"indicator": True}}, {"log": True}],
}


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an ingested table: tickets, late where their note complains or they were opened on a weekend."""
    chance, folder = np.random.default_rng(0), tmp_path_factory.mktemp("tickets")
    lines = ["id,opened,note,town,spent,late"]
    for row in range(500):
        opened = datetime(2022, 1, 1, tzinfo=UTC) + timedelta(hours=int(chance.integers(0, 20_000)))
        note = " ".join(chance.choice(["angry", "thanks", "größer", "please", "Straße"], 3).tolist()) if row % 9 else ""
        spent = "" if row % 11 == 0 else f"{chance.lognormal(3, 1):.2f}"
        is_late = int("angry" in note or opened.weekday() > 4) ^ int(chance.random() < 0.05)
        lines.append(f'{row},{opened.isoformat()},"{note}",{"ABC"[row % 3]},{spent},{is_late}')
    (folder / "tickets.csv").write_text("\n".join(lines), "utf-8")
    out = folder / "version"
    out.mkdir()
    files = {"url": str(folder / "tickets.csv"), "format": "csv"}
    split = {"time": "opened", "validation_from": "2023-04-01", "test_from": "2023-09-01", "gap": 1}
    told = {"source": {"files": files}, "identifier": "id", "target": "late", "split": split}
    assert ingest("datasets/tickets", read_params(Parameters, told), out).accepted
    return out


@pytest.fixture(scope="module")
def trial(version: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """Return a trial on that table, with what it told."""
    out = tmp_path_factory.mktemp("trial")
    split = {"time": "opened", "validation_from": "2023-04-01", "test_from": "2023-09-01", "gap": 1}
    params = {
        "target": "late",
        "metric": {"name": "roc_auc"},
        "slices": ["town"],
        "sides": split,
        "preparations": STEPS,
    }
    told = {"params": params, "inputs": {"dataset": version.as_uri()}, "output": out.as_uri(), "provenance": {}}
    return out, tabular.run(Request(run="experiments/x/0123456789ab", runner="tabular", seed=1, **told), out)


def asked(runner: str, out: Path, inputs: dict[str, str], **params: Any) -> Request:
    told = {"params": params, "inputs": inputs, "output": out.as_uri(), "provenance": {}, "seed": 1}
    return Request(run="promotions/x/0123456789ab", runner=runner, **told)


def test_dates_and_texts_are_learned_from(trial: tuple[Path, Result]) -> None:
    out, result = trial
    assert result.accepted, result.violations
    assert result.metrics["roc_auc"] > 0.85
    assert result.facts["signature"]["inputs"] == {"opened": "BYTES", "note": "BYTES", "town": "BYTES", "spent": "FP32"}
    assert set(list(result.facts["importance"])[:2]) == {"opened", "note"}, (
        "importance is told of the columns as they came"
    )
    assert "opened: prepared by datetime" in (out / "model-card.md").read_text("utf-8")
    requests = [one["request"]["inputs"] for one in json.loads((out / "examples.json").read_text("utf-8"))]
    moments = [value for inputs in requests for one in inputs if one["name"] == "opened" for value in one["data"]]
    assert all(datetime.fromisoformat(moment).tzinfo for moment in moments), "recordings are as clients ask"


def test_a_replica_answers_every_test_row(trial: tuple[Path, Result], tmp_path: Path) -> None:
    request = asked("replica", tmp_path, {"candidate": trial[0].as_uri()}, answers={"rows": 60, "batch": 20})
    result = replica.run(request, tmp_path)
    assert result.metrics["answers"] == 1, result


def test_it_is_compared_on_rows_as_the_reference_has_them(trial: tuple[Path, Result], tmp_path: Path) -> None:
    inputs = {"candidate": trial[0].as_uri(), "live": trial[0].as_uri()}
    result = evaluate.run(asked("evaluate", tmp_path, inputs), tmp_path)
    assert result.metrics["difference.roc_auc"] == 0


def test_a_moment_is_not_watched_and_that_is_said(trial: tuple[Path, Result]) -> None:
    found = read_reference(trial[0].as_uri())
    assert "opened" not in [column.name for column in found.columns]
    assert any("opened" in told and "go on by themselves" in told for told in found.unwatched)


def test_what_is_no_moment_is_refused_by_its_column_and_row(trial: tuple[Path, Result]) -> None:
    from runners.models import ModelInputError

    rows = {"opened": ["2023-01-01", "yesterday"], "note": ["", None], "town": ["A", "new"], "spent": [None, 1]}
    with pytest.raises(ModelInputError, match="opened of row 1 is `yesterday`"):
        load(trial[0]).predict(rows)
    assert len(load(trial[0]).predict({**rows, "opened": ["1914-06-28T11:00+01:00", None]}).prediction) == 2
