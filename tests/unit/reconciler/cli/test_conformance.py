"""`setpoint conformance`: a verdict of a server that somebody else wrote, by exit code, as text and as JSON."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.exits import Exit
from reconciler.conformance.protocol.client import Sent
from tests.servers.ports import LOOPBACK, free_port
from tests.unit.reconciler.cli.conftest import Say
from tests.unit.reconciler.conformance.protocol.endpoint import Endpoint


class Handler(BaseHTTPRequestHandler):
    """Puts requests to an endpoint of ours, and breaks its answers to those that are no JSON."""

    endpoint: Endpoint
    is_flawed = False

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.endpoint.ask(Sent(self.command, self.path, body, dict(self.headers.items())))
        self.send_response(500 if self.is_flawed and answer.status == 400 else answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = _answer

    def log_message(self, *_: Any) -> None:
        """Print nothing."""


@pytest.fixture(params=[False, True], ids=["good", "flawed"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, bool]]:
    told = {"endpoint": Endpoint(tmp_path / "model"), "is_flawed": request.param}
    server = ThreadingHTTPServer((LOOPBACK, 0), type("Told", (Handler,), told))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://{LOOPBACK}:{server.server_port}", request.param
    server.shutdown()
    server.server_close()
    thread.join(10)


def test_a_server_is_told_its_verdict(say: Say, served: tuple[str, bool], tmp_path: Path) -> None:
    url, is_flawed = served
    found = say("conformance", url)
    assert found.code == (Exit.BROKEN if is_flawed else Exit.OK), found.out
    assert ("500 {" in found.out, "27 checks: " in found.out) == (is_flawed, True)
    inputs = [
        {"name": "AGEP", "datatype": "FP32", "shape": [2], "data": [30, 60]},
        {"name": "SEX", "datatype": "BYTES", "shape": [2], "data": ["1", "2"]},
    ]
    (tmp_path / "request.json").write_text(json.dumps({"inputs": inputs}))
    told = say("conformance", url, "--model", "employment", "--request", str(tmp_path / "request.json"), "--json").json
    assert (told["model"], told["conforms"]) == ("employment", not is_flawed)
    one = next(check for check in told["checks"] if check["check"] == "inference")
    assert (one["verdict"], "30" in one["sent"]) == ("passed", True)


def test_what_can_t_be_asked_is_said(say: Say, tmp_path: Path) -> None:
    assert say("conformance", f"http://{LOOPBACK}:{free_port()}").code == Exit.UNAVAILABLE
    assert say("conformance", "nowhere").code == Exit.REFUSED
    (tmp_path / "bad.json").write_text("[")
    found = say("conformance", "http://127.0.0.1:1", "--request", str(tmp_path / "bad.json"))
    assert (found.code, "can't be read" in found.err) == (Exit.REFUSED, True)
