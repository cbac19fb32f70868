"""Encodings: by mark, by whether all of it is UTF-8, else Windows'."""

import io

import pytest

from runners.contract import InputError
from runners.survey.encoding import encoding_of


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"", "utf-8"),
        ("a,Größe\n".encode(), "utf-8"),
        ("a,Größe\n".encode("utf-8-sig"), "utf-8"),
        ("a,Größe\n".encode("utf-16"), "utf-16"),
        ("a,Größe €\n".encode("cp1252"), "cp1252"),
        (b"a" * (2**20 - 1) + "ö".encode(), "utf-8"),  # a sign that two pieces share
        ("ö".encode()[:1], "cp1252"),  # one that the end cuts
    ],
)
def test_an_encoding_is_found_out(content: bytes, encoding: str) -> None:
    assert encoding_of(io.BytesIO(content), "x.csv") == encoding


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(InputError, match="no text"):
        encoding_of(io.BytesIO(b"PK\0\1"), "x.csv")
