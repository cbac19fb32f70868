"""Explanations by an endpoint: of both versions, bounded, beside predictions and not among them."""

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from prometheus_client import REGISTRY

from runners.models import Column, Model, load
from runners.serve import explaining
from runners.serve.openapi import openapi
from tests.unit.runners.serve.endpoint import NAME, V1, V2, Breaking, Endpoint
from tests.unit.runners.serve.test_app_pictures import TEXT
from tests.unit.runners.serve.tiny import BACKGROUND, bright, explainable, make

BY_ROWS, BY_TENSORS = f"/v1/models/{NAME}:explain", f"/v2/models/{NAME}/explain"
ROWS = {"instances": [{"AGEP": 90, "SEX": "1"}, {"AGEP": 20, "SEX": None}]}
TENSORS = {
    "inputs": [
        {"name": "AGEP", "shape": [2], "datatype": "FP32", "data": [90, 20]},
        {"name": "SEX", "shape": [2], "datatype": "BYTES", "data": ["1", ""]},
    ]
}


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return load(tmp_path, explainable(tmp_path))


@pytest.fixture
def endpoint(model: Model) -> Endpoint:
    return Endpoint(model, 10_000)


def test_rows_are_explained_with_their_predictions(endpoint: Endpoint) -> None:
    status, told = endpoint.ask(BY_ROWS, ROWS)
    predicted = endpoint.ask(V1, ROWS)[1]
    assert status == 200
    assert {key: told[key] for key in predicted} == predicted
    first, second = told["explanations"]
    assert (first["class"], first["value"]) == (1, predicted["predicted_probability"][0])
    for one in (first, second):
        assert one["base_value"] + sum(one["contributions"].values()) == pytest.approx(one["value"])
        assert one["errors"] == {"AGEP": 0, "SEX": 0}
    assert list(first["contributions"]) == ["AGEP", "SEX"]  # what adds the most is told first
    assert first["contributions"]["AGEP"] > first["contributions"]["SEX"] > 0 > second["contributions"]["AGEP"]


def test_tensors_are_explained_in_the_order_of_the_columns(endpoint: Endpoint) -> None:
    by_rows = endpoint.ask(BY_ROWS, ROWS)[1]["explanations"]
    status, told = endpoint.ask(BY_TENSORS, {"id": "mine", **TENSORS})
    assert (status, told["model_name"], told["id"]) == (200, NAME, "mine")
    outputs = {one["name"]: one for one in told["outputs"]}
    assert list(outputs) == ["class", "value", "base_value", "contributions", "errors"]
    assert (outputs["class"]["datatype"], outputs["class"]["data"]) == ("BYTES", ["1", "1"])
    assert outputs["contributions"]["shape"] == [2, 2]
    assert outputs["contributions"]["data"] == [
        row["contributions"][name] for row in by_rows for name in ("AGEP", "SEX")
    ]


def test_who_asks_for_one_tensor_gets_that_one(endpoint: Endpoint) -> None:
    told = endpoint.ask(BY_TENSORS, {**TENSORS, "outputs": [{"name": "contributions"}]})[1]
    assert [one["name"] for one in told["outputs"]] == ["contributions"]
    status, told = endpoint.ask(BY_TENSORS, {**TENSORS, "outputs": [{"name": "shap"}]})
    assert (status, told["error"]) == (
        400,
        "there is no output shap: explanations have class, value, base_value, contributions, errors",
    )


def test_another_class_may_be_asked_for(endpoint: Endpoint) -> None:
    usual = endpoint.ask(BY_ROWS, ROWS)[1]["explanations"][0]
    other = endpoint.ask(BY_ROWS, ROWS, query="class=0")[1]["explanations"][0]
    assert other["class"] == 0
    assert other["value"] == pytest.approx(1 - usual["value"])
    assert other["contributions"]["AGEP"] == pytest.approx(-usual["contributions"]["AGEP"])
    status, told = endpoint.ask(BY_ROWS, ROWS, query="class=2")
    assert (status, told["error"]) == (400, "2 is none of the classes 0, 1")


def test_a_number_is_explained_without_a_class(tmp_path: Path) -> None:
    told = {"task": "regression", "classes": (), "positive": None, "reading": "value"}
    endpoint = Endpoint(
        load(tmp_path, explainable(tmp_path, outputs=(Column("prediction", "FP64", (-1,)),), **told)), 10_000
    )
    assert "class" not in endpoint.ask(BY_ROWS, ROWS)[1]["explanations"][0]
    assert endpoint.ask(BY_TENSORS, TENSORS)[1]["outputs"][0]["name"] == "value"
    assert endpoint.ask(BY_ROWS, ROWS, query="class=1")[0] == 400


def test_words_are_told_where_a_column_is_a_text(tmp_path: Path) -> None:
    endpoint = Endpoint(load(tmp_path, explainable(tmp_path, replace(BACKGROUND, texts=("SEX",)))), 10_000)
    told = endpoint.ask(BY_ROWS, {"instances": [{"AGEP": 30, "SEX": "1"}]})[1]["explanations"][0]
    ((word, gain),) = told["words"]["SEX"]
    assert (word, gain) == ("1", told["contributions"]["SEX"])
    assert gain > 0


def test_pictures_are_explained_by_patches(tmp_path: Path) -> None:
    bright(tmp_path)
    endpoint = Endpoint(load(tmp_path), 10_000)
    told = endpoint.ask(BY_ROWS, {"instances": [{"image": {"b64": TEXT}}]})[1]["explanations"][0]
    assert sum(map(sum, told["patches"]["image"])) == pytest.approx(told["value"] - told["base_value"])
    tensor = {"name": "image", "shape": [1], "datatype": "BYTES", "data": [TEXT]}
    outputs = {one["name"]: one for one in endpoint.ask(BY_TENSORS, {"inputs": [tensor]})[1]["outputs"]}
    assert outputs["patches"]["shape"] == [1, 2, 2]


@pytest.mark.parametrize("is_picture", [False, True])
def test_the_description_has_explanations(model: Model, tmp_path: Path, is_picture: bool) -> None:
    rows, tensors = ROWS, TENSORS
    if is_picture:
        bright(tmp_path)
        model = load(tmp_path)
        rows = {"instances": [{"image": {"b64": TEXT}}]}
        tensors = {"inputs": [{"name": "image", "shape": [1], "datatype": "BYTES", "data": [TEXT]}]}
    endpoint, document = Endpoint(model, 10_000), openapi(NAME, model.signature)
    assert {BY_ROWS, BY_TENSORS} <= document["paths"].keys()
    for schema, path, asked in (("Explanations", BY_ROWS, rows), ("Explained", BY_TENSORS, tensors)):
        held = {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
        Draft202012Validator(held).validate(endpoint.ask(path, asked)[1])


def test_a_model_without_a_background_says_so(tmp_path: Path) -> None:
    endpoint = Endpoint(load(tmp_path, make(tmp_path)))
    for path in (BY_ROWS, BY_TENSORS):
        status, told = endpoint.ask(path, ROWS)
        assert (status, "no background.json lies beside its model" in told["error"]) == (404, True)
    assert not any("explain" in path for path in openapi(NAME, endpoint.model.signature)["paths"])


def test_explanations_are_no_predictions(endpoint: Endpoint) -> None:
    before = REGISTRY.get_sample_value("setpoint_explanation_answers_total") or 0
    endpoint.ask(BY_ROWS, ROWS)
    assert endpoint.logged == []
    assert (REGISTRY.get_sample_value("setpoint_explanation_answers_total") or 0) - before == 2 * 3 * 2**2


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"instances": [{"AGEP": 30, "SEX": "1"}] * 21}, "21 rows, and 20 are explained at once: send fewer"),
        ({"instances": [{"AGEP": 30}]}, "the column SEX is missing"),
        ({"instances": []}, "at least one row"),
        (None, "give"),
    ],
)
def test_what_can_t_be_explained_is_the_client_s_to_mend(endpoint: Endpoint, asked: Any, words: str) -> None:
    status, told = endpoint.ask(BY_ROWS, asked)
    assert (status, words in told["error"]) == (400, True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**65), 2**65) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["AGEP", "SEX", "id", "x"]), inner),
    max_leaves=6,
)


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(JSON, max_size=3), JSON, st.text(max_size=5))
def test_whatever_is_sent_it_is_answered_or_told_what_is_wrong(
    endpoint: Endpoint, rows: list[Any], data: Any, query: str
) -> None:
    tensors = [{"name": "AGEP", "shape": [1], "datatype": "FP32", "data": data}, TENSORS["inputs"][1]]
    for path, asked in ((BY_ROWS, {"instances": rows}), (BY_TENSORS, {"inputs": tensors})):
        status, told = endpoint.ask(path, asked, query=f"class={query}")
        assert status in (200, 400), told
        assert status == 200 or told["error"]


def test_it_is_posted(endpoint: Endpoint) -> None:
    assert endpoint.ask(BY_ROWS, method="GET")[0] == 405


def test_a_model_that_is_too_slow_says_so(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explaining, "PATIENCE", -1.0)
    status, told = endpoint.ask(BY_ROWS, ROWS)
    assert (status, told["error"]) == (400, "the model is too slow for 2 explanations within -1 s: send fewer rows")


def test_what_breaks_when_it_was_read_is_the_server_s_fault(model: Model) -> None:
    endpoint = Endpoint(replace(model, engine=Breaking()), 10_000)
    assert endpoint.ask(BY_ROWS, ROWS) == (500, {"error": "the model can't answer: RuntimeError"})


class Held:
    """An engine that waits in the thread of explanations, until it is let go."""

    def __init__(self, engine: Any) -> None:
        self.engine, self.go, self.began = engine, threading.Event(), threading.Event()

    def run(self, tensors: Mapping[str, Any], output: str) -> Any:
        if threading.current_thread().name.startswith("explanations"):
            self.began.set()
            assert self.go.wait(30)
        return self.engine.run(tensors, output)


def test_predictions_don_t_wait_and_only_so_many_explanations_do(model: Model) -> None:
    engine = Held(model.engine)
    endpoint = Endpoint(replace(model, engine=engine), 10_000)

    async def all_at_once() -> None:
        waiting = [asyncio.create_task(endpoint.asked(BY_ROWS, ROWS)) for _ in range(explaining.MOST_WAITING)]
        await asyncio.to_thread(engine.began.wait, 30)
        assert (await endpoint.asked(V2, TENSORS))[0] == 200
        status, told = await endpoint.asked(BY_ROWS, ROWS)
        assert (status, told["error"]) == (429, "8 requests are being explained: ask again in a second")
        engine.go.set()
        assert [status for status, _ in await asyncio.gather(*waiting)] == [200] * explaining.MOST_WAITING
        assert (await endpoint.asked(BY_ROWS, ROWS))[0] == 200

    asyncio.run(all_at_once())
