"""The body of a request: bounded as it comes and as it is unpacked."""

import asyncio
import gzip
import zlib
from collections.abc import Sequence

import pytest

from runners.serve.bodies import Message, is_known, read, unpacked

LIMIT = 10


def body_of(parts: Sequence[bytes], announced: int = 0) -> tuple[bytes | None, int]:
    """Read a body that comes in parts; return it, and how many of them were read."""
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": parts[taken - 1], "more_body": taken < len(parts)}

    return asyncio.run(read(receive, LIMIT, announced)), taken


@pytest.mark.parametrize("parts", [(b"",), (b"12345",), (b"123", b"", b"45"), (b"1234567890",), (b"12345", b"67890")])
def test_a_body_is_read_whole(parts: tuple[bytes, ...]) -> None:
    assert body_of(parts) == (b"".join(parts), len(parts))


@pytest.mark.parametrize("parts", [(b"x" * 11,), (b"x" * 6, b"x" * 6, b"x"), (b"x" * 11, b"", b"")])
def test_too_large_a_body_is_read_to_its_end_and_thrown_away(parts: tuple[bytes, ...]) -> None:
    assert body_of(parts) == (None, len(parts))


def test_one_that_says_it_is_too_large_is_believed() -> None:
    assert body_of((b"x", b"x"), 11) == (None, 2)
    assert body_of((b"x" * 10,), 10) == (b"x" * 10, 1)


def test_a_body_without_end_is_not_read_for_ever() -> None:
    async def receive() -> Message:
        return {"type": "http.request", "body": bytes(2**26), "more_body": True}

    assert asyncio.run(read(receive, LIMIT)) is None


PACKED = {b"gzip": gzip.compress, b"deflate": zlib.compress}


@pytest.mark.parametrize("encoding", PACKED)
@pytest.mark.parametrize("length", [0, 1, LIMIT])
def test_what_was_packed_is_unpacked(encoding: bytes, length: int) -> None:
    assert is_known(encoding.upper())
    assert unpacked(PACKED[encoding](b"x" * length), encoding, LIMIT) == b"x" * length


@pytest.mark.parametrize("encoding", PACKED)
@pytest.mark.parametrize("length", [LIMIT + 1, 10_000_000])
def test_what_is_too_large_unpacked_is_unpacked_no_further(encoding: bytes, length: int) -> None:
    assert unpacked(PACKED[encoding](b"x" * length), encoding, LIMIT) is None


@pytest.mark.parametrize("encoding", PACKED)
@pytest.mark.parametrize("spoilt", [b"", b"x", b"half", b"more"])
def test_what_is_not_packed_so_is_refused(encoding: bytes, spoilt: bytes) -> None:
    whole = PACKED[encoding](b"12345")
    sent = {b"half": whole[:-3], b"more": whole + b"x"}.get(spoilt, spoilt)
    with pytest.raises(ValueError, match=r"."):
        unpacked(sent, encoding, LIMIT)


def test_other_encodings_are_unknown() -> None:
    assert not any(map(is_known, (b"br", b"zstd", b"gzip, gzip", b"identity", b"")))
