"""Plausible results have the shapes of the runners' contract, and are always the same for the same job."""

import hashlib
import json
from typing import Any

import pytest

from reconciler.conformance.pools import order
from reconciler.model.ids import RunName
from reconciler.ports.pool import JobOrder
from reconciler.providers.memory.workers import Outcome, chance, plausible, usual_duration
from runners.contract import Result
from runners.contract.versions import RUNNER_VERSIONS

RUN = "experiments/e/0123456789ab"
TRAINED = json.dumps({"metrics": {"roc_auc": 0.9}, "facts": {"slices": {"SEX": {"1": {"roc_auc": 0.8}}}}}).encode()


def read(_run: RunName, _path: str) -> bytes:
    return TRAINED


def job(runner: str, run: str = RUN, **request: Any) -> JobOrder:
    return order(run, runner=runner, **request)


def result(outcome: Outcome) -> Result:
    return Result.model_validate_json(outcome.files["result.json"])


@pytest.mark.parametrize("runner", sorted(set(RUNNER_VERSIONS) - {"serve"}))
def test_every_runner_leaves_what_the_contract_asks_for(runner: str) -> None:
    outcome = plausible(job(runner, provenance={"commit": "c"}), read)
    told = result(outcome)
    assert outcome.exit_code == 0
    assert told.accepted
    assert told.provenance == {"commit": "c"}
    digests = {path: "sha256:" + hashlib.sha256(data).hexdigest() for path, data in outcome.files.items()}
    assert told.files == {path: digest for path, digest in digests.items() if path != "result.json"}
    assert len(told.content) == 64
    assert runner in outcome.log


def test_the_same_job_leaves_the_same() -> None:
    params = {"metric": {"name": "roc_auc"}, "params": {"model": "gbm"}}
    first, second = (plausible(job("tabular", params=params), read) for _ in range(2))
    assert first == second
    assert plausible(job("tabular", RUN[:-1] + "c", params=params), read) != first


def test_a_trial_has_its_metrics_and_slices() -> None:
    params = {"task": "binary", "metric": {"name": "brier"}, "slices": ["SEX"], "params": {"model": "gbm"}}
    told = result(plausible(job("tabular", params=params), read))
    assert set(told.metrics) == {"roc_auc", "accuracy", "f1", "log_loss", "brier"}
    assert 0.86 <= told.metrics["roc_auc"] <= 0.96
    assert 0.1 <= told.metrics["brier"] <= 0.4
    assert told.facts["params"] == {"model": "gbm"}
    assert set(told.facts["slices"]["SEX"]["1"]) == {*told.metrics, "rows"}
    assert told.facts["model"]["digest"] == told.files["model.onnx"]
    validation = told.facts["validation"]
    assert set(validation["metrics"]) == set(told.metrics)
    assert validation["metrics"] != told.metrics
    assert set(validation["slices"]["SEX"]) == {"1", "2"}


def test_a_comparison_tells_the_bounds_that_are_asked_for() -> None:
    asked = {"metric": "roc_auc", "confidence": 0.95}
    params = {"bounds": [{**asked, "slice": None}, {**asked, "slice": "SEX"}, {**asked, "metric": "f1", "slice": None}]}
    inputs = {"candidate": "memory://a", "live": "memory://b"}
    whole, one = result(plausible(job("evaluate", params=params, inputs=inputs), read)).facts["bounds"]
    assert whole == {**asked, "slice": None, "value": None, "low": -0.005, "high": 0.005}
    assert (one["slice"], one["value"]) == ("SEX", "1")


def test_a_schema_is_proposed_for_tables_that_have_none() -> None:
    def proposed(**params: Any) -> bool:
        return "proposed_columns" in result(plausible(job("ingest", params=params), read)).facts

    assert proposed(source={"sql": {"url": "sqlite://", "query": "SELECT 1"}})
    assert not proposed(source={"sql": {}}, columns={"id": {"type": "integer"}})
    assert not proposed(source={"files": {"url": "x", "format": "images"}})


def test_a_comparison_tells_of_both_on_the_same_rows() -> None:
    inputs = {"candidate": "memory://experiments/e/1", "live": "memory://experiments/e/2"}
    told = result(plausible(job("evaluate", inputs=inputs), read))
    assert told.metrics == {"candidate.roc_auc": 0.9, "live.roc_auc": 0.9}
    assert told.facts["live"]["slices"] == {"SEX": {"1": {"roc_auc": 0.8}}}


def test_some_reports_find_a_drift() -> None:
    runs = [f"monitors/m/{number:012x}" for number in range(80)]
    window = {"start": "a", "end": "b"}
    told = [result(plausible(job("monitor", run, params={"window": window}), read)).facts for run in runs]
    alerts = [facts for facts in told if facts["alerts"]]
    assert 2 <= len(alerts) <= 25
    assert {facts["verdict"] for facts in alerts} == {"alert"}
    assert all(facts["window"] == window for facts in told)


def test_a_request_that_says_nothing_is_fine() -> None:
    assert result(plausible(job("tabular"), read)).metrics


def test_chance_is_even_and_repeatable() -> None:
    drawn = [chance("x", number) for number in range(2000)]
    assert drawn == [chance("x", number) for number in range(2000)]
    assert all(0 <= value < 1 for value in drawn)
    assert 0.45 < sum(drawn) / len(drawn) < 0.55


def test_trainings_take_minutes() -> None:
    assert 120 <= usual_duration(job("tabular")) <= 360
    assert usual_duration(job("smoke")) < usual_duration(job("ingest"))
