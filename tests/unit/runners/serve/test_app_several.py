"""An endpoint of several models: the graph that answers under its name, and each that it combines under its own."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from runners.models import load
from runners.models.graph import Node, Step, combined
from runners.serve.app import Application
from runners.serve.request_context import Exchange
from runners.serve.served_model import ServedModel
from runners.serve.served_models import ServedModels
from tests.unit.runners.serve.endpoint import Endpoint
from tests.unit.runners.serve.grpc.asked import Spoken
from tests.unit.runners.serve.tiny import make

ROW = {"AGEP": 40, "SEX": "1"}
TENSORS = {
    "inputs": [
        {"name": "AGEP", "shape": [1], "datatype": "FP32", "data": [40]},
        {"name": "SEX", "shape": [1], "datatype": "BYTES", "data": ["1"]},
    ]
}


class Several(Endpoint):
    """The endpoint of a graph that is the mean of two models."""

    def __init__(self, folder: Path) -> None:
        parts = {name: load(folder / name, make(folder / name, bias)) for name, bias in (("low", -1), ("high", 2))}
        whole = combined([Node("root", "ensemble", (Step("low"), Step("high", weight=3)))], parts)
        super().__init__(whole)
        self.logged_by: dict[str, list[Exchange]] = {"both": [], "low": [], "high": []}
        first = ServedModel("both", "aaaaaaaaaaaa", whole, self.logged_by["both"].append)
        others = [ServedModel(name, name * 3, part, self.logged_by[name].append) for name, part in parts.items()]
        self.models = ServedModels(first, others)
        self.app = Application(self.models, 1000)


@pytest.fixture
def several(tmp_path: Path) -> Several:
    return Several(tmp_path)


def probability(answer: tuple[int, Any]) -> float:
    status, body = answer
    assert status == 200, body
    return float(body["predicted_probability"][0])


def test_each_answers_by_its_name_and_the_graph_by_the_endpoints(several: Several) -> None:
    low, high, both = (
        probability(several.ask(f"/v1/models/{name}:predict", {"instances": [ROW]})) for name in ("low", "high", "both")
    )
    assert low < high
    assert both == pytest.approx(low / 4 + high * 3 / 4)
    status, told = several.ask("/v2/models/both/infer", TENSORS)
    outputs = {output["name"]: output["data"] for output in told["outputs"]}
    assert (status, told["model_name"], outputs["predicted_probability"]) == (200, "both", [pytest.approx(both)])
    assert several.ask("/v2/models/low/versions/lowlowlow/infer", TENSORS)[0] == 200
    assert {name: len(logged) for name, logged in several.logged_by.items()} == {"both": 2, "low": 2, "high": 1}


def test_each_is_listed_described_and_ready(several: Several) -> None:
    for path in ("/v1/models", "/v2/models"):
        assert several.ask(path, method="GET") == (200, {"models": ["both", "low", "high"]})
    described = several.ask("/v2/models/both", method="GET")[1]
    assert (described["platform"], [one["name"] for one in described["inputs"]]) == ("graph", ["AGEP", "SEX"])
    for name in ("both", "low", "high"):
        assert several.ask(f"/v2/models/{name}/ready", method="GET") == (200, {"name": name, "ready": True})


def test_mistakes_are_the_clients_whichever_model_was_asked(several: Several) -> None:
    status, told = several.ask("/v1/models/both:predict", {"instances": [{**ROW, "AGEP": "old"}]})
    assert (status, told["error"]) == (400, "AGEP of row 0 is `old`: a number is taken")
    assert several.ask("/v2/models/none/infer", TENSORS)[1]["error"].endswith("serves both, low, high")
    assert several.ask("/v2/models/low/versions/1/infer", TENSORS)[0] == 404
    assert "combines several models" in several.ask("/v2/models/both/explain", TENSORS)[1]["error"]


def test_grpc_answers_each_by_its_name(several: Several) -> None:
    spoken = Spoken(several.model, several.models)
    assert spoken.ask("ModelReady", _message("ModelReadyRequest", name="low")).ready
    assert spoken.ask("ModelMetadata", _message("ModelMetadataRequest", name="both")).platform == "graph"
    assert spoken.refused("ModelReady", _message("ModelReadyRequest", name="none"))[1].endswith(
        "serves both, low, high"
    )
    inputs = [
        {"name": "AGEP", "shape": [1], "datatype": "FP32", "contents": {"fp32_contents": [40]}},
        {"name": "SEX", "shape": [1], "datatype": "BYTES", "contents": {"bytes_contents": [b"1"]}},
    ]
    assert (
        spoken.ask("ModelInfer", _message("ModelInferRequest", model_name="high", inputs=inputs)).model_name == "high"
    )
    assert [len(several.logged_by[name]) for name in ("both", "low", "high")] == [0, 0, 1]


def _message(kind: str, **told: Any) -> Any:
    from runners.serve.grpc.messages import MESSAGES

    return MESSAGES[kind](**told)


def test_rows_of_several_requests_are_answered_together(several: Several) -> None:
    async def asked() -> list[tuple[int, Any]]:
        return await asyncio.gather(*(several.asked("/v2/models/both/infer", TENSORS) for _ in range(5)))

    found = [told["outputs"][1]["data"] for _, told in asyncio.run(asked())]
    assert found == [found[0]] * 5
