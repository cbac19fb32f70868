"""Triton's clients of HTTP and of gRPC, which ask an endpoint for each case and print what they are answered.

    python -m tests.conformance.triton_clients HTTP GRPC MODEL

A process of its own: Triton's messages and KServe's have the same names, of which one process has room for one.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import tritonclient.grpc as by_grpc
import tritonclient.http as by_http
from tritonclient.utils import InferenceServerException

_WHOLE = [f"{kind}{size}" for kind in ("UINT", "INT") for size in (8, 16, 32, 64)]
AGES: dict[str, Any] = {
    **{datatype: np.array([[30], [60]], datatype.lower()) for datatype in _WHOLE},
    "FP16": np.array([[30], [60.5]], np.float16),
    "FP32": np.array([[30], [60.5]], np.float32),
    "FP64": np.array([[30], [60.5]], np.float64),
    "BYTES": np.array([["30"], ["60.5"]], np.object_),
    "BOOL": np.array([[True], [False]]),
}
MISTAKES: dict[str, tuple[str, str, Any]] = {
    "another model": ("nobody", "", AGES["FP32"]),
    "another version": ("", "7", AGES["FP32"]),
    "NaN": ("", "", np.array([[30], [np.nan]], np.float32)),
    "infinity": ("", "", np.array([[30], [np.inf]], np.float32)),
    "no rows": ("", "", np.empty((0, 1), np.float32)),
    "ragged": ("", "", np.array([[30], [60], [90]], np.float32)),
    "two wide": ("", "", np.array([[30, 1], [60, 1]], np.float32)),
    "no number": ("", "", np.array([["thirty"], ["sixty"]], np.object_)),
}


def inputs(module: Any, ages: Any, **how: Any) -> list[Any]:
    """Return the inputs of a request by one client's words."""
    sexes = np.array(["1", "2"], np.object_)
    found = []
    for name, values in (("AGEP", ages), ("SEX", sexes)):
        datatype = {"object": "BYTES", "bool": "BOOL"}.get(values.dtype.name, values.dtype.name.upper())
        one = module.InferInput(name, list(values.shape), datatype.replace("FLOAT", "FP"))
        one.set_data_from_numpy(values, **how)
        found.append(one)
    return found


def told(result: Any) -> dict[str, Any]:
    """Return an answer's outputs, by name."""
    names = ("prediction", "predicted_probability")
    return {name: None if (found := result.as_numpy(name)) is None else found.ravel().tolist() for name in names}


def outcome(ask: Callable[[], Any]) -> Any:
    """Return what is answered, or the client's words for why not."""
    try:
        return told(ask())
    except InferenceServerException as error:
        return [str(error.status()), error.message()[:200]]


def asked_by_http(client: Any, model: str) -> dict[str, Any]:
    """Ask by HTTP, as JSON, as binary data, compressed, and for outputs of each kind."""
    found: dict[str, Any] = {}
    for name, ages in AGES.items():
        found[f"{name} binary"] = outcome(lambda ages=ages: client.infer(model, inputs(by_http, ages)))
        if name != "FP16":  # of which this client makes no JSON
            as_json = inputs(by_http, ages, binary_data=False)
            found[f"{name} JSON"] = outcome(lambda as_json=as_json: client.infer(model, as_json))
    one = inputs(by_http, AGES["FP32"])
    for is_binary in (False, True):
        wanted = [by_http.InferRequestedOutput("prediction", binary_data=is_binary)]
        found[f"one output {is_binary}"] = outcome(lambda wanted=wanted: client.infer(model, one, outputs=wanted))
    for way in ("gzip", "deflate"):
        packed = {"request_compression_algorithm": way, "response_compression_algorithm": way}
        found[way] = outcome(lambda packed=packed: client.infer(model, one, **packed))
    found["parameters"] = outcome(lambda: client.infer(model, one, parameters={"mine": 1}, priority=1, timeout=1000))
    for case, (other, version, ages) in MISTAKES.items():
        found[case] = outcome(
            lambda other=other, version=version, ages=ages: client.infer(
                other or model, inputs(by_http, ages), model_version=version
            )
        )
    found["id"] = client.infer(model, one, request_id="mine").get_response()["id"]
    return found


def asked_by_grpc(client: Any, model: str) -> dict[str, Any]:
    """Ask by gRPC, compressed too, and as several requests at once."""
    found: dict[str, Any] = {}
    for name, ages in AGES.items():
        found[f"{name} binary"] = outcome(lambda ages=ages: client.infer(model, inputs(by_grpc, ages)))
    one = inputs(by_grpc, AGES["FP32"])
    wanted = [by_grpc.InferRequestedOutput("prediction")]
    found["one output True"] = outcome(lambda: client.infer(model, one, outputs=wanted))
    for way in ("gzip", "deflate"):
        found[way] = outcome(lambda way=way: client.infer(model, one, compression_algorithm=way))
    found["parameters"] = outcome(lambda: client.infer(model, one, parameters={"mine": 1}, priority=1, timeout=1000))
    for case, (other, version, ages) in MISTAKES.items():
        found[case] = outcome(
            lambda other=other, version=version, ages=ages: client.infer(
                other or model, inputs(by_grpc, ages), model_version=version
            )
        )
    found["id"] = client.infer(model, one, request_id="mine").get_response().id
    return found


def about(client: Any, model: str) -> list[Any]:
    """Return what a server says of itself."""
    ready = [client.is_server_live(), client.is_server_ready(), client.is_model_ready(model)]
    server, known = client.get_server_metadata(), client.get_model_metadata(model)
    if isinstance(server, dict):
        return [*ready, server["name"], known["name"], [one["name"] for one in known["inputs"]]]
    return [*ready, server.name, known.name, [one.name for one in known.inputs]]


def main(http: str, rpc: str, model: str) -> None:
    """Ask both, and print all."""
    web, spoken = by_http.InferenceServerClient(http), by_grpc.InferenceServerClient(rpc)
    found = {
        "http": {"about": about(web, model), **asked_by_http(web, model)},
        "grpc": {"about": about(spoken, model), **asked_by_grpc(spoken, model)},
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:4])
