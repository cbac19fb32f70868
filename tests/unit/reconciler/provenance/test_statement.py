"""The statement about a model: in-toto's fields, SLSA's, and what the daemon knows."""

import json
from datetime import date
from types import MappingProxyType
from typing import Any

from reconciler.model.change import Origin
from reconciler.provenance.envelope import Envelope, read_envelope
from reconciler.provenance.statement import Left, model_of, packages_in, statement
from reconciler.provenance.vouching import read_statement
from tests.unit.reconciler.provenance import made


def told() -> Any:
    return json.loads(made.payload())


def test_it_is_a_statement_about_the_model_and_each_file() -> None:
    found = told()
    assert found["_type"] == "https://in-toto.io/Statement/v1"
    assert found["predicateType"] == "https://slsa.dev/provenance/v1"
    assert found["subject"] == [
        {"name": made.RUN, "digest": {"sha256": "ab" * 32}},
        {"name": f"{made.RUN}/model.onnx", "digest": {"sha256": "cd" * 32}},
    ]


def test_it_says_what_was_asked_for_and_where_it_ran() -> None:
    definition = told()["predicate"]["buildDefinition"]
    assert definition["externalParameters"] == {
        "environment": "dev",
        "resource": "experiments/score",
        "spec": "specs/experiments/score.yaml",
        "runner": "tabular",
        "params": {"target": "paid", "params": {"C": 1}},
        "seed": 7,
        "inputs": {"dataset": made.DATA},
    }
    internal = definition["internalParameters"]
    assert (internal["pool"], internal["team"], internal["runner_version"]) == ("pools/shared", "risk", 2)
    assert internal["resources"]["cpus"] == 2


def test_it_says_what_the_model_was_made_from() -> None:
    assert told()["predicate"]["buildDefinition"]["resolvedDependencies"] == [
        {"name": "specs", "uri": "specs/experiments/score.yaml", "digest": {"gitCommit": made.COMMIT}},
        {"name": "code", "uri": "code/score", "digest": {"gitTree": "e" * 40}},
        {
            "name": "dataset",
            "uri": f"urn:setpoint:run:{made.DATA}",
            "digest": {"dataCommit": made.DATA_COMMIT, "sha256": "34" * 32},
            "annotations": {"content": "rows-1"},
        },
        {"name": "image", "uri": "example.com/image:1"},
        {"name": "numpy", "uri": "pkg:pypi/numpy@2.1.0", "annotations": {"told_by": "the run's job"}},
    ]


def test_it_says_who_made_it_and_when_and_what_came_of_it() -> None:
    details = told()["predicate"]["runDetails"]
    assert details["builder"] == {"id": "urn:setpoint:environment:dev", "version": {"setpoint": "1.0"}}
    times = {"startedOn": "2026-01-07T10:00:00Z", "finishedOn": "2026-01-07T12:00:00Z"}
    assert details["metadata"] == {"invocationId": made.RUN, **times}
    (result,) = details["byproducts"]
    assert result["digest"] == {"sha256": "12" * 32}
    assert result["annotations"]["metrics"] == {"roc_auc": 0.8}


def test_it_is_the_same_for_the_same_and_leaves_out_what_nobody_knows() -> None:
    assert made.payload() == made.payload()
    order = made.order(code=None, image="", inputs={}, provenance={})
    found = json.loads(statement(Origin(order), made.COMMIT, Left(made.RESULT, "sha256:00"), "1.0"))
    assert [item["name"] for item in found["predicate"]["buildDefinition"]["resolvedDependencies"]] == ["specs"]
    assert found["predicate"]["runDetails"]["metadata"] == {"invocationId": made.RUN}


def test_it_stays_small_enough_to_be_read_whatever_a_run_has_left() -> None:
    files = {f"ä{number:06}": "sha256:" + "ab" * 32 for number in range(50_000)}
    params = MappingProxyType({"until": date(2026, 1, 7)})
    content = statement(made.origin(params=params), made.COMMIT, Left({**made.RESULT, "files": files}, "sha256:0"), "1")
    found = read_statement(read_envelope(Envelope(content).line()).payload)
    assert len(found["subject"]) == 10_001
    assert found["predicate"]["buildDefinition"]["externalParameters"]["params"] == {"until": "2026-01-07"}


def test_what_a_job_told_oddly_is_left_out() -> None:
    assert packages_in({"packages": {"numpy": "1", "odd": 2}}) == {"numpy": "1"}
    assert packages_in([]) == packages_in({"packages": []}) == {}
    assert model_of({"facts": {"model": {"digest": 3}}}) == model_of({}) == model_of({"facts": None}) == ""
