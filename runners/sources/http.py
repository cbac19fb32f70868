"""Files over HTTP, fetched whole before they are read: a server needs to know neither ranges nor its file's length.

What is fetched is the file and all of it, or an error: a body that breaks off, a part of a file and a page that asks
for a password never become rows.
"""

import asyncio
import gzip
import tempfile
from contextlib import ExitStack
from typing import IO, Any

from fsspec.asyn import sync

from runners.contract import InputError
from runners.sources.room import room

PATIENCE = 60.0
"""Seconds that a server may take to answer, and between two pieces of a body; the whole may take as long as the job."""
_PIECE = 2**20
_AS_IT_IS = ("", "identity")
_PACKED = ("gzip", "x-gzip")
_GIVE = "let the server give the file itself, or keep it in a store"


def fetch(files: Any, url: str, where: str, *, ends_itself: bool, most: int = 0) -> IO[bytes]:
    """Fetch a file; return it open, as it was before it was packed for the way. When it is closed, it is gone.

    Args:
        files: fsspec's file system of HTTP.
        url: the URL, secrets revealed.
        where: the URL as the spec has it, for messages.
        ends_itself: whether one that was cut off is told by its own format.
        most: bytes that it may have; 0: as many as there is room for.

    Raises:
        InputError: the server gives something else, or more than there is room for.
        OSError: it broke off.
    """
    with ExitStack() as on_failure:
        target = on_failure.enter_context(tempfile.TemporaryFile(prefix="setpoint-"))
        packing = sync(files.loop, _Fetch(files, url, where, ends_itself).into, target, most or room())
        target.seek(0)
        on_failure.pop_all()
    if packing in _AS_IT_IS:
        return target
    unpacked = gzip.GzipFile(fileobj=target, mode="rb")
    unpacked.myfileobj = target  # type: ignore[assignment]  # so that it is closed, too
    return unpacked  # type: ignore[return-value]


class _Fetch:
    """One request for a file."""

    def __init__(self, files: Any, url: str, where: str, ends_itself: bool) -> None:
        self._files = files
        self._url = url
        self._where = where
        self._ends_itself = ends_itself

    async def into(self, target: IO[bytes], most: int) -> str:
        """Write the body to a file; return how it is packed."""
        import aiohttp
        from aiohttp.http_exceptions import HttpProcessingError

        session = await self._files.set_session()
        try:
            async with session.get(self._files.encode_url(self._url), **self._asked(aiohttp)) as answer:
                packing = self._check(answer, most)
                await self._copy(answer, target, most)
                return packing
        except aiohttp.TooManyRedirects:
            raise InputError("there are too many redirects", self._where, "correct the URL") from None
        except aiohttp.NonHttpUrlRedirectClientError:
            raise InputError("the server leads away from the web", self._where, "correct the URL") from None
        except aiohttp.ClientResponseError as error:
            if not isinstance(error.__cause__, HttpProcessingError):
                raise
            raise InputError("what the server answers is no HTTP", self._where, "correct the URL") from None

    def _asked(self, aiohttp: Any) -> dict[str, Any]:
        told = dict(self._files.kwargs)
        headers = {**told.pop("headers", {}), "Accept-Encoding": "identity"}
        patience = aiohttp.ClientTimeout(total=None, sock_connect=PATIENCE, sock_read=PATIENCE)
        return {"timeout": patience, **told, "headers": headers, "auto_decompress": False}

    def _check(self, answer: Any, most: int) -> str:
        """See that a body is the whole file and how its end is told; return how it is packed."""
        if answer.status >= 400:
            answer.raise_for_status()
        if answer.status != 200:
            raise InputError(f"the server answers with status {answer.status}", self._where, _GIVE)
        packing = str(answer.headers.get("Content-Encoding", "")).strip().lower()
        if packing not in (*_AS_IT_IS, *_PACKED):
            raise InputError(f"the server gives the file packed as {packing[:20]}", self._where, _GIVE)
        is_chunked = "chunked" in answer.headers.get("Transfer-Encoding", "").lower()
        if answer.content_length is None and not is_chunked and not (self._ends_itself or packing in _PACKED):
            what = "the server doesn't tell where the file ends, so one that breaks off would pass for a whole one"
            raise InputError(what, self._where, "let it send Content-Length, or chunks, or keep the file in a store")
        if (answer.content_length or 0) > most:
            raise self._too_large(most)
        return packing

    async def _copy(self, answer: Any, target: IO[bytes], most: int) -> None:
        size = 0
        async for piece in answer.content.iter_chunked(_PIECE):
            size += len(piece)
            if size > most:
                raise self._too_large(most)
            await asyncio.to_thread(target.write, piece)

    def _too_large(self, most: int) -> InputError:
        fix = "give fewer rows in a file, or the jobs' temporary folder (TMPDIR) more room"
        return InputError(f"the file is larger than the {most:,} bytes that there is room for", self._where, fix)
