"""The methods of the service: what is answered, with which code what is refused, and what is logged."""

from pathlib import Path
from time import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runners.contract.endpoint_tokens import current, key_of
from runners.models import Model, load
from runners.serve.door import Door
from runners.serve.grpc.messages import MESSAGES, SERVICE
from runners.serve.grpc.outcomes import MOST_SAID, Status
from runners.serve.grpc.service import Service
from runners.serve.served_model import ServedModel
from runners.serve.served_models import ServedModels
from runners.serve.types import DATATYPES
from tests.unit.runners.serve.endpoint import NAME, REVISION, Breaking
from tests.unit.runners.serve.grpc.asked import Spoken, raw, request
from tests.unit.runners.serve.tiny import make

INVALID, NOT_FOUND, INTERNAL = Status.INVALID_ARGUMENT, Status.NOT_FOUND, Status.INTERNAL
AGES, SEXES = ("AGEP", "FP32", [2, 1], [30, 60.5]), ("SEX", "BYTES", [2], [b"1", b"2"])


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = tmp_path_factory.mktemp("model")
    return load(folder, make(folder))


@pytest.fixture
def spoken(model: Model) -> Spoken:
    return Spoken(model)


def test_it_says_what_it_is(spoken: Spoken) -> None:
    assert spoken.ask("ServerLive").live
    assert spoken.ask("ServerReady").ready
    assert spoken.ask("ServerMetadata").name == "setpoint"
    for version in ("", REVISION):
        assert spoken.ask("ModelReady", MESSAGES["ModelReadyRequest"](name=NAME, version=version)).ready
    told = spoken.ask("ModelMetadata", MESSAGES["ModelMetadataRequest"](name=NAME))
    assert (told.name, list(told.versions), told.platform) == (NAME, [REVISION], "onnx")
    assert [(one.name, one.datatype, list(one.shape)) for one in told.inputs] == [
        ("AGEP", "FP32", [-1, 1]),
        ("SEX", "BYTES", [-1, 1]),
    ]


def test_an_inference_is_answered_and_logged(spoken: Spoken) -> None:
    told = spoken.ask("ModelInfer", request(AGES, SEXES, id="mine"), x_setpoint_request="elsewhere")
    assert (told.id, told.model_name, told.model_version) == ("mine", NAME, "")
    assert [one.name for one in told.outputs] == ["prediction", "predicted_probability"]
    assert list(told.outputs[0].contents.int64_contents) == [0, 1]
    (exchange,) = spoken.logged
    assert (exchange.id, exchange.status, exchange.error) == ("elsewhere", 200, "")
    assert exchange.columns is not None
    assert (exchange.columns["AGEP"], exchange.seconds > 0, exchange.size > 10) == ([30, 60.5], True, True)


def test_smoke_tests_and_requests_for_others_are_not_logged(spoken: Spoken) -> None:
    spoken.ask("ModelInfer", request(AGES, SEXES), x_setpoint_smoke="1")
    spoken.refused("ModelInfer", request(AGES, SEXES, name="other"))
    assert spoken.logged == []


def test_an_output_is_asked_for_by_name(spoken: Spoken) -> None:
    message = request(AGES, SEXES, model_version=REVISION)
    message.outputs.add(name="prediction")
    told = spoken.ask("ModelInfer", message)
    assert ([one.name for one in told.outputs], told.model_version) == (["prediction"], REVISION)


@pytest.mark.parametrize(
    ("method", "message", "code", "words"),
    [
        ("ModelReady", MESSAGES["ModelReadyRequest"](name="x"), NOT_FOUND, "the model x does not exist"),
        ("ModelMetadata", MESSAGES["ModelMetadataRequest"](), NOT_FOUND, "the model  does not exist"),
        ("ModelInfer", request(AGES, SEXES, model_version="7"), NOT_FOUND, "has no version 7"),
        ("ModelInfer", request(AGES), INVALID, "the column SEX is missing"),
        ("ModelInfer", request(), INVALID, "the request has no inputs"),
        ("ModelInfer", request(AGES, AGES, SEXES), INVALID, "two inputs"),
        ("ModelInfer", request(("AGEP", "FP32", [0], []), SEXES), INVALID, "has the shape"),
        ("ModelInfer", b"\xff", INVALID, "the bytes are no message inference.ModelInferRequest"),
        ("ServerLive", b"\xff", INVALID, "the bytes are no message"),
    ],
)
def test_a_client_s_mistake_is_told_as_one(spoken: Spoken, method: str, message: Any, code: Any, words: str) -> None:
    told = spoken.refused(method, message)
    assert (told[0], words in told[1]) == (code, True), told


def test_what_is_said_of_a_mistake_is_bounded(spoken: Spoken) -> None:
    message = request(AGES, SEXES)
    message.outputs.add(name="x" * 100_000)
    code, words = spoken.refused("ModelInfer", message)
    assert (code, len(words)) == (INVALID, MOST_SAID)


def test_a_model_that_breaks_is_the_server_s_fault(model: Model) -> None:
    spoken = Spoken(Model(model.signature, Breaking()))
    assert spoken.refused("ModelInfer", request(AGES, SEXES)) == (INTERNAL, "the model can't answer: RuntimeError")
    assert spoken.logged[0].status == 500


def test_a_method_that_isn_t_there_isn_t_answered(model: Model) -> None:
    service = Service(ServedModels(ServedModel(NAME, REVISION, model, print)))
    assert service.method(f"/{SERVICE}/RepositoryModelUnload".encode()) is None
    assert service.method(f"/{SERVICE}/ModelInfer".encode()) is not None


_SHAPES = st.lists(st.integers(-2, 3) | st.integers(-(2**63), 2**63 - 1), max_size=3)
_NAMES = st.sampled_from(["AGEP", "SEX", "id", ""]) | st.text(max_size=5)
_TENSORS = st.tuples(_NAMES, st.sampled_from(DATATYPES) | st.text(max_size=4), _SHAPES, st.binary(max_size=24))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(_TENSORS, max_size=3), st.data())
def test_nothing_that_is_sent_is_the_server_s_fault(spoken: Spoken, tensors: Any, data: st.DataObject) -> None:
    message = raw(*tensors)
    if data.draw(st.booleans()):
        message = MESSAGES["ModelInferRequest"].FromString(message.SerializeToString())
        del message.raw_input_contents[:]
        for one in message.inputs:
            one.contents.fp32_contents.extend(data.draw(st.lists(st.floats(width=32), max_size=3)))
    code, words = spoken.outcome("ModelInfer", message)
    assert code in (INVALID, Status.OK), words


def test_without_a_token_nothing_is_answered_where_one_is_asked_for(model: Model, tmp_path: Path) -> None:
    key = key_of("ab" * 32, "employment")
    (tmp_path / "key").write_text(key)
    spoken = Spoken(model, door=Door(tmp_path / "key", "deployments/employment", REVISION))
    for head in ({}, {"authorization": "Bearer wrong"}):
        for method in ("ModelInfer", "ModelMetadata", "ServerMetadata"):
            code, why = spoken.refused(method, request(AGES, SEXES) if method == "ModelInfer" else b"", **head)
            assert (code, "asks for a token" in why) == (Status.UNAUTHENTICATED, True)
    assert spoken.ask("ServerLive").live
    assert spoken.ask("ServerReady").ready
    assert spoken.logged == []
    assert spoken.ask("ModelInfer", request(AGES, SEXES), authorization=f"Bearer {current(key, time())}").outputs
