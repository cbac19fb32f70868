"""One connection: good requests however they are cut, and hostile ones."""

import pytest

from runners.serve.answers import told
from runners.serve.http import request as bounds
from tests.unit.runners.serve.http.talk import GET, LIMIT, Talk, post

CHUNKED = b"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("parts", [0, 1, 2, 7, 30])
def test_a_request_is_read_however_it_is_cut(parts: int) -> None:
    talk = Talk().send(post(b"0123456789", "/a%20b?c=d", "X-One: 1", "x-ONE: 2"), parts=parts)
    (asked,) = talk.asked
    assert (asked.method, asked.path, asked.query, asked.body) == ("POST", "/a b", "c=d", b"0123456789")
    assert asked.head == {b"host": b"a", b"content-length": b"10", b"x-one": b"2"}
    assert talk.answers == [(200, {"asked": "/a b"})]
    assert not talk.transport.is_over


@pytest.mark.parametrize("parts", [0, 1, 3])
def test_a_body_in_chunks_is_read_and_what_follows_it_is_no_header(parts: int) -> None:
    talk = Talk().send(CHUNKED + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Setpoint-Smoke: 1\r\n\r\n" + GET, parts=parts)
    assert [asked.body for asked in talk.asked] == [b"abcde", b""]
    assert b"x-setpoint-smoke" not in talk.asked[0].head
    assert talk.statuses == [200, 200]


@pytest.mark.parametrize("parts", [0, 1, 50])
def test_what_is_asked_at_once_is_answered_in_order_one_after_the_other(parts: int) -> None:
    talk = Talk().send(post(b"1", "/later") + post(b"2") + post(b"3", "/later") + GET, parts=parts)
    assert (len(talk.asked), talk.answers) == (1, [])
    talk.reply()
    assert [asked.body for asked in talk.asked] == [b"1", b"2", b"3"]
    assert talk.answers == [(200, {"late": True}), (200, {"asked": "/x"})]
    talk.reply()
    assert talk.statuses == [200] * 4


def test_nothing_is_read_while_more_than_one_request_is_there() -> None:
    talk = Talk().send(post(b"1", "/later"))
    assert not talk.transport.is_paused
    talk.send(GET * 3000)
    assert talk.transport.is_paused
    talk.reply()
    assert (len(talk.statuses), talk.transport.is_paused) == (3001, False)


def test_nothing_is_begun_while_the_client_doesn_t_read() -> None:
    talk = Talk()
    talk.connection.pause_writing()
    talk.send(GET + GET)
    assert (talk.asked, talk.transport.is_paused) == ([], True)
    talk.connection.resume_writing()
    talk.turn()
    assert (talk.statuses, talk.transport.is_paused) == ([200, 200], False)
    talk.connection.pause_writing()
    talk.send(GET).wait(bounds.IDLE - 1)
    assert not talk.transport.is_over
    talk.wait(1)
    assert talk.transport.is_aborted


def test_a_head_alone_has_the_headers_of_its_answer_and_no_body() -> None:
    talk = Talk().send(b"HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n")
    assert talk.transport.written.endswith(b"content-length: 14\r\n\r\n")


@pytest.mark.parametrize(
    ("line", "stays"),
    [
        ("GET /x HTTP/1.1\r\n", True),
        ("GET /x HTTP/1.1\r\nConnection: close\r\n", False),
        ("GET /x HTTP/1.1\r\nConnection: keep-alive\r\n", True),
        ("GET /x HTTP/1.0\r\n", False),
        ("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n", False),
    ],
)
def test_a_connection_stays_where_the_client_wants_it_to(line: str, *, stays: bool) -> None:
    talk = Talk().send(line.encode() + b"\r\n")
    assert (talk.statuses, not talk.transport.is_over) == ([200], stays)
    assert (b"connection: close" in talk.transport.written) is not stays


def test_the_body_is_asked_for_where_the_client_waits_for_that() -> None:
    head = b"POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
    talk = Talk().send(head % 3)
    assert talk.transport.written == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert Talk.send(talk, b"abc").statuses == [100, 200]
    refused = Talk().send(head % (LIMIT + 1))
    assert (refused.statuses, refused.transport.is_half_closed) == ([413], True)


@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_too_large_a_body_is_read_to_its_end_and_thrown_away(framing: str) -> None:
    body = b"x" * (LIMIT + 1)
    whole = post(body) if framing == "length" else CHUNKED + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    talk = Talk().send(whole + GET, parts=40)
    assert [asked.body for asked in talk.asked] == [None, b""]
    assert Talk().send(post(body[1:])).asked[0].body == body[1:]


def test_a_body_without_end_is_not_read_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "DRAINED", 1000)
    talk = Talk().send(CHUNKED + b"64\r\n" + b"x" * 100 + b"\r\n")
    talk.send(b"400\r\n" + b"x" * 1024)
    assert (talk.asked, talk.statuses) == ([], [413])


HOSTILE = {
    "both lengths": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "both lengths the other way": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "a list of lengths": b"Content-Length: 3, 3\r\n\r\nabc",
    "a signed length": b"Content-Length: +3\r\n\r\nabc",
    "a negative length": b"Content-Length: -3\r\n\r\nabc",
    "an endless length": b"Content-Length: 99999999999999999999\r\n\r\nabc",
    "no length": b"Content-Length: \r\n\r\nabc",
    "a hexadecimal length": b"Content-Length: 0x3\r\n\r\nabc",
    "a space before the colon": b"Content-Length : 3\r\n\r\nabc",
    "a bare LF after a header": b"X: y\nContent-Length: 3\r\n\r\nabc",
    "a bare LF after the head": b"Content-Length: 3\r\n\nabc",
    "a bare CR in a header": b"X: a\rContent-Length: 3\r\n\r\nabc",
    "a folded header": b"X: a\r\n Content-Length: 3\r\n\r\nabc",
    "a NUL in a header": b"X: a\0b\r\n\r\n",
    "a header without a name": b": a\r\n\r\n",
    "another coding": b"Transfer-Encoding: gzip\r\n\r\nabc",
    "a coding by a wrong name": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked twice": b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "chunked and then not": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "a chunk without a size": b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    "a negative chunk": b"Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n",
    "a chunk longer than it says": b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
    "an endless chunk": b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nabc\r\n0\r\n\r\n",
    "a bare LF after a chunk's size": b"Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("parts", [0, 1])
@pytest.mark.parametrize("what", HOSTILE)
def test_what_could_be_read_in_two_ways_is_refused_and_nothing_after_it_is_read(what: str, parts: int) -> None:
    talk = Talk().send(b"POST /x HTTP/1.1\r\nHost: a\r\n" + HOSTILE[what] + GET, parts=parts)
    assert (talk.asked, talk.statuses) == ([], [400])
    assert "no request of HTTP/1.1" in talk.answers[0][1]["error"]
    assert b"connection: close" in talk.transport.written
    assert talk.transport.is_half_closed


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01", 400),
        (b"BREW / HTTP/1.1\r\n\r\n", 400),
        (b"GET /x HTTP/1.1\nHost: a\n\n", 400),
        (b"GET /\xff HTTP/1.1\r\n\r\n", 400),
        (b"GET x y HTTP/1.1\r\n\r\n", 400),
        (b"GET /x\r\n\r\n", 505),
        (b"GET /x HTTP/2.0\r\n\r\n", 505),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"CONNECT a:443 HTTP/1.1\r\n\r\n", 405),
    ],
)
def test_other_protocols_are_told_so(sent: bytes, status: int) -> None:
    assert Talk().send(sent).statuses == [status]
    assert Talk().send(sent, parts=1).statuses == [status]


def test_what_came_before_a_bad_request_is_answered_before_it() -> None:
    talk = Talk().send(post(b"1", "/later") + GET + b"nonsense\r\n\r\n")
    assert talk.answers == []
    talk.reply()
    assert talk.statuses == [200, 200, 400]
    talk.send(GET)
    assert len(talk.asked) == 2


@pytest.mark.parametrize("headers", ["Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n"])
@pytest.mark.parametrize("parts", [0, 1, 17])
def test_an_offer_of_another_protocol_is_declined_and_the_request_answered(headers: str, parts: int) -> None:
    one = post(b"abc", "/x", *headers.strip().split("\r\n"))
    talk = Talk().send(one + GET + one, parts=parts)
    assert [asked.body for asked in talk.asked] == [b"abc", b"", b"abc"]
    assert talk.statuses == [200] * 3


@pytest.mark.parametrize(
    "flood",
    [
        b"GET /x HTTP/1.1\r\n" + b"X-Y: z\r\n" * 200_000,
        b"GET /x HTTP/1.1\r\nX: " + b"y" * 1_000_000,
        b"GET /" + b"y" * 1_000_000,
        CHUNKED + b"1;" + b"y" * 1_000_000,
        CHUNKED + b"0\r\n" + b"X-Y: z\r\n" * 200_000,
    ],
    ids=["headers", "header", "path", "extension", "trailers"],
)
def test_what_stands_around_a_body_is_bounded(flood: bytes) -> None:
    talk = Talk().send(flood, parts=4096)
    assert (talk.asked, talk.statuses) == ([], [431])


def test_chunks_of_a_byte_are_read() -> None:
    talk = Talk(10**6).send(CHUNKED + b"1\r\nx\r\n" * 100_000 + b"0\r\n\r\n", parts=65_536)
    assert talk.asked[0].body == b"x" * 100_000


def test_who_sends_slowly_is_told_and_cut() -> None:
    talk = Talk().send(post(b"abc")[:-20])
    talk.wait(bounds.HEAD_SECONDS - 1)
    assert talk.statuses == []
    talk.wait(1)
    assert (talk.statuses, talk.transport.is_half_closed) == ([408], True)
    talk.wait(bounds.LINGER)
    assert talk.transport.is_aborted


def test_a_body_has_longer_than_its_head_and_not_for_ever() -> None:
    talk = Talk().send(post(b"abc")[:-1])
    talk.wait(bounds.SENDING - 1)
    talk.send(b"")
    assert talk.statuses == []
    talk.wait(1)
    assert talk.statuses == [408]


def test_a_connection_without_requests_ends_and_one_that_waits_for_the_model_doesn_t() -> None:
    idle, busy = Talk(), Talk().send(post(b"1", "/later"))
    for talk in (idle, busy):
        talk.wait(bounds.IDLE)
    assert (idle.transport.is_over, idle.statuses) == (True, [])
    busy.wait(3600)
    busy.reply()
    assert (busy.statuses, busy.transport.is_over) == ([200], False)
    busy.wait(bounds.IDLE - 1)
    assert not busy.transport.is_over
    busy.wait(1 + bounds.LINGER)
    assert busy.transport.is_aborted


def test_a_client_that_has_gone_is_told_nothing() -> None:
    talk = Talk().send(post(b"1", "/later") + GET)
    talk.transport.close()
    talk.connection.connection_lost(None)
    talk.reply()
    assert (talk.statuses, len(talk.asked), talk.connections.open) == ([], 1, set())


def test_a_client_that_sends_no_more_is_answered_and_one_that_broke_off_isn_t() -> None:
    talk = Talk().send(post(b"1", "/later") + GET)
    assert talk.connection.eof_received()
    talk.reply()
    assert (talk.statuses, talk.transport.is_over) == ([200, 200], True)
    assert not Talk().connection.eof_received()
    assert not Talk().send(post(b"abc")[:-1]).connection.eof_received()


def test_at_the_end_what_was_asked_is_answered_and_nothing_else() -> None:
    idle, half, busy = Talk(), Talk().send(post(b"abc")[:-1]), Talk().send(post(b"1", "/later"))
    for talk in (idle, half, busy):
        talk.connections.is_ending = True
        talk.connection.drain()
    assert [talk.transport.is_over for talk in (idle, half, busy)] == [True, False, False]
    half.send(b"c")
    busy.reply()
    for talk in (half, busy):
        assert (talk.statuses, talk.transport.is_over) == ([200], True)
        assert b"connection: close" in talk.transport.written


def test_only_the_first_answer_counts() -> None:
    talk = Talk().send(post(b"1", "/later"))
    (reply,) = talk.later
    reply(told(1))
    reply(told(2))
    assert talk.answers == [(200, 1)]


def test_a_fault_of_ours_is_no_client_s_mistake() -> None:
    talk = Talk()
    talk.connections.limit = "broken"  # type: ignore[assignment]
    with pytest.raises(TypeError):
        talk.send(post(b"abc"))
