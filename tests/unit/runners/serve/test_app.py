"""The application: its paths, whose fault what is, and what is logged."""

from pathlib import Path
from time import time
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runners.contract.endpoint_tokens import current, key_of
from runners.models import Model, load
from runners.serve.door import Door
from runners.serve.types import DATATYPES
from tests.bench.served import COLUMNS, trees
from tests.unit.runners.serve.endpoint import REVISION, V1, V2, Breaking, Endpoint
from tests.unit.runners.serve.tiny import make

ROW = MappingProxyType({"AGEP": 30, "SEX": "1"})
ONE = MappingProxyType({"instances": [ROW]})


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return load(tmp_path, make(tmp_path))


@pytest.fixture
def endpoint(model: Model) -> Endpoint:
    return Endpoint(model)


def test_an_inference_is_logged_with_its_status_and_time(endpoint: Endpoint) -> None:
    assert endpoint.ask(V1, {"instances": [dict(ROW)]}, x_setpoint_request="an-id")[0] == 200
    endpoint.ask(V2, b"null")
    first, second = endpoint.logged
    assert (first.id, first.status, first.columns) == ("an-id", 200, {"AGEP": [30], "SEX": ["1"]})
    assert first.prediction is not None
    assert (first.seconds > 0, first.time > 1_700_000_000, first.size > 10) == (True, True, True)
    assert (len(second.id), second.status, second.prediction) == (36, 400, None)
    assert "no inference request of version 2" in second.error


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        (V1, "POST", {"x_setpoint_smoke": "1"}),
        (V2, "GET", {}),
        ("/v2/health/ready", "GET", {}),
        ("/v1/models/employment:explain", "POST", {}),
        ("/v2/models/other/infer", "POST", {}),
    ],
)
def test_other_requests_and_smoke_tests_are_not_logged(
    endpoint: Endpoint, path: str, method: str, headers: dict[str, str]
) -> None:
    endpoint.ask(path, {"instances": [dict(ROW)]}, method, **headers)
    assert endpoint.logged == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "BREW"])
@pytest.mark.parametrize("path", [V2, "/v2", "/nowhere"])
def test_other_methods_are_told_which_there_are(endpoint: Endpoint, path: str, method: str) -> None:
    assert endpoint.ask(path, method=method)[0] == 405


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/", 200, {"status": "alive"}),
        ("/v2", 200, {"name": "setpoint", "version": "2", "extensions": ["binary_tensor_data"]}),
        ("/v2/models", 200, {"models": ["employment"]}),
        ("/v2/models/other", 404, {"error": "the model other does not exist: this endpoint serves employment"}),
        (
            "/v2/models/employment/versions/1",
            404,
            {"error": f"employment has no version 1: revision {REVISION} answered here"},
        ),
        (f"/v2/models/employment/versions/{REVISION}/ready", 200, {"name": "employment", "ready": True}),
        ("/v2/models/employment/stats", 404, {"error": "employment has no stats"}),
        ("/v2/models/", 404, {"error": "Not Found: ask /v2/models for the model that is served here"}),
        (V1, 405, {"error": "post a request here"}),
    ],
)
def test_what_is_asked_by_get(endpoint: Endpoint, path: str, status: int, told: Any) -> None:
    assert endpoint.ask(path, method="GET") == (status, told)


def test_models_are_not_unloaded(endpoint: Endpoint) -> None:
    status, told = endpoint.ask("/v2/repository/models/employment/unload")
    assert (status, "pin another model" in told["error"]) == (404, True)


def test_a_model_that_breaks_is_the_server_s_fault(model: Model) -> None:
    endpoint = Endpoint(Model(model.signature, Breaking()))
    assert endpoint.ask(V1, {"instances": [dict(ROW)]}) == (500, {"error": "the model can't answer: RuntimeError"})
    assert (endpoint.logged[0].status, endpoint.logged[0].error) == (500, "the model can't answer: RuntimeError")


def test_what_fails_before_a_request_was_read_is_its_own_fault(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> Any:
        raise RecursionError

    monkeypatch.setattr("runners.serve.app.of_instances", fails)
    assert endpoint.ask(V1, {}) == (400, {"error": "the request can't be read: RecursionError"})


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
_TENSORS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["AGEP", "SEX", "id"]) | _JSON,
        "datatype": st.sampled_from(DATATYPES) | _JSON,
        "shape": st.lists(st.integers(-1, 3), max_size=3) | _JSON,
        "data": st.lists(_JSON, max_size=3) | _JSON,
        "parameters": st.fixed_dictionaries({}, optional={"binary_data_size": st.integers(-1, 12) | _JSON}) | _JSON,
    },
)
_INFERENCES = st.fixed_dictionaries(
    {"inputs": st.lists(_TENSORS, max_size=3)},
    optional={"outputs": st.lists(st.fixed_dictionaries({"name": st.just("prediction") | _JSON})) | _JSON, "id": _JSON},
)
_ROWS = st.fixed_dictionaries({"instances": st.lists(st.fixed_dictionaries({"AGEP": _JSON, "SEX": _JSON}) | _JSON)})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from([V1, V2]), _INFERENCES | _ROWS | _JSON, st.none() | st.integers(-1, 400) | st.text(max_size=3))
def test_nothing_that_is_sent_is_the_server_s_fault(endpoint: Endpoint, path: str, told: Any, size: Any) -> None:
    head = {} if size is None else {"inference_header_content_length": str(size)}
    status, answer = endpoint.ask(path, told, **head)
    assert status == 200 or 400 <= status < 500, answer


ROWS = ([6.8, 2.8, 4.8, 1.4], [6.0, 3.4, 4.5, 1.6])
"""Those of the examples with irises in KServe's documentation."""


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/models/employment:predict", {"instances": list(ROWS)}),
        (V2, {"inputs": [{"name": "features", "shape": [2, 4], "datatype": "FP32", "data": list(ROWS)}]}),
        (V2, {"inputs": [{"name": "features", "shape": [2, 4], "datatype": "FP64", "data": [*ROWS[0], *ROWS[1]]}]}),
    ],
)
def test_payloads_of_kserve_s_examples_are_answered(tmp_path: Path, path: str, body: Any) -> None:
    model = load(trees(tmp_path / "trial"))
    truth = model.predict({name: [row[place] for row in ROWS] for place, name in enumerate(COLUMNS)})
    status, told = Endpoint(model).ask(path, body)
    assert (status, told.get("predictions") or told["outputs"][0]["data"]) == (200, truth.prediction.tolist())


def test_without_a_token_nothing_is_answered_or_logged_where_one_is_asked_for(model: Model, tmp_path: Path) -> None:
    key = key_of("ab" * 32, "employment")
    (tmp_path / "key").write_text(key)
    endpoint = Endpoint(model, door=Door(tmp_path / "key", "deployments/employment", REVISION))
    row = {"instances": [dict(ROW)]}
    for path, method in ((V1, "POST"), (V2, "POST"), ("/v2", "GET"), ("/", "GET"), ("/v2/health/ready", "POST")):
        status, told = endpoint.ask(path, row, method, authorization="Bearer wrong")
        assert (status, "asks for a token of its environment" in told["error"]) == (401, True)
    assert endpoint.logged == []
    for path in ("/v2/health/live", "/v2/health/ready"):
        assert endpoint.ask(path, method="GET")[0] == 200
    assert endpoint.ask(V1, row, authorization=f"Bearer {current(key, time())}")[0] == 200
    assert endpoint.ask(V1, row, x_api_key=current(key, time()))[0] == 200
    assert len(endpoint.logged) == 2
