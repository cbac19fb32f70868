"""Frames as bytes, and settings."""

import pytest

from runners.serve.http2.frames import (
    INITIAL_WINDOW_SIZE,
    MAX_CONCURRENT_STREAMS,
    MAX_HEADER_LIST_SIZE,
    MOST_WINDOW,
    PADDED,
    STREAMS,
    BrokenProtocol,
    Code,
    bare,
    frame,
    goaway,
    opening,
    reset,
    settings_of,
)


def test_frames_are_as_the_rfc_has_them() -> None:
    assert frame(0, 1, 3, b"abc").hex() == "000003000100000003616263"
    assert reset(5, Code.CANCEL).hex() == "00000403000000000500000008"
    assert goaway(7, Code.NO_ERROR, "why").hex() == "00000b070000000000" + "0000000700000000" + b"why".hex()


@pytest.mark.parametrize(("limit", "window"), [(10, 65_535), (2**24, 2**24 + 9), (2**33, MOST_WINDOW)])
def test_a_connection_begins_with_what_it_bears(limit: int, window: int) -> None:
    told = opening(limit)
    size = int.from_bytes(told[:3], "big")
    assert dict(settings_of(told[9 : 9 + size])) == {
        MAX_CONCURRENT_STREAMS: STREAMS,
        INITIAL_WINDOW_SIZE: window,
        MAX_HEADER_LIST_SIZE: 16 * 1024,
    }


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"12345", Code.FRAME_SIZE_ERROR),
        (b"\0\x04\x80\0\0\0", Code.FLOW_CONTROL_ERROR),
        (b"\0\x05\0\0\0\x01", Code.PROTOCOL_ERROR),
    ],
)
def test_settings_that_are_none_are_refused(content: bytes, code: Code) -> None:
    with pytest.raises(BrokenProtocol) as error:
        settings_of(content)
    assert error.value.code is code


def test_padding_is_taken_away() -> None:
    assert bare(0, b"\x02abc") == b"\x02abc"
    assert bare(PADDED, b"\x02abc") == b"a"
    for content in (b"", b"\x01", b"\x04abc"):
        with pytest.raises(BrokenProtocol, match="all padding"):
            bare(PADDED, content)
