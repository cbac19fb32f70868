"""The headers and the body of one request."""

import pytest

from runners.serve.http2.frames import BrokenStream
from runners.serve.http2.streams import Stream, by_name
from tests.unit.runners.serve.http2.talk import ASKED


def test_headers_are_known_by_their_names() -> None:
    assert by_name((*ASKED, (b"a", b"1"), (b"a", b"2")))[b"a"] == b"2"


@pytest.mark.parametrize(
    "headers",
    [
        ASKED[1:],
        (*ASKED, (b":authority", b"x")),
        ((b":status", b"200"), *ASKED),
        (ASKED[0], *ASKED),
        (*ASKED, (b"Upper", b"x")),
        (*ASKED, (b"connection", b"close")),
        (*ASKED, (b"", b"x")),
    ],
)
def test_headers_of_no_request_are_refused(headers: tuple[tuple[bytes, bytes], ...]) -> None:
    with pytest.raises(BrokenStream, match="PROTOCOL_ERROR"):
        by_name(headers)


def test_a_body_comes_in_parts() -> None:
    stream = Stream(1, {}, 0, 0.0)
    for part in (b"a", b"bc", b"d"):
        stream.take(part)
    assert (bytes(stream.body), stream.size) == (b"abcd", 4)
