"""The checks: an endpoint of ours passes all of them, and each fault that a server may have is found by its own."""

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.conformance.protocol.checks import NOBODY, Result, Trial, Verdict, models_of
from reconciler.conformance.protocol.client import Answered, Sent
from tests.unit.reconciler.conformance.protocol.endpoint import Endpoint, Fault, changed
from tests.unit.runners.serve.endpoint import NAME, REVISION

INFER = f"/v2/models/{NAME}/infer"


def results(endpoint: Endpoint, **more: Any) -> dict[str, Result]:
    return {result.check: result for result in Trial(endpoint, NAME, **more).results()}  # type: ignore[arg-type]


def failed(found: dict[str, Result]) -> set[str]:
    return {name for name, result in found.items() if result.verdict is Verdict.FAILED}


def test_an_endpoint_of_ours_passes_everything(tmp_path: Path) -> None:
    found = results(Endpoint(tmp_path))
    assert {name: result.words for name, result in found.items() if result.verdict is not Verdict.PASSED} == {}
    assert len(found) > 25
    assert found["identifier"].sent.startswith(f'POST {INFER} {{"id": "setpoint-7"')
    assert found["no JSON"].answered.startswith('400 {"error":"the body is no JSON')


def on(path: str, answer: Any) -> Fault:
    """Answer otherwise at one path; `answer` is a status, or a function of the request and the answer."""
    make = answer if callable(answer) else lambda sent, good: Answered(answer, good.body)
    return lambda sent, good: make(sent, good) if sent.path == path else good


def if_asked(condition: Any, make: Any) -> Fault:
    """Answer an inference otherwise where its JSON is so."""

    def fault(sent: Sent, good: Answered) -> Answered:
        try:
            told = json.loads(sent.body)
        except ValueError:
            return good
        return make(good) if sent.path == INFER and isinstance(told, dict) and condition(told) else good

    return fault


def other_values(answer: Answered) -> Answered:
    outputs = [{**one, "data": [7 for _ in one["data"]]} for one in answer.document["outputs"]]
    return changed(answer, outputs=outputs)


def without_data(answer: Answered) -> Answered:
    return changed(
        answer, outputs=[{k: v for k, v in one.items() if k != "data"} for one in answer.document["outputs"]]
    )


def is_nested(told: Any) -> bool:
    return told.get("inputs") and isinstance((told["inputs"][0].get("data") or [0])[0], list)


def is_of_one_output(told: Any) -> bool:
    return len(told.get("outputs", ())) == 1 and "parameters" not in told["outputs"][0]


def with_another(good: Answered) -> Answered:
    another = {"name": "x", "datatype": "FP32", "shape": [0], "data": []}
    return changed(good, outputs=[*good.document["outputs"], another]) if good.status == 200 else good


FAULTS: dict[str, Fault] = {
    "server live": on("/v2/health/live", 503),
    "server ready": on("/v2/health/ready", 0),
    "server metadata": on("/v2", lambda sent, good: changed(good, version=2)),
    "model ready": on(f"/v2/models/{NAME}/ready", 404),
    "model version": on(f"/v2/models/{NAME}/versions/{REVISION}", 404),
    "identifier": if_asked(lambda told: told.get("id") == "setpoint-7", lambda good: changed(good, id="another")),
    "one output": if_asked(is_of_one_output, with_another),
    "nested values": if_asked(is_nested, other_values),
    "binary inputs": lambda sent, good: Answered(500) if "Inference-Header-Content-Length" in sent.headers else good,
    "binary outputs": lambda sent, good: Answered(200, good.body[:-1], good.headers)
    if "inference-header-content-length" in good.headers
    else good,
    "gzip": lambda sent, good: Answered(500) if "Content-Encoding" in sent.headers else good,
    "unknown model": on(f"/v2/models/{NOBODY}", 200),
    "inference of an unknown model": on(f"/v2/models/{NOBODY}/infer", lambda sent, good: Answered(404, b"no")),
    "no JSON": lambda sent, good: Answered(500, good.body) if sent.body.endswith(b"[") else good,
    "no object": lambda sent, good: Answered(422, b'{"detail": []}') if sent.body == b"[]" else good,
    "no inputs": if_asked(lambda told: "inputs" not in told, lambda good: Answered(200, b"{}")),
    "an unknown datatype": if_asked(
        lambda told: told.get("inputs", [{}])[0].get("datatype") == "FP7", lambda good: Answered(500, good.body)
    ),
}  # fmt: skip


@pytest.mark.parametrize("check", FAULTS)
def test_a_fault_is_found_by_its_own_check(tmp_path: Path, check: str) -> None:
    assert failed(results(Endpoint(tmp_path, FAULTS[check]))) == {check}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda good: Answered(200, b"no"), "the body is no JSON object"),
        (lambda good: changed(good, model_name="x"), "model_name isn't employment"),
        (lambda good: changed(good, outputs=[]), "there are no outputs"),
        (without_data, "outputs[0]: it has no data"),
        (lambda good: Answered(0), "broken off"),
    ],
)
def test_without_an_inference_the_rest_isn_t_tried(tmp_path: Path, answer: Any, words: str) -> None:
    found = results(
        Endpoint(tmp_path, lambda sent, good: answer(good) if good.status == 200 and sent.path == INFER else good)
    )
    assert failed(found) == {"inference"}
    assert words in found["inference"].words
    assert {name for name, result in found.items() if result.verdict is Verdict.NOT_TRIED} >= {"identifier", "gzip"}


def test_a_request_that_was_made_up_and_does_not_fit_the_model_is_no_fault_of_the_server(tmp_path: Path) -> None:
    found = results(
        Endpoint(tmp_path, lambda sent, good: Answered(400, b'{"error": "no"}') if sent.path == INFER else good)
    )
    assert found["inference"].verdict is Verdict.NOT_TRIED
    assert "give one that fits the model (--request)" in found["inference"].words


def test_what_answers_errors_tells_of_no_models(tmp_path: Path) -> None:
    assert models_of(Endpoint(tmp_path, lambda sent, good: Answered(404, b'{"error": "no such page"}'))) == []


def test_what_a_server_says_it_hasn_t_isn_t_held_against_it(tmp_path: Path) -> None:
    def plain(sent: Sent, good: Answered) -> Answered:
        if sent.path == "/v2":
            return changed(good, extensions=[])
        if sent.path == f"/v2/models/{NAME}":
            return Answered(200, json.dumps({k: v for k, v in good.document.items() if k != "versions"}).encode())
        return Answered(415, b"") if "Content-Encoding" in sent.headers else good

    found = results(Endpoint(tmp_path, plain))
    not_offered = {name for name, result in found.items() if result.verdict is Verdict.NOT_OFFERED}
    assert (failed(found), not_offered) == (set(), {"model version", "binary inputs", "binary outputs", "gzip"})


def test_names_are_mistakes_only_where_a_model_tells_its_own(tmp_path: Path) -> None:
    silent = on(f"/v2/models/{NAME}", lambda sent, good: changed(good, inputs=[], outputs=[]))
    ages = {"name": "AGEP", "datatype": "FP32", "shape": [1], "data": [30]}
    sexes = {"name": "SEX", "datatype": "BYTES", "shape": [1], "data": ["1"]}
    found = results(Endpoint(tmp_path, silent), request={"inputs": [ages, sexes]})
    assert not found.keys() & {"an unknown input", "an unknown output"}
    assert failed(found) == set()


def test_values_that_binary_data_can_t_have_aren_t_tried_so(tmp_path: Path) -> None:
    ages = {"name": "AGEP", "datatype": "FP32", "shape": [1], "data": [None]}
    sexes = {"name": "SEX", "datatype": "BYTES", "shape": [1], "data": ["1"]}
    answer = {"model_name": NAME, "outputs": [{"name": "p", "datatype": "FP32", "shape": [1], "data": [0.5]}]}
    filled = on(INFER, lambda sent, good: Answered(200, json.dumps(answer).encode()))
    found = results(Endpoint(tmp_path, filled), request={"inputs": [ages, sexes]})
    assert found["binary inputs"].verdict is Verdict.NOT_TRIED
    assert "no binary form" in found["binary inputs"].words


def test_what_a_server_answers_is_shown_short_and_harmless(tmp_path: Path) -> None:
    rude = on("/v2", lambda sent, good: Answered(500, b"\x1b[31m" + b"x" * 10_000))
    result = results(Endpoint(tmp_path, rude))["server metadata"]
    assert ("\x1b" in result.answered, len(result.answered) < 500) == (False, True)


def test_models_are_told_by_either_extension(tmp_path: Path) -> None:
    assert models_of(Endpoint(tmp_path)) == [NAME]  # type: ignore[arg-type]

    def by_index(sent: Sent, good: Answered) -> Answered:
        found = json.dumps([{"name": "a", "state": "READY"}, {"name": "b"}]).encode()
        return Answered(200, found) if sent.path == "/v2/repository/index" else Answered(404)

    assert models_of(Endpoint(tmp_path, by_index)) == ["a", "b"]  # type: ignore[arg-type]
