"""The proxy that fails: it changes nothing by itself, and fails what it is told to, as often as it is told to."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from tests.servers.faults import Faults


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    reached: list[str]

    def do_POST(self) -> None:
        type(self).reached.append(self.path)
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def reached() -> list[str]:
    return []


@pytest.fixture
def faults(reached: list[str]) -> Iterator[Faults]:
    server = HTTPServer(("127.0.0.1", 0), type("Reached", (Echo,), {"reached": reached}))
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02))
    thread.start()
    with Faults(f"http://127.0.0.1:{server.server_address[1]}") as faults:
        yield faults
    server.shutdown()
    server.server_close()
    thread.join()


def post(faults: Faults, path: str = "/a?b=c", **more: float) -> httpx.Response:
    return httpx.post(faults.url + path, content=b"12345678", trust_env=False, **more)


def test_without_faults_nothing_changes(faults: Faults) -> None:
    answer = post(faults)
    assert (answer.status_code, answer.content) == (201, b"12345678")
    assert faults.calls == [("POST", "/a?b=c")]


def test_it_fails_what_it_is_told_to_and_no_more(faults: Faults, reached: list[str]) -> None:
    faults.add(path="^/bad", after=1, times=1, status=500)
    assert [post(faults, path).status_code for path in ("/bad", "/good", "/bad", "/bad")] == [201, 201, 500, 201]
    assert reached == ["/bad", "/good", "/bad"]
    assert faults.count("POST", "bad") == 3


def test_half_a_body_is_half_a_body(faults: Faults) -> None:
    faults.add(is_half=True)
    with pytest.raises(httpx.RemoteProtocolError):
        post(faults)
    faults.clear()
    assert post(faults).is_success


@pytest.mark.parametrize("reaches", [False, True])
def test_an_answer_is_cut_before_or_after_the_server_was_reached(
    faults: Faults, reached: list[str], reaches: bool
) -> None:
    faults.add(is_cut=True, reaches=reaches)
    with pytest.raises(httpx.RemoteProtocolError):
        post(faults)
    assert bool(reached) == reaches


def test_slow_is_slow(faults: Faults, reached: list[str]) -> None:
    faults.add(delay=60.0)
    with pytest.raises(httpx.ReadTimeout):
        post(faults, timeout=0.2)
    assert reached == []


def test_a_server_that_is_down_is_a_bad_gateway() -> None:
    with Faults("http://127.0.0.1:9") as faults:
        assert post(faults).status_code == 502
