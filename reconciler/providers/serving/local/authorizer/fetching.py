"""Documents of issuers: fetched within bounds of size and time, without redirections, by https or from this machine."""

import asyncio
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

from reconciler import untrusted
from reconciler.model.kinds.access import LOOPBACK, is_server
from runners.contract.mistakes import shown

LARGEST = 512 * 1024
"""Bytes of a document."""
LONGEST = 5.0
"""Seconds that a whole document may take, however steadily it drips."""
_STEP = 3.0
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "setpoint"}


class Unreachable(Exception):
    """A document that didn't come, or isn't what it should be."""


class Fetch(Protocol):
    """How a document is fetched."""

    async def __call__(self, url: str) -> Any:
        """Return the JSON document at an address.

        Raises:
            Unreachable: there is none, or it has no end.
        """


class Documents:
    """Fetches JSON documents. Addresses of this machine are reached directly, others as the environment says."""

    def __init__(self) -> None:
        self._clients: dict[bool, httpx.AsyncClient] = {}

    async def __call__(self, url: str) -> Any:
        """Return the JSON document at an address.

        Raises:
            Unreachable: there is none, or it has no end.
        """
        if not is_server(url):
            raise Unreachable(f"{shown(url)} is not to be asked: only https is, and this machine")
        try:
            async with asyncio.timeout(LONGEST):
                return untrusted.parse(await self._content(url))
        except TimeoutError:
            raise Unreachable(f"{url} took longer than {LONGEST:g} seconds") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise Unreachable(f"{url} can't be reached ({type(error).__name__})") from None
        except ValueError:
            raise Unreachable(f"{url} has no JSON within bounds") from None

    async def _content(self, url: str) -> bytes:
        content = bytearray()
        async with self._client(url).stream("GET", url) as answer:
            if answer.status_code != 200 or answer.headers.get("Content-Encoding", "identity") != "identity":
                raise Unreachable(f"{url} answers with the status {answer.status_code}, and not with a document")
            async for piece in answer.aiter_raw():
                content += piece
                if len(content) > LARGEST:
                    raise Unreachable(f"{url} has more than {LARGEST // 1024} KiB")
        return bytes(content)

    def _client(self, url: str) -> httpx.AsyncClient:
        near = urlsplit(url).hostname in LOOPBACK
        if near not in self._clients:
            self._clients[near] = httpx.AsyncClient(headers=_HEADERS, timeout=_STEP, trust_env=not near)
        return self._clients[near]

    async def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            await client.aclose()
