"""The heads of answers, and the clock of connections."""

from runners.serve.answers import JSON, Answer
from runners.serve.http.connections import Connections


class Kept:
    """A connection that keeps what it was told."""

    def __init__(self) -> None:
        self.moments: list[float] = []

    def expire(self, now: float) -> None:
        self.moments.append(now)

    def drain(self) -> None:
        raise AssertionError

    def abort(self) -> None:
        raise AssertionError


def connections() -> Connections:
    return Connections(lambda request, reply: None, 10, lambda what: None, lambda make, reply: None)


def test_a_head_says_the_time_how_long_the_body_is_and_that_the_connection_ends() -> None:
    one = connections()
    one.tick(1.0, 784_111_777.0)
    usual = b"HTTP/1.1 200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-type: application/json\r\n"
    assert one.head_of(Answer(200, b"{}"), stays=True) == usual + b"content-length: 2\r\n\r\n"
    closing = usual + b"connection: close\r\ncontent-length: 2\r\n\r\n"
    assert one.head_of(Answer(200, b"{}"), stays=False) == closing
    one.tick(2.0, 784_111_778.0)
    other = one.head_of(Answer(404, b"", (*JSON, (b"allow", b"GET"))), stays=True)
    assert other.startswith(b"HTTP/1.1 404 Not Found\r\ndate: Sun, 06 Nov 1994 08:49:38 GMT\r\n")
    assert other.endswith(b"allow: GET\r\ncontent-length: 0\r\n\r\n")
    assert one.head_of(Answer(299, b""), stays=True).startswith(b"HTTP/1.1 299 \r\n")


def test_each_connection_is_told_the_time() -> None:
    one, kept = connections(), Kept()
    one.open.add(kept)
    one.tick(5.0, 0.0)
    assert (kept.moments, one.now) == ([5.0], 5.0)
