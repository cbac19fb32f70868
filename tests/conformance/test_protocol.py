"""The endpoint held to the Open Inference Protocol by KServe's server and by KServe's client, which others wrote."""

import asyncio
import json
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tests.servers.ports import LOOPBACK, free_port
from tests.unit.runners.serve.test_start import told
from tests.unit.runners.serve.tiny import make

NAME = "employment"
V1, V2 = f"/v1/models/{NAME}:predict", f"/v2/models/{NAME}/infer"
PATIENCE = 120.0
AGES = {"name": "AGEP", "shape": [2, 1], "datatype": "FP32", "data": [30, 60.5]}
SEXES = {"name": "SEX", "shape": [2], "datatype": "BYTES", "data": ["1", "2"]}


class Server:
    """A process that serves the model by HTTP."""

    def __init__(self, folder: Path, name: str, line: list[str], port: int) -> None:
        self.url, self._log = f"http://{LOOPBACK}:{port}", folder / f"{name}.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen([sys.executable, "-m", *line], stdout=log, stderr=log)

    def wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                if httpx.get(f"{self.url}/v2/health/ready").is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
            assert self.process.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline, self._log.read_text()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Server]]:
    """Start our endpoint, and KServe's around the same model."""
    folder = tmp_path_factory.mktemp("protocol")
    digest, ports = make(folder / "trial"), (free_port(), free_port())
    settings = told(folder, model_url=(folder / "trial").as_uri(), model_digest=digest) | {"port": ports[0]}
    settings.pop("socket", None)
    (folder / "config.json").write_text(json.dumps(settings))
    kserve = ["tests.conformance.kserve_server", str(folder / "trial"), NAME, str(ports[1])]
    both = (
        Server(folder, "ours", ["runners.serve", str(folder / "config.json")], ports[0]),
        Server(folder, "kserve", kserve, ports[1]),
    )
    try:
        for server in both:
            server.wait()
        yield both
    finally:
        for server in both:
            server.stop()


def binary(text: bool, number: bool) -> tuple[bytes, dict[str, str]]:
    """Return a request whose texts, numbers or both come as binary data."""
    parts = [np.array([30, 60.5], "<f4").tobytes()] if number else []
    ages = {**AGES, "parameters": {"binary_data_size": 8}} if number else AGES
    parts += [b"".join(struct.pack("<I", 1) + sex.encode() for sex in "12")] if text else []
    sexes = {**SEXES, "parameters": {"binary_data_size": 10}} if text else SEXES
    inputs = [{k: v for k, v in one.items() if k != "data" or "parameters" not in one} for one in (ages, sexes)]
    head = json.dumps({"id": "mine", "inputs": inputs}).encode()
    return head + b"".join(parts), {"Inference-Header-Content-Length": str(len(head))}


GOOD: dict[str, tuple[str, bytes, dict[str, str]]] = {
    "rows": (V1, json.dumps({"instances": [{"AGEP": 30, "SEX": "1"}, {"AGEP": 60.5, "SEX": "2"}]}).encode(), {}),
    "lists": (V1, b'{"instances": [[30, "1"], [60.5, null]]}', {}),
    "tensors": (V2, json.dumps({"id": "mine", "inputs": [AGES, SEXES]}).encode(), {}),
    "one output": (
        V2,
        json.dumps({"id": "mine", "inputs": [AGES, SEXES], "outputs": [{"name": "prediction"}]}).encode(),
        {},
    ),
    "nested": (V2, json.dumps({"id": "mine", "inputs": [{**AGES, "data": [[30], [60.5]]}, SEXES]}).encode(), {}),
    "binary numbers": (V2, *binary(text=False, number=True)),
    "binary texts": (V2, *binary(text=True, number=False)),
    "binary": (V2, *binary(text=True, number=True)),
}


@pytest.mark.parametrize("case", GOOD)
def test_what_kserve_answers_is_answered(servers: tuple[Server, Server], case: str) -> None:
    path, body, headers = GOOD[case]
    kind = {"Content-Type": "application/octet-stream" if headers else "application/json"}
    ours, kserves = (httpx.post(f"{one.url}{path}", content=body, headers={**kind, **headers}) for one in servers)
    assert (ours.status_code, kserves.status_code) == (200, 200), (ours.text, kserves.text)
    assert spoken(ours.json()) == spoken(kserves.json())


def test_outputs_come_as_binary_data_as_kserve_s_do(servers: tuple[Server, Server]) -> None:
    wanted = [{"name": name, "parameters": {"binary_data": True}} for name in ("prediction", "predicted_probability")]
    asked = {"id": "mine", "inputs": [AGES, SEXES], "outputs": wanted}
    ours, kserves = (httpx.post(f"{one.url}{V2}", json=asked) for one in servers)
    size = "inference-header-content-length"
    parts = [
        (json.loads(one.content[: int(one.headers[size])]), one.content[int(one.headers[size]) :])
        for one in (ours, kserves)
    ]
    assert parts[0][1] == parts[1][1]
    assert spoken(parts[0][0]) == spoken(parts[1][0])


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1/models",
        f"/v1/models/{NAME}",
        "/v2/health/live",
        "/v2/health/ready",
        "/v2/models",
        f"/v2/models/{NAME}/ready",
    ],
)
def test_what_is_asked_of_the_server_is_told_in_kserve_s_words(servers: tuple[Server, Server], path: str) -> None:
    ours, kserves = (httpx.get(f"{one.url}{path}") for one in servers)
    assert (ours.status_code, ours.json()) == (kserves.status_code, kserves.json())


def test_the_model_is_described_as_kserve_describes_it(servers: tuple[Server, Server]) -> None:
    ours, kserves = (httpx.get(f"{one.url}/v2/models/{NAME}").json() for one in servers)
    assert {key: ours[key] for key in ("name", "inputs", "outputs")} == {
        key: kserves[key] for key in ("name", "inputs", "outputs")
    }


@pytest.mark.parametrize("path", ["/v1/models/x:predict", "/v2/models/x/infer", "/nowhere", "/v2/models/x"])
def test_what_kserve_doesn_t_find_isn_t_found(servers: tuple[Server, Server], path: str) -> None:
    asked = {"instances": [[1, "1"]], "inputs": [AGES, SEXES]}
    for one in servers:
        answer = httpx.get(f"{one.url}{path}") if path.endswith("/x") else httpx.post(f"{one.url}{path}", json=asked)
        assert answer.status_code == 404


@pytest.mark.parametrize("is_binary", [False, True])
def test_kserve_s_client_is_answered(servers: tuple[Server, Server], is_binary: bool) -> None:
    from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

    def asked(url: str) -> Any:
        ages, sexes = InferInput("AGEP", [2, 1], "FP32"), InferInput("SEX", [2], "BYTES")
        ages.set_data_from_numpy(np.array([[30], [60.5]], np.float32), binary_data=is_binary)
        sexes.set_data_from_numpy(np.array(["1", "2"], np.object_), binary_data=is_binary)
        request = InferRequest(NAME, [ages, sexes], request_id="mine")
        client = InferenceRESTClient(RESTConfig(protocol="v2"))

        async def ask() -> Any:
            try:
                assert await client.is_server_ready(url)
                assert await client.is_model_ready(url, NAME)
                return await client.infer(url, request, model_name=NAME)
            finally:
                await client.close()

        return asyncio.run(ask())

    answers = [asked(one.url) for one in servers]
    names = [[output.name for output in answer.outputs] for answer in answers]
    assert names[0] == names[1] == ["prediction", "predicted_probability"]
    assert answers[0].outputs[0].as_numpy().tolist() == answers[1].outputs[0].as_numpy().tolist()


def spoken(told: dict[str, Any]) -> dict[str, Any]:
    """Return what an answer says; an empty word of KServe's is none."""
    said = {key: value for key, value in told.items() if value is not None}
    for output in said.get("outputs", ()):
        output.setdefault("parameters", {})
        output["parameters"] = output["parameters"] or {}
        if "predicted_probability" in (output["name"],) and "data" in output:
            output["data"] = [round(value, 6) for value in output["data"]]
    return said


def test_the_verdict_of_our_suite_is_what_is_known_of_both(servers: tuple[Server, Server]) -> None:
    from reconciler.conformance.protocol.checks import Trial, Verdict, models_of
    from reconciler.conformance.protocol.client import Client

    ours, kserves = (Client(one.url) for one in servers)
    assert models_of(ours) == models_of(kserves) == [NAME]
    assert {one.verdict for one in Trial(ours, NAME).results()} == {Verdict.PASSED}
    found = {one.check: one for one in Trial(kserves, NAME).results()}
    failed = {name for name, one in found.items() if one.verdict is Verdict.FAILED}
    # What its clients rely on it has; of their mistakes it tells by FastAPI's words, or as its own.
    assert failed >= {"no JSON", "no inputs", "no data"}
    assert not failed & {"server ready", "model metadata", "inference", "nested values", "one output", "unknown model"}
