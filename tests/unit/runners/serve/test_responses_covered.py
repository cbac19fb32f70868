"""Intervals and sets as an endpoint answers them, held to what its description says."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from runners.models import Column, Model, load
from runners.models.coverage import Coverage
from runners.serve.batches import parted
from runners.serve.openapi import openapi
from runners.train.coverage import with_coverage
from tests.unit.runners.serve.endpoint import V1, V2, Endpoint
from tests.unit.runners.serve.tiny import make

ROWS = {"instances": [{"AGEP": 20, "SEX": "2"}, {"AGEP": 90, "SEX": "1"}]}
TENSORS = [
    {"name": "AGEP", "shape": [2], "datatype": "FP32", "data": [20, 90]},
    {"name": "SEX", "shape": [2], "datatype": "BYTES", "data": ["2", "1"]},
]


def covering(folder: Path, limit: float, **told: Any) -> Model:
    """Return the tiny model as one that was calibrated."""
    make(folder)
    model = load(folder)
    files = {"model.onnx": model.signature.digest}
    known = with_coverage(replace(model.signature, files=files, **told), Coverage(0.9, (limit,), 50))
    (folder / "signature.json").write_text(known.to_json())
    return load(folder, known.digest)


@pytest.fixture
def classes(tmp_path: Path) -> Endpoint:
    """Return an endpoint that is sure of a class from a probability of 0.2 on: of 90 years, and not of 20."""
    return Endpoint(covering(tmp_path, 0.8))


@pytest.fixture
def numbers(tmp_path: Path) -> Endpoint:
    """Return an endpoint whose model answers the probability as a number."""
    told = {"task": "regression", "classes": (), "positive": None, "reading": "value"}
    return Endpoint(covering(tmp_path, 0.25, outputs=(Column("prediction", "FP64", (-1,)),), **told))


def test_a_set_has_the_classes_as_the_prediction_has_them(classes: Endpoint) -> None:
    status, told = classes.ask(V1, ROWS)
    assert (status, told["predictions"], told["set"]) == (200, [0, 1], [[0, 1], [1]])
    outputs = {one["name"]: one for one in classes.ask(V2, {"inputs": TENSORS})[1]["outputs"]}
    assert outputs["set"] == {"name": "set", "datatype": "BYTES", "shape": [2], "data": ['["0","1"]', '["1"]']}


def test_an_interval_is_about_the_prediction(numbers: Endpoint) -> None:
    status, told = numbers.ask(V1, ROWS)
    assert status == 200
    for lower, middle, upper in zip(told["lower"], told["predictions"], told["upper"], strict=True):
        assert (lower, upper) == pytest.approx((middle - 0.25, middle + 0.25))


def test_who_asks_for_one_output_gets_that_one(numbers: Endpoint, tmp_path: Path) -> None:
    asked = {"inputs": TENSORS, "outputs": [{"name": "upper"}]}
    assert [one["name"] for one in numbers.ask(V2, asked)[1]["outputs"]] == ["upper"]
    assert "lower, upper" in numbers.ask(V2, {**asked, "outputs": [{"name": "set"}]})[1]["error"]


def test_two_classes_are_told_in_their_order_where_both_are_asked_for(classes: Endpoint) -> None:
    asked = {"inputs": TENSORS, "outputs": [{"name": "probabilities"}, {"name": "predicted_probability"}]}
    both, positive = classes.ask(V2, asked)[1]["outputs"]
    assert both["shape"] == [2, 2]
    assert both["data"][1::2] == positive["data"]
    assert [sum(both["data"][:2]), sum(both["data"][2:])] == pytest.approx([1, 1])


@pytest.mark.parametrize("kind", ["classes", "numbers"])
def test_the_description_has_what_is_answered(kind: str, request: pytest.FixtureRequest) -> None:
    endpoint: Endpoint = request.getfixturevalue(kind)
    document = openapi("employment", endpoint.model.signature)
    for schema, path, asked in (("Predictions", V1, ROWS), ("Outputs", V2, {"inputs": TENSORS})):
        held = {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
        Draft202012Validator(held).validate(endpoint.ask(path, asked)[1])
    known = document["components"]["schemas"]["Predictions"]["properties"]
    assert known.keys() == endpoint.ask(V1, ROWS)[1].keys()


@pytest.mark.parametrize("kind", ["classes", "numbers"])
def test_requests_that_are_answered_together_get_their_own(kind: str, request: pytest.FixtureRequest) -> None:
    endpoint: Endpoint = request.getfixturevalue(kind)
    model = endpoint.model
    whole = model.predict({"AGEP": [20, 90, 40], "SEX": ["2", "1", "1"]})
    first, second = parted(whole, [1, 2])
    for name, values in whole.as_columns().items():
        parts = first.as_columns()[name].tolist() + second.as_columns()[name].tolist()
        assert parts == values.tolist()


def test_a_signature_that_covers_several_labels_or_too_few_classes_is_refused(tmp_path: Path) -> None:
    model = covering(tmp_path, 0.8)
    odd = replace(model.signature, coverage=Coverage(0.9, (0.1, 0.2, 0.3), 50)).sealed()
    (tmp_path / "signature.json").write_text(odd.to_json())
    with pytest.raises(ValueError, match="its coverage has one limit, or one for each class"):
        load(tmp_path)


def test_a_model_without_coverage_has_the_signature_of_before(tmp_path: Path) -> None:
    make(tmp_path)
    assert "coverage" not in load(tmp_path).signature.to_json()
