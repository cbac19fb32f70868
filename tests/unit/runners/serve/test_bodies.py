"""The body of a request that came compressed."""

import gzip
import zlib

import pytest

from runners.serve.bodies import is_known, unpacked

LIMIT = 10
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
