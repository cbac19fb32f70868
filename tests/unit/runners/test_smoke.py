"""The smoke test of a revision, from its examples to its verdict."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from runners.contract import REFUSED, UNAVAILABLE, Request
from runners.harness import main
from runners.smoke import run
from tests.unit.runners.smoke.answering import EXAMPLES, as_recorded, revision


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    (tmp_path / "trial").mkdir()
    (tmp_path / "trial" / "examples.json").write_text(json.dumps(EXAMPLES))
    return tmp_path / "trial"


def request(trial: Path, endpoint: str, **params: Any) -> Request:
    return Request(
        run="deployments/employment/0123456789ab",
        runner="smoke",
        params={"name": "employment", "examples": 20, "tolerance": 1e-4, **params},
        inputs={"model": trial.as_uri()} | ({"endpoint": endpoint} if endpoint else {}),
        output=(trial.parent / "output").as_uri(),
    )


def test_a_revision_that_answers_as_recorded_is_accepted(trial: Path, tmp_path: Path) -> None:
    with revision(as_recorded) as found:
        result = run(request(trial, found.url), tmp_path)
    assert result.accepted
    assert result.metrics["examples"] == 3
    assert result.metrics["largest_difference"] == 0
    assert result.metrics["p50_ms"] > 0
    assert len(found.asked) == 4


@pytest.mark.parametrize("status", [404, 405])
def test_one_that_speaks_version_2_alone_is_held_to_that(status: int, trial: Path, tmp_path: Path) -> None:
    def newer(path: str, body: Any) -> tuple[int, Any]:
        return (status, {"detail": "Not Found"}) if path.endswith(":predict") else as_recorded(path, body)

    with revision(newer) as found:
        result = run(request(trial, found.url), tmp_path)
    assert result.accepted
    assert result.facts["protocols"] == ["v2"]


def test_one_that_answers_otherwise_is_not(trial: Path, tmp_path: Path) -> None:
    def other(path: str, body: Any) -> tuple[int, Any]:
        status, told = as_recorded(path, body)
        if "outputs" in told:
            told["outputs"] = [{**output, "data": [0.123]} for output in told["outputs"]]
        return status, told

    with revision(other) as found:
        result = run(request(trial, found.url), tmp_path)
    assert not result.accepted
    assert result.violations[0].what == "0 was expected, 0.123 came"
    assert result.metrics["largest_difference"] == pytest.approx(0.877)


def test_as_many_examples_are_sent_as_are_asked_for(trial: Path, tmp_path: Path) -> None:
    with revision(as_recorded) as found:
        assert run(request(trial, found.url, examples=1), tmp_path).metrics["examples"] == 1
    assert len(found.asked) == 2


def test_its_exit_codes_are_the_contract_s(trial: Path, tmp_path: Path) -> None:
    told = tmp_path / "request.json"
    told.write_text(request(trial, "").model_dump_json())
    assert main([str(told)]) == UNAVAILABLE
    (trial / "examples.json").unlink()
    assert main([str(told)]) == REFUSED


@pytest.mark.timing
def test_it_starts_fast() -> None:
    line = [sys.executable, "-c", "import runners.smoke, sys; print(*{name.split('.')[0] for name in sys.modules})"]
    began = time.monotonic()
    loaded = set(subprocess.run(line, capture_output=True, text=True, check=True).stdout.split())
    assert not loaded & {"httpx", "numpy", "pandas", "kserve", "onnxruntime"}
    assert time.monotonic() - began < 5


def of_graph(trial: Path, endpoint: str) -> Request:
    told = request(trial, endpoint, name="both", members=["employment", "other"])
    inputs = {"model_employment": trial.as_uri(), "model_other": trial.as_uri(), "endpoint": endpoint}
    return told.model_copy(update={"inputs": inputs})


def graph_answering(status: int) -> Any:
    def answer(path: str, body: Any) -> tuple[int, Any]:
        if path.endswith("/v2/models/both"):
            return 200, {"name": "both", "inputs": [{"name": "SEX"}, {"name": "AGEP"}, {"name": "region"}]}
        if "/both" in path:
            return status, {"outputs": []}
        return as_recorded(path, body)

    return answer


@pytest.mark.parametrize(("status", "is_accepted"), [(200, True), (400, True), (500, False)])
def test_of_a_graph_each_model_is_asked_by_its_name_and_the_whole_has_to_answer(
    status: int, is_accepted: bool, trial: Path, tmp_path: Path
) -> None:
    with revision(graph_answering(status)) as found:
        result = run(of_graph(trial, found.url), tmp_path)
    assert (result.accepted, result.metrics["examples"]) == (is_accepted, 6)
    assert [one.where for one in result.violations] == ([] if is_accepted else ["the graph"])
    paths = {path.rpartition("/v2/models/")[2] for path, _, _ in found.asked if path.endswith("infer")}
    assert paths == {"employment/infer", "other/infer", "both/infer"}
    whole = next(body for path, body, _ in found.asked if path.endswith("both/infer"))
    assert [(one["name"], one["data"]) for one in whole["inputs"]] == [("SEX", ["1"]), ("AGEP", [30.0])]


def test_of_a_graph_a_violation_says_of_which_model(trial: Path, tmp_path: Path) -> None:
    def other(path: str, body: Any) -> tuple[int, Any]:
        return (400, {"error": "no"}) if "/other/" in path else graph_answering(200)(path, body)

    with revision(other) as found:
        result = run(of_graph(trial, found.url), tmp_path)
    assert not result.accepted
    assert result.violations[0].where == "other, example 0"
