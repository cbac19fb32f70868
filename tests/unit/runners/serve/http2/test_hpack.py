"""Headers: the RFC's own examples, the table of a connection, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.serve.http2.hpack import TABLE, Decoder, written

FIRST = [(b":method", b"GET"), (b":scheme", b"http"), (b":path", b"/"), (b":authority", b"www.example.com")]


@pytest.mark.parametrize(
    "blocks",
    [  # RFC 7541, C.3 and C.4: the same headers as they are, and packed
        ("828684410f7777772e6578616d706c652e636f6d", "828684be58086e6f2d6361636865",
         "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565"),
        ("828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf",
         "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"),
    ],
)  # fmt: skip
def test_the_examples_of_the_rfc_are_read(blocks: tuple[str, ...]) -> None:
    decoder = Decoder()
    first, second, third = (list(decoder.headers(bytes.fromhex(block))) for block in blocks)
    assert first == FIRST
    assert second == [*FIRST, (b"cache-control", b"no-cache")]
    assert third[1:3] == [(b":scheme", b"https"), (b":path", b"/index.html")]
    assert third[3:] == [FIRST[3], (b"custom-key", b"custom-value")]


def test_a_block_means_what_the_table_says_now() -> None:
    decoder = Decoder()
    kept = [b"\x40\x01a" + bytes((1,)) + value for value in (b"1", b"2")]
    newest = b"\xbe"
    assert decoder.headers(kept[0]) == ((b"a", b"1"),)
    assert [decoder.headers(newest) for _ in range(2)] == [((b"a", b"1"),)] * 2
    decoder.headers(kept[1])
    assert decoder.headers(newest) == ((b"a", b"2"),)
    assert decoder.headers(b"\x20\x82") == ((b":method", b"GET"),)  # the table is made empty
    with pytest.raises(ValueError, match="a number that none has"):
        decoder.headers(newest)


def test_a_table_holds_so_much_and_forgets_the_oldest() -> None:
    decoder = Decoder()
    for number in range(60):
        decoder.headers(b"\x40\x01a\x64" + bytes([number]) * 100)
    room = TABLE // (32 + 1 + 100)
    assert decoder.headers(bytes((0x80 | 61 + room,))) == ((b"a", bytes([60 - room]) * 100),)
    with pytest.raises(ValueError, match="a number that none has"):
        decoder.headers(bytes((0x80 | 62 + room,)))


def test_one_larger_than_the_table_empties_it() -> None:
    decoder = Decoder()
    decoder.headers(b"\x40\x01a\x011")
    decoder.headers(b"\x40" + written([(b"b", b"x" * TABLE)])[1:])
    with pytest.raises(ValueError, match="a number that none has"):
        decoder.headers(b"\xbe")


@pytest.mark.parametrize(
    ("block", "why"),
    [
        (b"\x80", "a number that none has"),
        (b"\x40", "ends too early"),
        (b"\x00\x05ab", "doesn't end"),
        (b"\x00\x01a", "ends too early"),
        (b"\xff\xff\xff\xff\xff\xff\x01", "too large"),
        (b"\x3f\xe2\x1f", "larger than it may be"),
        (b"\x82\x20", "amid headers"),
        (b"\x40\x01a\x7f\xa1\x1e" + b"x" * 4000 + b"\xbe" * 20, "the headers are too large"),
    ],
)
def test_what_is_no_block_is_said(block: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Decoder().headers(block)


@given(st.lists(st.tuples(st.binary(max_size=300), st.binary(max_size=300)), max_size=5))
def test_what_is_written_is_read(headers: list[tuple[bytes, bytes]]) -> None:
    assert list(Decoder().headers(written(headers))) == headers


@given(st.lists(st.binary(max_size=30), max_size=5))
def test_any_bytes_are_headers_or_an_error(blocks: list[bytes]) -> None:
    decoder = Decoder()
    for block in blocks:
        try:
            decoder.headers(block)
        except ValueError:
            return
