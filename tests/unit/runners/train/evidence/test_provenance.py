"""Provenance: an in-toto statement that a verifier would take."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

from runners.train.evidence.provenance import dependencies, statement, write_provenance
from tests.unit.runners.train.evidence.made import trained


def test_the_statement_is_about_the_models_file_and_its_signature(tmp_path: Path) -> None:
    made = trained(tmp_path)
    told = statement(made, datetime(2024, 1, 2, 0, 1, tzinfo=UTC))
    assert told["_type"] == "https://in-toto.io/Statement/v1"
    assert told["predicateType"] == "https://slsa.dev/provenance/v1"
    found = {item["name"]: item["digest"]["sha256"] for item in told["subject"]}
    folder = made.trial.folder
    names = ("model.onnx", "signature.json")
    assert found == {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    run = told["predicate"]["runDetails"]
    assert run["metadata"] == {
        "invocationId": "experiments/test/0123456789ab",
        "startedOn": "2024-01-02T00:00:00Z",
        "finishedOn": "2024-01-02T00:01:00Z",
    }
    definition = told["predicate"]["buildDefinition"]
    assert definition["externalParameters"]["params"]["params"] == {"C": 0.5}
    assert definition["resolvedDependencies"][0]["digest"] == {"gitCommit": "a" * 40}


def test_it_is_written(tmp_path: Path) -> None:
    write_provenance(trained(tmp_path))
    assert json.loads((tmp_path / "provenance.json").read_text())["predicate"]


def test_inputs_are_named_by_their_runs_where_these_are_known() -> None:
    found = dependencies({"input_dataset": "datasets/x/1"}, {"dataset": "file:///x", "code": "file:///code"})
    assert found == [
        {"name": "code", "uri": "file:///code"},
        {"name": "dataset", "uri": "urn:setpoint:run:datasets/x/1"},
    ]
