"""The model as KServe calls it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from runners.models import load
from runners.serve.exchange import NOW, Exchange
from runners.serve.lean import import_server
from tests.unit.runners.serve.tiny import make

import_server()

from kserve.errors import InvalidInput  # noqa: E402 - KServe is entered by the lean way
from kserve.protocol.infer_type import InferInput, InferRequest, RequestedOutput  # noqa: E402

from runners.serve.served import INLINE_ROWS, ServedModel  # noqa: E402


@pytest.fixture
def served(tmp_path: Path) -> ServedModel:
    return ServedModel("employment", load(tmp_path, make(tmp_path)))


def request(rows: int = 1, **told: Any) -> InferRequest:
    ages = InferInput("AGEP", [rows, 1], "FP32", [30] * rows)
    sexes = InferInput("SEX", [rows, 1], "BYTES", ["1"] * rows)
    return InferRequest("employment", [ages, sexes], request_id="mine", **told)


def ask(served: ServedModel, payload: Any) -> Any:
    return asyncio.run(served.predict(payload))


def test_version_1(served: ServedModel) -> None:
    answer = ask(served, {"instances": [{"AGEP": 30, "SEX": "1"}, {"AGEP": 60, "SEX": "2"}]})
    assert answer["predictions"] == [0, 1]
    assert answer["predicted_probability"] == pytest.approx([0.5, 0.731], abs=1e-3)


def test_version_2(served: ServedModel) -> None:
    answer, _ = ask(served, request()).to_rest()
    assert (answer["id"], answer["model_name"]) == ("mine", "employment")
    assert [(o["name"], o["shape"], o["datatype"]) for o in answer["outputs"]] == [
        ("prediction", [1, 1], "INT64"),
        ("predicted_probability", [1, 1], "FP64"),
    ]


def test_only_the_outputs_that_were_asked_for(served: ServedModel) -> None:
    answer, _ = ask(served, request(request_outputs=[RequestedOutput("prediction")])).to_rest()
    assert [output["name"] for output in answer["outputs"]] == ["prediction"]


def test_a_long_request_is_answered_the_same(served: ServedModel) -> None:
    answer, _ = ask(served, request(INLINE_ROWS + 1)).to_rest()
    assert len(answer["outputs"][0]["data"]) == INLINE_ROWS + 1


def test_what_was_asked_and_answered_is_noted(served: ServedModel) -> None:
    exchange = Exchange("an-id")
    token = NOW.set(exchange)
    ask(served, request())
    assert exchange.columns == {"AGEP": [30], "SEX": ["1"]}
    assert exchange.prediction is not None
    with pytest.raises(InvalidInput, match="did you mean AGEP"):
        ask(served, {"instances": [{"AGE": 30}]})
    assert "did you mean AGEP" in exchange.error
    NOW.reset(token)


def test_it_tells_its_inputs_and_outputs(served: ServedModel) -> None:
    assert served.get_input_types()[0] == {"name": "AGEP", "datatype": "FP32", "shape": [-1, 1]}
    assert served.get_output_types()[1]["name"] == "predicted_probability"
    assert served.ready
