"""Issuers: whose keys are known, since when, and when they are asked for them again.

Keys are kept while they are fetched anew, and while their issuer is away, for a day. A token whose key isn't known has
them fetched at once, but no more often than `AGAIN`: nobody can have an issuer asked at will.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import structlog

from reconciler.model.kinds.access import LOOPBACK, Jwt
from reconciler.providers.serving.local.authorizer.fetching import Fetch, Unreachable
from reconciler.providers.serving.local.authorizer.key_sets import KeySet

FRESH = 600.0
"""Seconds for which keys are taken as they are; after twice as many without a try they are waited for."""
AGAIN = 30.0
"""Seconds from one try to the next, as long as keys are known."""
SOON = 3.0
"""The same while none are."""
KEPT = 86_400.0
"""Seconds for which keys are taken while nobody can be asked for newer ones."""
_NEVER = float("-inf")
_DISCOVERY = "/.well-known/openid-configuration"


@dataclass(slots=True)
class _Source:
    """What is known of one issuer's keys, when they were tried to be had last, and when that ended.

    `trouble` is why it failed.
    """

    jwt: Jwt
    keys: KeySet | None = None
    known: float = _NEVER
    tried: float = _NEVER
    ended: float = _NEVER
    trouble: str = ""
    task: asyncio.Task[None] | None = field(default=None, repr=False)


class Issuers:
    """The keys of all issuers that were asked for.

    Args:
        fetch: how a document is fetched.
        now: a clock that only runs forward, in seconds.
    """

    def __init__(self, fetch: Fetch, now: Callable[[], float]) -> None:
        self._fetch = fetch
        self._now = now
        self._sources: dict[tuple[str, str | None], _Source] = {}
        self._said: dict[str, KeySet] = {}
        self._log = structlog.get_logger()

    async def keys(self, jwt: Jwt) -> KeySet:
        """Return the keys of an issuer, as they are known; the first time, and when nobody asked for long, newer ones.

        Raises:
            Unreachable: none are known.
        """
        if jwt.jwks is not None:
            return self._said_in(jwt)
        source = self._source(jwt)
        now = self._now()
        if source.keys is None or now >= source.known + FRESH:
            task = self._begun(source)
            is_old = now >= source.known + KEPT or now >= source.ended + 2 * FRESH
            if task and (source.keys is None or is_old):
                await asyncio.shield(task)
        return _taken(source, self._now())

    async def newer(self, jwt: Jwt, than: KeySet) -> KeySet | None:
        """Return keys of an issuer that are newer than some; None where there are none, or it isn't time to ask."""
        if jwt.jwks is not None:
            return None
        source = self._source(jwt)
        task = self._begun(source) if source.keys is than else None
        if task:
            await asyncio.shield(task)
        return source.keys if source.keys is not than else None

    def _source(self, jwt: Jwt) -> _Source:
        return self._sources.setdefault((jwt.issuer, jwt.jwks_url), _Source(jwt))

    def _said_in(self, jwt: Jwt) -> KeySet:
        told = repr(jwt.jwks)
        if told not in self._said:
            self._said[told] = KeySet(jwt.jwks or ())
        return self._said[told]

    def _begun(self, source: _Source) -> "asyncio.Task[None] | None":
        """Have keys fetched, unless that was tried a moment ago; return what does it, for all that wait."""
        now = self._now()
        if source.task is None and now >= source.tried + (AGAIN if source.keys else SOON):
            source.tried = now
            source.task = asyncio.create_task(self._renew(source))
        return source.task

    async def _renew(self, source: _Source) -> None:
        try:
            source.keys, source.known, trouble = await self._fetched(source.jwt), self._now(), ""
        except Unreachable as error:
            trouble = str(error)
        finally:
            source.task, source.ended = None, self._now()
        if trouble != source.trouble:
            source.trouble = trouble
            self._log.warning("keys of an issuer", issuer=source.jwt.issuer, trouble=trouble or "they are there again")

    async def _fetched(self, jwt: Jwt) -> KeySet:
        url = jwt.jwks_url or await self._discovered(jwt)
        try:
            return KeySet.read(await self._fetch(url))
        except ValueError as error:
            raise Unreachable(f"{url} can't be used: {error}") from None

    async def _discovered(self, jwt: Jwt) -> str:
        """Return where an issuer's keys are, as it says itself (OpenID Connect Discovery 1.0, 4)."""
        at = jwt.issuer.rstrip("/") + _DISCOVERY
        told: Any = await self._fetch(at)
        if not isinstance(told, dict) or told.get("issuer") != jwt.issuer:
            raise Unreachable(f"{at} is of another issuer")
        url = told.get("jwks_uri")
        if not isinstance(url, str) or (_is_near(url) and not _is_near(jwt.issuer)):
            raise Unreachable(f"{at} says no address of keys that may be asked")
        return url


def _is_near(url: str) -> bool:
    try:
        return urlsplit(url).hostname in LOOPBACK
    except ValueError:
        return True


def _taken(source: _Source, now: float) -> KeySet:
    if source.keys is None or now >= source.known + KEPT:
        raise Unreachable(source.trouble or "its keys are being fetched")
    return source.keys
