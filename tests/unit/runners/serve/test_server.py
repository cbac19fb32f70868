"""The whole process, as a client sees it: both versions of the protocol, clear errors, a peaceful end."""

import gzip
import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from reconciler.providers.serving.local.unix_http import UnixConnection
from tests.unit.runners.serve.test_start import configured
from tests.unit.runners.serve.tiny import TRIAL, make

PATIENCE = 60.0
V1, V2 = "/v1/models/employment:predict", "/v2/models/employment/infer"
AGES = {"name": "AGEP", "shape": [2, 1], "datatype": "FP32", "data": [30, 60]}
SEXES = {"name": "SEX", "shape": [2], "datatype": "BYTES", "data": ["1", "2"]}
IDS = {"name": "id", "shape": [2, 1], "datatype": "INT64", "data": [7, 8]}


class Process:
    """A serving process."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.folder = folder
        digest = make(folder / "trial")
        self.socket, self.logs = folder / "s", folder / "logs"
        told = {"model_url": (folder / "trial").as_uri(), "model_digest": digest, "logs": str(self.logs)}
        config = configured(folder, **told, body_limit=2**20, **more)
        self.log = (folder / "log").open("wb")
        line = [sys.executable, "-m", "runners.serve", config]
        self.process = subprocess.Popen(line, stdout=self.log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + PATIENCE
        while not self.is_ready():
            assert self.process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def is_ready(self) -> bool:
        try:
            return self.ask("/v2/health/ready")[0] == 200
        except OSError:
            return False

    def ask(self, path: str, body: Any = None, **headers: str | bytes) -> tuple[int, Any]:
        connection = UnixConnection(self.socket, 30)
        try:
            data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
            told = {"Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
            connection.request("GET" if body is None else "POST", path, data, told)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text.decode()

    def events(self) -> list[Any]:
        lines = [line for path in self.logs.rglob("*.jsonl") for line in path.read_text().splitlines()]
        return [json.loads(line) for line in lines]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        self.log.close()
        return code


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    process = Process(tmp_path_factory.mktemp("serve"))
    yield process
    process.process.kill()
    process.process.wait()
    process.log.close()


def test_it_tells_what_it_serves(process: Process) -> None:
    assert process.ask("/v2/health/live") == (200, {"live": True})
    assert process.ask("/v2/models/employment/ready") == (200, {"name": "employment", "ready": True})
    assert process.ask("/v1/models/employment") == (200, {"name": "employment", "ready": True})
    status, told = process.ask("/v2/models/employment")
    assert (status, [tensor["name"] for tensor in told["inputs"]]) == (200, ["AGEP", "SEX"])


def test_it_answers_version_1(process: Process) -> None:
    rows = [{"AGEP": 30, "SEX": "1", "id": 7}, {"AGEP": 60, "SEX": "2", "id": 8}]
    status, told = process.ask(V1, {"instances": rows})
    assert (status, told["predictions"]) == (200, [0, 1])
    assert told["predicted_probability"] == pytest.approx([0.5, 0.731], abs=1e-3)


def test_it_answers_version_2(process: Process) -> None:
    status, told = process.ask(V2, {"id": "mine", "inputs": [AGES, SEXES, IDS]})
    assert (status, told["id"], told["model_name"]) == (200, "mine", "employment")
    assert told["outputs"][0]["data"] == [0, 1]


@pytest.mark.parametrize(
    "said",
    ["application/x-www-form-urlencoded", "application/json; charset=utf-8", "text/plain", "application/octet-stream"],
)
def test_a_request_is_json_whatever_its_client_calls_it(process: Process, said: str) -> None:
    status, told = process.ask(V1, {"instances": [[30, "1"], [60, "2"]]}, Content_Type=said)
    assert (status, told.get("predictions")) == (200, [0, 1])
    status, told = process.ask(V2, {"inputs": [AGES, SEXES]}, Content_Type=said)
    assert (status, told["outputs"][0]["data"]) == (200, [0, 1])
    status, told = process.ask(V1, b"AGEP=30&SEX=1", Content_Type=said)
    assert (status, told["error"][:20]) == (400, "the body is no JSON:")


def test_every_inference_is_logged_but_smoke_tests(process: Process) -> None:
    process.ask(V2, {"inputs": [AGES, SEXES, IDS]}, x_setpoint_request="logged")
    process.ask(V2, {"inputs": [AGES, SEXES]}, x_setpoint_request="smoke", x_setpoint_smoke="1")
    process.ask(V1, {"instances": [[1]]}, x_setpoint_request="refused")
    deadline = time.monotonic() + PATIENCE
    while "refused" not in {event["id"] for event in process.events()} and time.monotonic() < deadline:
        time.sleep(0.02)
    events = {event["id"]: event for event in process.events()}
    assert "smoke" not in events
    data = events["logged"]["data"]
    assert (data["columns"], data["rows"]) == (["AGEP", "SEX", "id"], [[30, "1", 7], [60, "2", 8]])
    assert (data["prediction"], data["status"], data["model"]) == ([0, 1], 200, TRIAL)
    assert (events["refused"]["data"]["status"], events["refused"]["data"]["rows"]) == (400, [])


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        (V1, b"{", 400, "the body is no JSON: "),
        (V1, {"instances": []}, 400, "this model takes AGEP FP32 [-1, 1], SEX BYTES [-1, 1]"),
        (V1, {"instances": [{"AGE": 1}]}, 400, "AGE is no column of this model; did you mean AGEP?"),
        (V1, {"instances": [{"AGEP": 1}]}, 400, "the column SEX is missing"),
        (V1, {"instances": [{"AGEP": "old", "SEX": "1"}]}, 400, "AGEP of row 0 is `old`: a number is taken"),
        (V1, b"[" * 100_000, 400, "the body is no JSON: "),
        ("/v1/models/other:predict", {"instances": [[1, "1"]]}, 404, "other does not exist"),
        ("/v1/models/employment:explain", {"instances": [[1, "1"]]}, 404, "explainer"),
        (V2, b"{", 400, "the body is no JSON: "),
        (V2, {"id": "\ud800", "inputs": [AGES, SEXES]}, 400, "half a character"),
        (V2, {"inputs": [AGES, {**SEXES, "data": ["1", "\ud800"]}]}, 400, "half a character"),
        (V2, {"inputs": [AGES, SEXES], "outputs": [{"name": "\udfff"}]}, 400, "half a character"),
        (V2, b"null", 400, "no inference request of version 2: Expected `object`, got `null`"),
        (V2, {"inputs": 3}, 400, "Expected `array`, got `int` - at `$.inputs`"),
        (
            V2,
            {"inputs": [{"name": "AGEP", "shape": [1], "datatype": "FP32"}]},
            400,
            "it has no data - at `$.inputs[0]`",
        ),
        (V2, {"inputs": [{**AGES, "shape": [3]}, SEXES]}, 400, "AGEP has 2 values, and its shape [3] says 3"),
        (V2, {"inputs": [AGES, SEXES], "outputs": [{"name": "x"}]}, 400, "there is no output x"),
        (V2, b"[" * 100_000, 400, "the body is no JSON: "),
        (V2, b"x" * (2**20 + 1), 413, "larger than 1 MiB: send fewer rows"),
        (V2, b"x" * 100_000_000, 413, "larger than 1 MiB: send fewer rows"),
        ("/v2/repository/models/employment/unload", {}, 404, "pin another model"),
        ("/nowhere", {}, 404, "Not Found"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_bad_request_is_told_what_is_wrong(process: Process, path: str, body: Any, status: int, message: str) -> None:
    found, told = process.ask(path, body)
    assert found == status
    assert message in told["error"]
    assert process.ask(V1, {"instances": [[30, "1"]]})[0] == 200


@pytest.mark.parametrize("path", [V1, V2])
@pytest.mark.parametrize("word", ["NaN", "-Infinity"])
def test_what_is_no_json_is_told_so_by_both_versions(process: Process, path: str, word: str) -> None:
    body = {"instances": [[float("nan"), "1"]], "inputs": [{**AGES, "data": [1, float("nan")]}, SEXES]}
    status, told = process.ask(path, json.dumps(body).replace("NaN", word).encode())
    assert (status, told["error"]) == (400, "NaN and Infinity are no JSON: send null where a value is missing")


@pytest.mark.parametrize("encoding", ["br", "x" * 1000, "gzip, gzip"])
def test_requests_that_are_compressed_otherwise_are_refused_in_words(process: Process, encoding: str) -> None:
    status, told = process.ask(V1, gzip.compress(b'{"instances": [[30, "1"]]}'), Content_Encoding=encoding)
    assert (status, told["error"][:47]) == (415, "send requests uncompressed, or by gzip or defla")
    assert process.ask(V1, {"instances": [[30, "1"]]}, Content_Encoding="identity")[0] == 200


def test_compressed_requests_are_read_within_the_same_bound(process: Process) -> None:
    assert process.ask(V1, gzip.compress(b'{"instances": [[30, "1"]]}'), Content_Encoding="gzip")[0] == 200
    assert process.ask(V1, gzip.compress(b" " * (2**20 + 1)), Content_Encoding="gzip")[0] == 413
    assert process.ask(V1, b'{"instances": [[30, "1"]]}', Content_Encoding="gzip")[0] == 400


HEAD = json.dumps({"inputs": [AGES, {**SEXES, "data": None, "parameters": {"binary_data_size": 8}}]}).encode()


@pytest.mark.parametrize("length", ["abc", "-5", "9" * 30, "99999", "0", "", "1.5", "٣"])
def test_a_header_that_lies_is_the_client_s_fault(process: Process, length: str) -> None:
    headers = {"Content_Type": b"application/octet-stream", "Inference_Header_Content_Length": length.encode()}
    status, told = process.ask(V2, HEAD + b"12345678", **headers)
    assert (status, bool(told["error"])) == (400, True)


@pytest.mark.parametrize(
    "binary", [b"", b"1", b"\xff\xff\xff\x7fabcd", b"\x01\x00\x00\x00\xff\x00\x00\x00", b"\x00" * 9]
)
@pytest.mark.parametrize("size", [8, 0, -1, 10**12, "x", None, 0.5])
def test_binary_data_that_lies_is_the_client_s_fault(process: Process, binary: bytes, size: object) -> None:
    told = {**SEXES, "parameters": {"binary_data_size": size}}
    del told["data"]
    head = json.dumps({"inputs": [AGES, told]}).encode()
    headers = {"Content_Type": "application/octet-stream", "Inference_Header_Content_Length": str(len(head))}
    assert process.ask(V2, head + binary, **headers)[0] in ({200, 400} if binary == b"\x00" * 9 else {400})


@pytest.mark.parametrize(
    "value", ["1e400", "1e39", "9" * 400, "9" * 4000, "[" * 900 + "]" * 900, "{}", '"\\u0000"', "true", "[[1],[2,3]]"]
)
@pytest.mark.parametrize("column", ["AGEP", "SEX"])
def test_odd_values_are_never_the_server_s_fault(process: Process, column: str, value: str) -> None:
    other = {"AGEP": '"SEX": "1"', "SEX": '"AGEP": 3'}[column]
    one = f'{{"instances": [{{"{column}": {value}, {other}}}]}}'
    tensor = {"AGEP": SEXES, "SEX": AGES}[column]
    odd = f'{{"name": "{column}", "shape": [2], "datatype": "BYTES", "data": [{value}]}}'
    two = f'{{"inputs": [{json.dumps(tensor)}, {odd}]}}'
    for path, body in ((V1, one), (V2, two)):
        assert process.ask(path, body.encode())[0] in (200, 400)


@pytest.mark.parametrize("path", ["/v2/models/employment/versions/1", "/v2/models/employment/versions/1/ready"])
def test_what_a_model_hasn_t_is_not_there(process: Process, path: str) -> None:
    assert process.ask(path)[0] == 404


def test_nobody_is_told_of_a_client_s_mistakes_in_the_log(process: Process) -> None:
    process.ask(V1, {"instances": []})
    process.ask("/v1/models/other:predict", {"instances": []})
    process.ask(V2, b"\xff{", Content_Type="application/octet-stream", Inference_Header_Content_Length="2")
    text = (process.folder / "log").read_text()
    assert "Traceback" not in text
    assert "instances" not in text


def test_only_its_user_can_reach_it(process: Process) -> None:
    listening = subprocess.run(
        ["cat", f"/proc/{process.process.pid}/net/tcp"], capture_output=True, text=True, check=True
    )
    files = Path(f"/proc/{process.process.pid}/fd").iterdir()
    inodes = {str(path.readlink()) for path in files if path.is_symlink()}
    mine = [line for line in listening.stdout.splitlines()[1:] if f"socket:[{line.split()[9]}]" in inodes]
    assert mine == []


@pytest.mark.slow
def test_at_its_end_it_answers_what_has_begun_and_loses_no_event(tmp_path: Path) -> None:
    process, many = Process(tmp_path), 50_000
    ages = {"name": "AGEP", "shape": [many, 1], "datatype": "FP32", "data": [30] * many}
    sexes = {"name": "SEX", "shape": [many], "datatype": "BYTES", "data": ["1"] * many}
    body = json.dumps({"inputs": [ages, sexes]}).encode()
    assert len(body) < 2**20
    try:
        with closing(socket.socket(socket.AF_UNIX)) as client:
            client.settimeout(PATIENCE)
            client.connect(str(process.socket))
            told = f"Content-Length: {len(body)}\r\nContent-Type: application/json\r\nX-Setpoint-Request: the-last"
            client.sendall(f"POST {V2} HTTP/1.1\r\nHost: x\r\n{told}\r\nExpect: 100-continue\r\n\r\n".encode())
            assert client.recv(100).startswith(b"HTTP/1.1 100")
            client.sendall(body[:-100])
            process.process.send_signal(signal.SIGTERM)
            _until_nobody_is_let_in(process)
            client.sendall(body[-100:])
            answer = http.client.HTTPResponse(client)
            answer.begin()
            assert answer.status == 200
            assert len(json.loads(answer.read())["outputs"][0]["data"]) == many
        assert process.process.wait(PATIENCE) == 0, "a second signal would end it before its time"
    finally:
        process.process.kill()
        process.process.wait()
        process.log.close()
    assert "the-last" in {event["id"] for event in process.events()}


def _until_nobody_is_let_in(process: Process) -> None:
    """Wait until the process has seen that it is to end."""
    deadline = time.monotonic() + PATIENCE
    while process.is_ready():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.slow
def test_what_is_left_out_of_the_log_is_nowhere_on_the_disk(tmp_path: Path) -> None:
    process = Process(tmp_path, format=2, logs_without=["SEX"])
    secret = {**SEXES, "data": ["1", "a-secret"]}
    try:
        assert process.ask(V2, {"inputs": [AGES, SEXES]})[0] == 200
        process.ask(V2, {"inputs": [AGES, secret]}, Accept_Encoding="identity")
        assert process.ask(V2, {"inputs": [{**AGES, "data": ["a-secret", 1]}, SEXES]})[0] == 400
    finally:
        process.stop()
    data = process.events()[0]["data"]
    assert (data["columns"], [len(row) for row in data["rows"]]) == (["AGEP"], [1, 1])
    assert "SEX" not in json.dumps([event["data"]["columns"] for event in process.events()])
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"a-secret" in path.read_bytes()]
