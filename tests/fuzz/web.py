"""HTTP: the daemon's health page, and a real serving process asked by both versions of the protocol."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from reconciler.loop.health import Metrics, Pulse
from reconciler.web.health import Driven, app
from tests.fuzz.mutation import SCALARS, WORDS, structure, text
from tests.unit.reconciler.stage import NOW
from tests.unit.runners.serve.test_server import AGES, IDS, SEXES, V1, V2, Process

PATHS = ("/healthz", "/readyz", "/metrics", "/", "/nowhere")
APP = app([Driven("", "dev", Pulse(NOW), Metrics("dev"))], lambda: NOW)
CALM = {200, 400, 404, 405, 413, 415, 422}
"""What a server may answer to anything: never that it is the server's fault."""
TYPES = (
    "application/json",
    "application/octet-stream",
    "text/plain",
    "",
    "application/cloudevents+json",
    "a/b; charset=x",
)
ODD = ("", "0", "1", "-1", "abc", "1.5", "40", "9" * 30, "null", "gzip", "identity", "chunked", "\xff")
HEADERS = (
    "Inference_Header_Content_Length",
    "Content_Encoding",
    "Accept_Encoding",
    "Accept",
    "ce_id",
    "ce_specversion",
)
ENDS = (b"", b"\x00" * 8, b"\xff" * 9, b"\x01\x00\x00\x001")
"""What follows the JSON, where a header says that binary data does."""


def health(random: Random) -> None:
    """Ask the health page something odd: it answers, in JSON or Prometheus' words."""
    environ = {
        "REQUEST_METHOD": random.choice(("GET", "HEAD", "POST", "OPTIONS", "")),
        "PATH_INFO": random.choice(PATHS) if random.random() < 0.7 else text(random, random.choice(PATHS)),
        "QUERY_STRING": random.choice(("", "name[]=x", "name[]=", *WORDS)),
        "HTTP_ACCEPT": random.choice(("*/*", "", "application/openmetrics-text", "text/plain;q=x", *WORDS)),
        "HTTP_ACCEPT_ENCODING": random.choice(("", "gzip", "gzip;q=0", *WORDS)),
    }
    told: list[str] = []
    body = b"".join(APP(environ, lambda status, headers: told.append(status)))
    assert told[0][:3] in ("200", "404", "405", "503"), told
    if environ["PATH_INFO"] != "/metrics":  # which may be asked for metrics that aren't there
        assert json.loads(body)["status"]


@contextmanager
def serving() -> Iterator[Callable[[Random], None]]:
    """Start a serving process; yield what asks it."""
    with TemporaryDirectory(prefix="fuzz-") as folder:
        process = Process(Path(folder))
        try:
            yield lambda random: _ask(process, random)
        finally:
            process.process.kill()
            process.process.wait()
            process.log.close()


def _ask(process: Process, random: Random) -> None:
    path, body = _request(random)
    headers = {}
    if random.random() < 0.3:
        headers = {name: random.choice(ODD) for name in HEADERS if random.random() < 0.3}
        headers["Content_Type"] = random.choice(TYPES)
    if random.random() < 0.1:
        headers |= {"Content_Type": TYPES[1], HEADERS[0]: str(len(body))}
        body += random.choice(ENDS)
    status, told = process.ask(path, body, **{name: value.encode("latin-1") for name, value in headers.items()})
    assert status in CALM, (status, told, path, headers, body)
    if status != 200:
        assert isinstance(told, dict), (status, told, path, headers, body)
        assert told.get("error"), (status, told, path, headers, body)


def _request(random: Random) -> tuple[str, bytes]:
    if random.random() < 0.5:
        told: Any = {"instances": [{"AGEP": 30, "SEX": "1", "id": 7}, {"AGEP": 60, "SEX": "2", "id": 8}]}
        path = V1
    else:
        told, path = {"id": "mine", "inputs": [AGES, SEXES, IDS], "outputs": [{"name": "prediction"}]}, V2
    if "inputs" in told and random.random() < 0.2:
        sizes = {"binary_data_size": random.choice((0, 1, 8, 9, -1, 10**12, "x", None, 0.5))}
        told["inputs"][1] = {"name": "SEX", "shape": [2], "datatype": "BYTES", "parameters": sizes}
    changed = structure(random, told)
    if random.random() < 0.1:
        changed = random.choice(SCALARS)
    written = json.dumps(changed)
    if random.random() < 0.15:
        written = text(random, written)
    if random.random() < 0.05:
        path = random.choice(
            (V1, V2, "/v2/models/other/infer", "/v1/models/employment:explain", "/v2/models/employment")
        )
    return path, written.encode("utf-8", "surrogatepass")
