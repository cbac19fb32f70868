"""Requests however they are cut, and hostile ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.serve.http2.frames import (
    BLOCK,
    CONTINUATION,
    CREDIT,
    DATA,
    END_HEADERS,
    END_STREAM,
    HEADERS,
    LARGEST,
    PADDED,
    PING,
    PREFACE,
    PRIORITY,
    PUSH_PROMISE,
    RST_STREAM,
    SETTINGS,
    STREAMS,
    WINDOW_UPDATE,
    WITH_PRIORITY,
    Code,
    frame,
    reset,
)
from runners.serve.http2.hpack import written
from runners.serve.http2.streams import Answer
from tests.unit.runners.serve.http2.talk import ASKED, LATER, LIMIT, START, Talk, asked, body, head

BLOCKED = written(ASKED)


@pytest.mark.parametrize("parts", [0, 1, 7, 1000])
def test_requests_are_answered_however_they_are_cut(parts: int) -> None:
    content = b"x" * 20_000 if parts != 1 else b"x" * 20
    talk = Talk(greets=False).send(
        PREFACE, frame(SETTINGS, 0, 0), asked(1), asked(3, content), asked(5, b""), parts=parts
    )
    assert (talk.bodies, talk.end) == ({1: b"abc", 3: content, 5: b""}, None)
    assert talk.asked[0].headers[b":path"] == b"/x"


def test_headers_may_go_on_in_other_frames_with_padding_and_a_priority() -> None:
    talk = Talk().send(
        frame(HEADERS, PADDED | WITH_PRIORITY, 1, b"\x02" + bytes(5) + BLOCKED[:5] + b"\0\0"),
        frame(CONTINUATION, 0, 1, BLOCKED[5:9]),
        frame(CONTINUATION, END_HEADERS, 1, BLOCKED[9:]),
        frame(PRIORITY, 0, 1, bytes(5)),
        frame(0x77, 0, 1, b"of a kind that isn't known"),
        frame(DATA, END_STREAM | PADDED, 1, b"\x03abc\0\0\0"),
    )
    assert talk.bodies == {1: b"abc"}


def test_a_request_may_end_with_headers() -> None:
    trailers = frame(HEADERS, END_HEADERS | END_STREAM, 1, written([(b"a", b"b")]))
    assert Talk().send(head(1), body(1, b"abc", 0), trailers).bodies == {1: b"abc"}
    assert Talk().send(head(1, flags=END_HEADERS | END_STREAM)).bodies == {1: b""}


def test_one_that_is_too_large_is_told_before_it_has_come() -> None:
    talk = Talk().send(head(1), body(1, bytes(LIMIT + 1), 0))
    assert talk.asked[0].body is None
    assert (talk.bodies, talk.resets) == ({1: b""}, {1: Code.NO_ERROR})
    talk.send(body(1, bytes(LIMIT)), asked(3))
    assert (talk.bodies[3], talk.end) == (b"abc", None)


def test_one_that_is_too_large_and_answered_later_is_read_meanwhile() -> None:
    talk = Talk().send(head(1, LATER), body(1, bytes(LIMIT + 1), 0), body(1, bytes(10)))
    talk.later[0](Answer(START))
    assert (talk.resets, talk.end, len(talk.asked)) == ({}, None, 1)


def test_leave_to_send_is_given_as_it_is_used() -> None:
    talk = Talk(limit=CREDIT)
    talk.send(*(asked(number, bytes(LARGEST * 100)) for number in range(1, 13, 2)))
    (told,) = talk.of(WINDOW_UPDATE)
    assert int.from_bytes(told.content, "big") > CREDIT // 2


def test_more_at_once_than_is_borne_are_refused() -> None:
    talk = Talk().send(*(asked(number, headers=LATER) for number in range(1, 2 * STREAMS + 2, 2)))
    assert (talk.resets, len(talk.later)) == ({2 * STREAMS + 1: Code.REFUSED_STREAM}, STREAMS)
    talk.later[0](Answer(START))
    assert talk.send(asked(999)).bodies[999] == b"abc"


def test_requests_that_are_given_up_count_until_they_are_answered() -> None:
    talk = Talk()
    for number in range(1, 2 * STREAMS + 2, 2):
        talk.send(asked(number, headers=LATER), reset(number, Code.CANCEL))
    assert (len(talk.later), talk.resets) == (STREAMS, {2 * STREAMS + 1: Code.REFUSED_STREAM})
    for reply in talk.later:
        reply(Answer(START, b"nobody's"))
    assert talk.bodies == {}
    assert talk.send(asked(999)).bodies == {999: b"abc"}


def test_what_is_given_up_half_sent_is_forgotten() -> None:
    talk = Talk().send(head(1), body(1, b"ab", 0), reset(1, Code.CANCEL), body(1, b"c"), asked(3))
    assert (talk.bodies, talk.end, len(talk.asked)) == ({3: b"abc"}, None, 1)


def test_a_ping_is_answered() -> None:
    (told,) = Talk().send(frame(PING, 0, 0, b"12345678")).frames
    assert (told.kind, told.flags, told.content) == (PING, 1, b"12345678")


STREAM_FAULTS = {
    "no path": (head(1, ASKED[:2]), Code.PROTOCOL_ERROR),
    "more after its end": (asked(1, headers=LATER) + body(1, b"more"), Code.STREAM_CLOSED),
    "headers after its end": (asked(1, headers=LATER) + head(1, flags=END_HEADERS | END_STREAM), Code.STREAM_CLOSED),
    "headers amid it": (head(1) + head(1), Code.PROTOCOL_ERROR),
    "frames of nothing": (head(1) + frame(DATA, 0, 1) * 2000, Code.ENHANCE_YOUR_CALM),
}


@pytest.mark.parametrize("case", STREAM_FAULTS)
def test_a_fault_of_one_request_ends_that(case: str) -> None:
    sent, code = STREAM_FAULTS[case]
    talk = Talk().send(sent, asked(3))
    assert (talk.resets, talk.bodies, talk.end) == ({1: code}, {3: b"abc"}, None)


def test_bodies_in_parts_are_bounded_together() -> None:
    talk = Talk()
    for number in range(1, 41, 2):
        talk.send(head(number), body(number, bytes(LIMIT), 0))
    assert set(talk.resets.values()) == {Code.ENHANCE_YOUR_CALM}
    assert len(talk.resets) == 4
    assert talk.send(body(1, b"")).bodies == {1: bytes(LIMIT)}


CONNECTION_FAULTS = {
    "a large frame": (b"\x00\x40\x01\x00\x00\0\0\0\x01", Code.FRAME_SIZE_ERROR),
    "an even number": (head(2), Code.PROTOCOL_ERROR),
    "no number": (frame(DATA, 0, 0, b"x"), Code.PROTOCOL_ERROR),
    "a body of nothing": (body(1, b"x"), Code.PROTOCOL_ERROR),
    "an end of nothing": (reset(1, Code.CANCEL), Code.PROTOCOL_ERROR),
    "a short end": (asked(1) + frame(RST_STREAM, 0, 1, b"1"), Code.FRAME_SIZE_ERROR),
    "headers cut in": (head(1, flags=0) + body(1, b""), Code.PROTOCOL_ERROR),
    "another's headers": (head(1, flags=0) + frame(CONTINUATION, 4, 3, b"x"), Code.PROTOCOL_ERROR),
    "headers of nothing": (head(1, flags=0) + frame(CONTINUATION, 0, 1), Code.ENHANCE_YOUR_CALM),
    "endless headers": (
        head(1, flags=0) + frame(CONTINUATION, 0, 1, bytes(LARGEST)) * (BLOCK // LARGEST),
        Code.ENHANCE_YOUR_CALM,
    ),
    "a continuation alone": (frame(CONTINUATION, 4, 1, b"x"), Code.PROTOCOL_ERROR),
    "headers that are none": (frame(HEADERS, 4, 1, b"\x80"), Code.COMPRESSION_ERROR),
    "a promise": (frame(PUSH_PROMISE, 4, 1, bytes(4)), Code.PROTOCOL_ERROR),
    "settings of a request": (frame(SETTINGS, 0, 1), Code.PROTOCOL_ERROR),
    "settings with a yes": (frame(SETTINGS, 1, 0, bytes(6)), Code.FRAME_SIZE_ERROR),
    "a ping of a request": (frame(PING, 0, 1, bytes(8)), Code.PROTOCOL_ERROR),
    "a short ping": (frame(PING, 0, 0, b"1"), Code.FRAME_SIZE_ERROR),
    "all padding": (head(1) + frame(DATA, PADDED, 1, b"\x05abc"), Code.PROTOCOL_ERROR),
}


@pytest.mark.parametrize("parts", [0, 1])
@pytest.mark.parametrize("case", CONNECTION_FAULTS)
def test_a_fault_of_the_connection_ends_it(case: str, parts: int) -> None:
    sent, code = CONNECTION_FAULTS[case]
    talk = Talk().send(sent, asked(5), parts=parts)
    assert (talk.end, talk.transport.is_over, 5 in talk.bodies) == (code, True, False)


def test_what_speaks_otherwise_is_told() -> None:
    talk = Talk(greets=False).send(b"GET / HTTP/1.1\r\n\r\n")
    assert (talk.end, talk.transport.is_over) == (Code.PROTOCOL_ERROR, True)


@given(
    st.lists(st.tuples(st.integers(0, 10), st.integers(0, 255), st.integers(0, 7), st.binary(max_size=20)), max_size=8)
)
def test_no_frames_break_it(sent: list[tuple[int, int, int, bytes]]) -> None:
    talk = Talk().send(*(frame(*one) for one in sent))
    assert talk.transport.is_over is (talk.end is not None)
