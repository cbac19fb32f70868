"""Forms within bounds."""

import asyncio
from collections.abc import Mapping

import pytest
from starlette.requests import Request
from starlette.types import Message

from reconciler.web.login.forms import LARGEST, TooLarge, form_of


def read(*pieces: bytes) -> Mapping[str, str]:
    left = list(pieces)

    async def receive() -> Message:
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    return asyncio.run(form_of(Request({"type": "http", "method": "POST", "headers": []}, receive)))


def test_fields_are_read_in_pieces() -> None:
    assert read(b"a=1&b=%C3", b"%A4&c=&a=2") == {"a": "2", "b": "ä", "c": ""}
    assert read(b"") == {}


@pytest.mark.parametrize("content", [b"a" * (LARGEST + 1), b"\xff=1", b"&".join([b"a=1"] * 30)])
def test_what_nobody_of_ours_sends_isn_t(content: bytes) -> None:
    with pytest.raises(TooLarge):
        read(content)
