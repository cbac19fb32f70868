"""A code for tokens: asked of the issuer's token endpoint, within bounds of size and time, without redirections."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from reconciler import untrusted
from reconciler.model.kinds.access import LOOPBACK, is_server
from reconciler.providers.serving.local.authorizer.fetching import LARGEST, LONGEST, Unreachable
from runners.contract.mistakes import shown

_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "setpoint"}


async def exchanged(url: str, form: Mapping[str, str], client: tuple[str, str] | None) -> Mapping[str, Any]:
    """Return what a token endpoint answers (RFC 6749, 4.1.3).

    Args:
        url: the endpoint.
        form: what it is asked.
        client: name and secret, where they are sent by the header (RFC 6749, 2.3.1).

    Raises:
        Unreachable: it answered nothing that is a token.
    """
    if not is_server(url):
        raise Unreachable(f"{shown(url)} is not to be asked: only https is, and this machine")
    auth = httpx.BasicAuth(*(quote(one, safe="") for one in client)) if client else None
    near = urlsplit(url).hostname in LOOPBACK
    try:
        async with (
            asyncio.timeout(LONGEST),
            httpx.AsyncClient(headers=_HEADERS, timeout=LONGEST, trust_env=not near) as asking,
            asking.stream("POST", url, data=dict(form), auth=auth) as answer,
        ):
            content = await _content(url, answer)
    except TimeoutError:
        raise Unreachable(f"{url} took longer than {LONGEST:g} seconds") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise Unreachable(f"{url} can't be reached ({type(error).__name__})") from None
    return _document(url, answer.status_code, content)


async def _content(url: str, answer: httpx.Response) -> bytes:
    content = bytearray()
    async for piece in answer.aiter_raw():
        content += piece
        if len(content) > LARGEST:
            raise Unreachable(f"{url} has more than {LARGEST // 1024} KiB")
    return bytes(content)


def _document(url: str, status: int, content: bytes) -> Mapping[str, Any]:
    try:
        told = untrusted.parse(content)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise Unreachable(f"{url} answers with the status {status}, and without JSON within bounds")
    if status != 200:
        raise Unreachable(f"{url} says {shown(told.get('error') or status)}")
    return told
