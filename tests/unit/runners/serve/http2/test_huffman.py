"""Huffman's code: the RFC's own examples, and what is none."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.serve.http2.huffman import unpacked


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ("f1e3c2e5f23a6ba0ab90f4ff", b"www.example.com"),  # RFC 7541, C.4.1
        ("a8eb10649cbf", b"no-cache"),
        ("25a849e95ba97d7f", b"custom-key"),
        ("25a849e95bb8e8b4bf", b"custom-value"),
        ("d07abe941054d444a8200595040b8166e082a62d1bff", b"Mon, 21 Oct 2013 20:13:21 GMT"),  # C.6.1
        ("", b""),
    ],
)
def test_the_examples_of_the_rfc_are_read(told: str, text: bytes) -> None:
    assert unpacked(bytes.fromhex(told)) == text


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("ff", "within a word"),
        ("1f00", "within a word"),
        ("fffffffc", "the word that ends it"),
        ("18", "within a word"),
    ],
)
def test_what_is_no_text_is_said(told: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        unpacked(bytes.fromhex(told))


@given(st.binary(max_size=40))
def test_any_bytes_are_a_text_or_an_error(data: bytes) -> None:
    with suppress(ValueError):
        assert len(unpacked(data)) <= 8 * len(data) / 5
