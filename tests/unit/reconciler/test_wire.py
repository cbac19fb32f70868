"""The wire: connections last, broken ones are replaced, short pauses are waited for, half an answer is none."""

import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.kubernetes.access import Access, Token, api_server
from reconciler.model.errors import Refused, Unavailable
from reconciler.wire import CONNECTIONS, LONGEST, Bounds, Call, Server, Wire
from tests.unit.reconciler.kubernetes.apiserver import TOKEN, ApiServer, Fault, certify, encrypted, serving

JOBS = Call("GET", "/apis/batch/v1/namespaces/ml/jobs")


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.passed = 0.0

    def sleep(self, seconds: float) -> None:
        self.passed += seconds

    def now(self) -> float:
        return 1000.0 + self.passed


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with serving(ApiServer()) as server:
        yield server


@pytest.fixture
def time() -> Time:
    return Time()


def wire(server: ApiServer, time: Time | None = None, *, token: Token | None = None, timeout: float = 5.0) -> Wire:
    time = time or Time()
    return Wire(api_server(Access(server.url)), token or Token(TOKEN), timeout, sleep=time.sleep, now=time.now)


def dial(access: Access) -> Wire:
    return Wire(api_server(access), access.token, 5)


def test_a_connection_lasts(server: ApiServer) -> None:
    line = wire(server)
    assert all(line.send(JOBS).status == 200 for _ in range(20))
    assert server.connections == 1


def test_threads_share_a_few_connections(server: ApiServer) -> None:
    line = wire(server)
    with ThreadPoolExecutor(32) as threads:
        answers = list(threads.map(lambda _: line.send(JOBS).status, range(200)))
    assert answers == [200] * 200
    assert server.connections <= CONNECTIONS


def test_a_connection_that_was_closed_is_replaced(server: ApiServer) -> None:
    server.hangs_up_after_each = True
    line = wire(server)
    assert [line.send(JOBS).status for _ in range(5)] == [200] * 5


def test_a_connection_that_broke_is_tried_once_more(server: ApiServer) -> None:
    line = wire(server)
    server.faults = [Fault(hangs_up=True)]
    assert line.send(JOBS).status == 200
    server.faults = [Fault(hangs_up=True)] * 2
    with pytest.raises(Unavailable, match="broke off its answer"):
        line.send(JOBS)
    assert len(server.asked) == 4


def test_what_isn_t_safe_to_ask_twice_is_asked_once(server: ApiServer) -> None:
    server.faults = [Fault(hangs_up=True)]
    with pytest.raises(Unavailable, match="broke off its answer"):
        wire(server).send(Call("POST", JOBS.path, body=b"{}", is_safe=False))
    assert len(server.asked) == 1


def test_more_headers_go_with_every_request_and_who_we_are_goes_before_them(server: ApiServer) -> None:
    headers = {"X-Version": "1", "Accept": "application/vnd.x+json", "Authorization": "nobody"}
    line = Wire(api_server(Access(server.url)), Token(TOKEN), 5.0, headers=headers)
    assert [line.send(JOBS).status for _ in range(2)] == [200] * 2
    told = [(one.headers["x-version"], one.headers["accept"], one.headers["authorization"]) for one in server.asked]
    assert told == [("1", "application/vnd.x+json", f"Bearer {TOKEN}")] * 2


def test_a_redirection_is_an_answer_and_never_followed(server: ApiServer) -> None:
    server.faults = [Fault(302, headers={"Location": "http://127.0.0.1:9/elsewhere"})]
    answer = wire(server).send(JOBS)
    assert (answer.status, answer.headers["location"]) == (302, "http://127.0.0.1:9/elsewhere")


@pytest.mark.parametrize("url", ["", "ftp://127.0.0.1", "http://", "http://[", "http://a:port", "127.0.0.1:80"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="the forge has no address"):
        Wire(Server("the forge", url), Token(), 5)


def test_half_an_answer_is_none(server: ApiServer) -> None:
    line = wire(server)
    server.faults = [Fault(200, b'{"items": []}', cut=5)]
    with pytest.raises(Unavailable, match="broke off its answer"):
        line.send(JOBS)
    assert line.send(JOBS).status == 200


def test_a_server_that_hangs_is_left(server: ApiServer) -> None:
    go = threading.Event()
    server.faults = [Fault(waits_for=go)]
    try:
        with pytest.raises(Unavailable, match="didn't answer in time"):
            wire(server, timeout=0.1).send(JOBS)
    finally:
        go.set()


def test_a_server_that_is_gone_is_told() -> None:
    with serving(ApiServer()) as server:
        line = wire(server)
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:\d+ can't be reached") as caught:
        line.send(JOBS)
    assert "object at 0x" not in str(caught.value)
    with pytest.raises(Unavailable) as again:
        line.send(JOBS)
    assert caught.value.message == again.value.message


def test_a_short_pause_is_waited_for(server: ApiServer, time: Time) -> None:
    server.faults = [Fault(429, headers={"Retry-After": "1"}), Fault(503, headers={"Retry-After": "2"})]
    assert wire(server, time).send(JOBS).status == 200
    assert time.passed == 3


def test_a_pause_without_end_is_told(server: ApiServer, time: Time) -> None:
    server.faults = [Fault(429, headers={"Retry-After": "1"})] * 9
    assert wire(server, time).send(JOBS).status == 429
    assert len(server.asked) == 4


def test_in_a_long_pause_nobody_asks(server: ApiServer, time: Time) -> None:
    server.faults = [Fault(429, headers={"Retry-After": "30"})]
    line = wire(server, time)
    assert line.send(JOBS).status == 429
    with pytest.raises(Unavailable, match="asks for a pause"):
        line.send(JOBS)
    assert len(server.asked) == 1
    time.sleep(31)
    assert line.send(JOBS).status == 200


def test_a_pause_of_days_is_no_reason_to_give_up(server: ApiServer, time: Time) -> None:
    server.faults = [Fault(429, headers={"Retry-After": "99999999"}), Fault(503, headers={"Retry-After": "soon"})]
    line = wire(server, time)
    assert line.send(JOBS).status == 429
    time.sleep(LONGEST + 1)
    assert line.send(JOBS).status == 503
    assert line.send(JOBS).status == 200


def test_a_token_that_was_replaced_is_read_again(server: ApiServer, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(TOKEN, "ascii")
    line = wire(server, token=Token(file=file))
    assert line.send(JOBS).status == 200
    server.tokens = {"new"}
    assert line.send(JOBS).status == 401
    file.write_text("new", "ascii")
    assert line.send(JOBS).status == 200


def test_only_the_tail_is_kept(server: ApiServer) -> None:
    server.logs["train"] = b"x" * 2_000_000 + b"the end"
    answer = wire(server).send(Call("GET", "/api/v1/namespaces/ml/pods/train/log", tail=100))
    assert answer.body == b"x" * 93 + b"the end"


def test_an_answer_has_an_end(server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.wire.LARGEST", 1000)
    server.logs["train"] = b"x" * 2000
    with pytest.raises(Unavailable, match="has no end"):
        wire(server).send(Call("GET", "/api/v1/namespaces/ml/pods/train/log"))


def test_one_that_may_have_less_has_less(server: ApiServer) -> None:
    server.logs["train"] = b"x" * 2000
    log = Call("GET", "/api/v1/namespaces/ml/pods/train/log", bounds=Bounds(size=1000))
    with pytest.raises(Unavailable, match="has no end"):
        wire(server).send(log)
    assert len(wire(server).send(replace(log, bounds=Bounds(size=2000))).body) == 2000


def test_one_that_drips_ends_when_its_time_is_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_drip, args=(listening,))
        thread.start()
        line = Wire(Server("a tap", f"http://127.0.0.1:{listening.getsockname()[1]}"), Token(TOKEN), 5)
        with pytest.raises(Unavailable, match="has no end"):
            line.send(Call("GET", "/", bounds=Bounds(seconds=0.3)))
        line.close()
        thread.join()


def _drip(listening: socket.socket) -> None:
    """Answer one request a byte after the other, until nobody listens."""
    connection, _ = listening.accept()
    with connection:
        connection.recv(2**16)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        with suppress(OSError):
            while True:
                connection.sendall(b"x")
                threading.Event().wait(0.02)


def test_a_busy_server_is_asked_as_often_as_it_may_be(server: ApiServer) -> None:
    server.faults = [Fault(503, headers={"Retry-After": "1"}) for _ in range(2)]
    assert wire(server).send(replace(JOBS, bounds=Bounds(tries=1))).status == 503
    assert len(server.faults) == 1


def test_a_server_proves_who_it_is(tmp_path: Path) -> None:
    server, trust = encrypted(tmp_path, certify("kubernetes.test"))
    with serving(server):
        known = Access(server.url, trust=trust, token=Token(TOKEN), host="kubernetes.test")
        line = dial(known)
        assert [line.send(JOBS).status for _ in range(3)] == [200] * 3
        assert server.connections == 1
        line.close()
        other = Access(server.url, trust=trust, token=Token(TOKEN))
        with pytest.raises(Refused, match="is not trusted"):
            dial(other).send(JOBS)
        stranger = Access(server.url, trust=ssl.create_default_context(), token=Token(TOKEN), host="kubernetes.test")
        with pytest.raises(Refused, match="is not trusted"):
            dial(stranger).send(JOBS)
    assert len(server.asked) == 3, "a token went to a server that nobody vouches for"


def test_a_server_without_tls_is_told(server: ApiServer) -> None:
    plain = Access(server.url.replace("http:", "https:"), trust=ssl.create_default_context(), token=Token(TOKEN))
    with pytest.raises(Unavailable, match="doesn't speak TLS"):
        dial(plain).send(JOBS)
