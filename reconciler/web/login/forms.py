"""Forms as browsers send them, within bounds."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

LARGEST = 16 * 1024
"""Bytes of a body."""
MOST = 20
"""Fields of a form."""


class TooLarge(Exception):
    """A body that nobody of ours would send; the text says why."""


async def body_of(request: Request) -> bytes:
    """Return the body of a request.

    Raises:
        TooLarge: it is too large.
    """
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > LARGEST:
            raise TooLarge(f"this has more than {LARGEST // 1024} KiB")
    return bytes(content)


async def form_of(request: Request) -> Mapping[str, str]:
    """Return the fields of a form; of those that come twice, the last.

    Raises:
        TooLarge: it is too large, or no form.
    """
    try:
        return dict(parse_qsl((await body_of(request)).decode("utf-8"), keep_blank_values=True, max_num_fields=MOST))
    except ValueError:
        raise TooLarge("this is no form of ours") from None
