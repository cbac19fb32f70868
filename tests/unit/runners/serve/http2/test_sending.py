"""Answers go as fast as the client has room for them."""

import pytest

from runners.serve.http2.frames import (
    DATA,
    HEADERS,
    INITIAL_WINDOW_SIZE,
    LARGEST,
    MOST_WINDOW,
    PREFACE,
    SETTINGS,
    WINDOW,
    WINDOW_UPDATE,
    Code,
    frame,
)
from runners.serve.http2.streams import Answer
from tests.unit.runners.serve.http2.talk import LATER, START, Talk, asked

LARGE = bytes(range(256)) * 150


def room(stream: int, size: int) -> bytes:
    return frame(WINDOW_UPDATE, 0, stream, size.to_bytes(4, "big"))


def setting(name: int, value: int) -> bytes:
    return frame(SETTINGS, 0, 0, name.to_bytes(2, "big") + value.to_bytes(4, "big"))


def test_an_answer_is_headers_a_body_and_trailers() -> None:
    talk = Talk().send(asked(1))
    assert [(one.kind, one.flags) for one in talk.frames] == [(HEADERS, 4), (DATA, 0), (HEADERS, 5)]
    assert talk.bodies == {1: b"abc"}


def test_an_answer_without_a_body_is_its_headers() -> None:
    talk = Talk().send(asked(1, headers=LATER))
    talk.later[0](Answer(START))
    assert [(one.kind, one.flags, one.content) for one in talk.frames] == [(HEADERS, 5, START)]


def test_a_large_answer_goes_in_frames() -> None:
    talk = Talk().send(asked(1, LARGE))
    assert talk.bodies == {1: LARGE}
    assert [len(one.content) for one in talk.of(DATA)] == [LARGEST, LARGEST, len(LARGE) - 2 * LARGEST]


def test_what_a_connection_has_no_room_for_waits() -> None:
    talk = Talk().send(asked(1, LARGE), asked(3, LARGE), asked(5, b"small"))
    assert sum(len(one.content) for one in talk.of(DATA)) == WINDOW
    assert list(talk.bodies) == [1]
    talk.send(room(0, 11_000), room(0, 1_000_000))
    assert talk.bodies == {1: LARGE, 3: LARGE, 5: b"small"}


def test_what_one_request_has_no_room_for_keeps_no_other() -> None:
    talk = Talk().send(setting(INITIAL_WINDOW_SIZE, 100), asked(1, LARGE), asked(3, b"small"))
    assert talk.bodies == {3: b"small"}
    talk.send(setting(INITIAL_WINDOW_SIZE, 0), room(1, 200))
    assert sum(len(one.content) for one in talk.of(DATA) if one.stream == 1) == 200
    talk.send(setting(INITIAL_WINDOW_SIZE, 50_000))
    assert talk.bodies == {1: LARGE, 3: b"small"}


def test_a_table_that_is_made_smaller_is_heeded() -> None:
    talk = Talk().send(setting(1, 0), asked(1), asked(3))
    assert [one.content for one in talk.of(HEADERS) if not one.flags & 1] == [b"\x20" + START, START]


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ((room(0, 0),), Code.PROTOCOL_ERROR),
        ((room(0, MOST_WINDOW),), Code.FLOW_CONTROL_ERROR),
        ((room(7, 1),), Code.PROTOCOL_ERROR),
        ((frame(WINDOW_UPDATE, 0, 0, b"123"),), Code.FRAME_SIZE_ERROR),
        ((asked(1, headers=LATER), room(1, 1000), setting(INITIAL_WINDOW_SIZE, MOST_WINDOW)), Code.FLOW_CONTROL_ERROR),
    ],
)
def test_room_that_is_none_ends_the_connection(frames: tuple[bytes, ...], code: Code) -> None:
    talk = Talk().send(*frames)
    assert (talk.end, talk.transport.is_over) == (code, True)


@pytest.mark.parametrize(("size", "code"), [(0, Code.PROTOCOL_ERROR), (MOST_WINDOW, Code.FLOW_CONTROL_ERROR)])
def test_room_that_is_none_for_one_request_ends_that(size: int, code: Code) -> None:
    talk = Talk().send(asked(1, headers=LATER), room(1, size), asked(3))
    assert (talk.resets, talk.bodies, talk.end) == ({1: code}, {3: b"abc"}, None)


def test_room_for_what_is_over_is_nobody_s() -> None:
    assert Talk().send(asked(1), room(1, 10)).end is None


def test_a_client_says_what_it_bears_before_it_asks() -> None:
    talk = Talk(greets=False).send(PREFACE, asked(1))
    assert talk.end is Code.PROTOCOL_ERROR
