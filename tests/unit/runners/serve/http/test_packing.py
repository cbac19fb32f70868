"""Answers by gzip: for whom, from which size on, and what is said of it."""

import gzip

import pytest

from runners.serve.answers import Answer, told
from runners.serve.http import packing
from runners.serve.http.connection import Connection
from runners.serve.http.connections import Connections
from tests.unit.runners.serve.http.talk import Transport

LARGE = told({"rows": ["the same"] * 4000})


@pytest.mark.parametrize(
    ("said", "is_taken"),
    [
        (None, False),
        (b"", False),
        (b"gzip", True),
        (b"GZIP, deflate, br", True),
        (b"br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        (b"gzip;q=0", False),
        (b"gzip; q=0.000, *", False),
        (b"*", True),
        (b"*;q=0", False),
        (b"identity, deflate", False),
        (b"x-gzip", True),
        (b";;,,=", False),
    ],
)
def test_who_takes_it_is_told_by_the_client(said: bytes | None, *, is_taken: bool) -> None:
    assert packing.takes_gzip({} if said is None else {b"accept-encoding": said}) is is_taken


def test_what_is_small_or_binary_is_sent_as_it_is() -> None:
    assert packing.is_packable(LARGE)
    assert packing.is_packable(LARGE._replace(headers=((b"content-type", b"text/html; charset=utf-8"),)))
    assert not packing.is_packable(told({"rows": []}))
    assert not packing.is_packable(LARGE._replace(headers=((b"content-type", b"application/octet-stream"),)))
    assert not packing.is_packable(LARGE._replace(headers=()))


def test_it_is_the_same_when_it_is_unpacked_and_says_what_it_is() -> None:
    found = packing.packed(LARGE)
    assert gzip.decompress(found.body) == LARGE.body
    assert len(found.body) < len(LARGE.body) / 20
    assert {(b"content-encoding", b"gzip"), (b"vary", b"accept-encoding")} <= set(found.headers)
    grows = Answer(200, b"x", LARGE.headers)
    assert packing.packed(grows) == packing.varying(grows)


def test_over_a_connection_each_client_gets_what_it_takes() -> None:
    connections = Connections(
        lambda _, reply: reply(LARGE), 100, lambda what: what(), lambda make, reply: reply(make())
    )
    connections.tick(1000.0, 0.0)
    taking = b"Accept-Encoding: gzip\r\n"
    for method, head, is_packed in ((b"GET", taking, True), (b"GET", b"", False), (b"HEAD", taking, False)):
        connection, transport = Connection(connections), Transport()
        connection.connection_made(transport)  # type: ignore[arg-type]
        connection.data_received(method + b" / HTTP/1.1\r\nHost: a\r\n" + head + b"\r\n")
        told_of, _, body = transport.written.partition(b"\r\n\r\n")
        assert (b"content-encoding: gzip" in told_of, b"vary: accept-encoding" in told_of) == (is_packed, True)
        if method == b"GET":
            assert (gzip.decompress(body) if is_packed else body) == LARGE.body
            assert b"content-length: %d\r" % len(body) in told_of + b"\r"
        connection.connection_lost(None)
