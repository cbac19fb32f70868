"""What an endpoint takes and answers, as OpenAPI says it: held to what it really takes and answers."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from runners.models import Column, Model, Signature, Tensor, load
from runners.models.loading import digest_of
from runners.serve.openapi import openapi, row_of
from runners.tables.reading import ColumnReading, Reading
from tests.unit.runners.models.conftest import linear_model
from tests.unit.runners.models.conftest import signature as linear_signature
from tests.unit.runners.serve.endpoint import V1, V2, Endpoint
from tests.unit.runners.serve.test_app_pictures import TEXT
from tests.unit.runners.serve.tiny import bright, make, signature

ANY = st.none() | st.booleans() | st.integers(-(2**65), 2**65) | st.floats(allow_nan=False) | st.text(max_size=5)
ROW = st.dictionaries(st.sampled_from(["age", "weight", "id", "other"]), ANY | st.lists(ANY, max_size=2), max_size=4)


@pytest.fixture
def linear(tmp_path: Path) -> Model:
    """Return a model of a number with decimals and a whole one."""
    content = linear_model()
    (tmp_path / "model.onnx").write_bytes(content)
    (tmp_path / "signature.json").write_text(replace(linear_signature(), digest=digest_of(content)).to_json())
    return load(tmp_path)


def held(document: dict[str, Any], name: str) -> Any:
    """Return what holds values to a schema of a description."""
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": document["components"]})


@given(row=ROW | st.fixed_dictionaries({"age": st.floats(-9, 9), "weight": st.integers(-9, 9)}))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_it_takes_fits_and_what_fits_it_takes(linear: Model, row: dict[str, Any]) -> None:
    document, endpoint = openapi("employment", linear.signature), Endpoint(linear, 10**6)
    status, answer = endpoint.ask(V1, {"instances": [row]})
    fits = held(document, "Rows").is_valid({"instances": [row]})
    if fits and status != 200:  # what no schema says: the model has no answer for a gap, or for a number out of range
        assert "no finite answer" in answer["error"] or row["age"] is None or abs(row["age"]) > 1e38
    if status == 200 and not fits:  # what is read beside the form that is described
        assert any(isinstance(value, bool | str | float) for value in row.values())
    held(document, "Predictions" if status == 200 else "Error").validate(answer)


def test_both_versions_are_described_as_they_answer(tmp_path: Path) -> None:
    endpoint = Endpoint(load(tmp_path, make(tmp_path)), 10**6)
    status, document = endpoint.ask("/openapi.json", method="GET")
    assert status == 200
    row = {"AGEP": 30, "SEX": None, "id": "a"}
    tensors = {
        "inputs": [
            {"name": "AGEP", "shape": [2], "datatype": "FP32", "data": [30, None]},
            {"name": "SEX", "shape": [2, 1], "datatype": "BYTES", "data": ["1", "2"]},
            {"name": "id", "shape": [2], "datatype": "BYTES", "data": ["a", "b"]},
        ]
    }
    for path, asked, request, answer in (
        (V1, {"instances": [row]}, "Rows", "Predictions"),
        (V2, tensors | {"id": "x"}, "Tensors", "Outputs"),
    ):
        held(document, request).validate(asked)
        status, told = endpoint.ask(path, asked)
        held(document, answer if status == 200 else "Error").validate(told)
    assert set(document["paths"]) >= {V1, V2}
    assert not held(document, "Rows").is_valid({"instances": [{"AGEP": 30}]})


def test_a_picture_is_its_file_by_base64(tmp_path: Path) -> None:
    endpoint = Endpoint(load(tmp_path, bright(tmp_path)), 10**6)
    _, document = endpoint.ask("/openapi.json", method="GET")
    asked = {"instances": [{"image": {"b64": TEXT}}]}
    held(document, "Rows").validate(asked)
    status, told = endpoint.ask(V1, asked)
    assert status == 200
    held(document, "Predictions").validate(told)
    assert held(document, "Predictions").is_valid({**told, "probabilities": [[0.5]]}) is False


def known(**columns: ColumnReading) -> Signature:
    return signature(schema=Reading(columns))


def test_values_that_were_there_are_examples_unless_they_are_sensitive() -> None:
    told = row_of(known(SEX=ColumnReading("string", ("1", "2"))))
    assert told["properties"]["SEX"]["examples"] == ["1", "2"]
    hidden = openapi("x", known(SEX=ColumnReading("string", ("secret",), is_sensitive=True)))
    assert "secret" not in json.dumps(hidden)


def test_a_moment_is_told_to_be_one() -> None:
    day, at = Column("day", "BYTES"), Tensor("day", "INT64", ("day",))
    told = row_of(signature(inputs=(day,), tensors=(at,)))
    assert "ISO 8601" in told["properties"]["day"]["description"]


def test_several_labels_at_once_are_lists_with_a_share_by_label() -> None:
    several = signature(
        task="multilabel",
        classes=("a", "b"),
        positive=None,
        thresholds=(0.5, 0.5),
        outputs=(Column("prediction", "BYTES", (-1,)), Column("probabilities", "FP64", (-1, 2))),
    )
    document = openapi("x", several)
    held(document, "Predictions").validate({"predictions": [["a"], []], "probabilities": [{"a": 1.0, "b": 0}] * 2})
    assert not held(document, "Predictions").is_valid({"predictions": ["a"], "probabilities": []})
