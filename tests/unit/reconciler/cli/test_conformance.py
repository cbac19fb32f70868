"""`setpoint conformance`: a verdict of a server that somebody else wrote, by exit code, as text and as JSON."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.exits import Exit
from reconciler.conformance.protocol.client import Sent
from tests.servers.loopback import listening
from tests.servers.ports import LOOPBACK, free_port
from tests.unit.reconciler.cli.conftest import Say
from tests.unit.reconciler.conformance.protocol.endpoint import Endpoint


class Handler(BaseHTTPRequestHandler):
    """Puts requests to an endpoint of ours, and breaks its answers to those that are no JSON."""

    endpoint: Endpoint
    is_flawed = False
    key = ""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.key and self.headers["Authorization"] != f"Bearer {self.key}":
            self.send_error(401)
            return
        answer = self.endpoint.ask(Sent(self.command, self.path, body, dict(self.headers.items())))
        self.send_response(500 if self.is_flawed and answer.status == 400 else answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = _answer

    def log_message(self, *_: Any) -> None:
        """Print nothing."""


@contextmanager
def answering(**told: Any) -> Iterator[str]:
    with listening(type("Told", (Handler,), told)) as url:
        yield url


@pytest.fixture(params=[False, True], ids=["good", "flawed"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, bool]]:
    with answering(endpoint=Endpoint(tmp_path / "model"), is_flawed=request.param) as url:
        yield url, request.param


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


def test_a_server_that_asks_for_a_key_is_given_it_or_told_of(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(endpoint=Endpoint(tmp_path / "model"), key="setpoint_token") as url:
        told = say("conformance", url)
        assert (told.code, "asks for a key or a token" in told.err) == (Exit.REFUSED, True)
        monkeypatch.setenv("SETPOINT_ENDPOINT_KEY", "setpoint_token")
        told = say("conformance", url)
    assert (told.code, "setpoint_token" in told.out + told.err) == (Exit.OK, False)
