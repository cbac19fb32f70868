"""The authorizer's requests and answers: what Caddy asks before it passes a request on.

204 lets in; whatever else is answered is the client's answer (RFC 6750, 3): 401 without a token or with one that is
none, 403 for one whose claims don't do, 429 for one request too many, 503 where it can't be told.
"""

import ipaddress
import json
import math
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from hashlib import blake2b
from typing import Any, NamedTuple

from reconciler.model.kinds.access import Jwt, Limits
from reconciler.providers.serving.local.authorizer import policy, tokens
from reconciler.providers.serving.local.authorizer.fetching import Unreachable
from reconciler.providers.serving.local.authorizer.issuers import Issuers
from reconciler.providers.serving.local.authorizer.policy import Policy
from reconciler.providers.serving.local.authorizer.rates import Rates
from reconciler.providers.serving.local.authorizer.tokens import InvalidToken, MissingClaims, UnknownKey

HEALTH = "/health"
SOON = 3
"""Seconds after which a client may try again where keys couldn't be had."""
_FIRST = 64
"""Bits of an IPv6 address by which a client is told from another: the rest is its own to choose."""

Claims = Mapping[str, Any]


class Answer(NamedTuple):
    """A status, an error in words, and headers."""

    status: int
    error: str = ""
    headers: Mapping[str, str] = {}


class Asker(NamedTuple):
    """Who asks: each header `Authorization`, and what Caddy says of the client: its address, or which key it has."""

    authorizations: tuple[str, ...] = ()
    client: str = ""


LET_IN = Answer(204)


class Application:
    """Answers Caddy, as an ASGI application.

    Args:
        issuers: the keys of issuers.
        rates: the buckets of clients.
    """

    def __init__(self, issuers: Issuers, rates: Rates) -> None:
        self._issuers = issuers
        self._rates = rates

    async def __call__(
        self,
        scope: Mapping[str, Any],
        receive: Callable[[], Awaitable[Any]],  # noqa: ARG002 - ASGI's; no body is read
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Answer one request."""
        answer = LET_IN if scope["path"] == HEALTH else await self._answer(scope["headers"])
        body = (json.dumps({"error": answer.error}) + "\n").encode() if answer.error else b""
        told = {**answer.headers, **({"Content-Type": "application/json"} if body else {})}
        if answer.status != 204:
            told["Content-Length"] = str(len(body))
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, headers: list[tuple[bytes, bytes]]) -> Answer:
        told = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers]
        by_name = dict(told)
        try:
            wanted = policy.read(by_name.get(policy.HEADER.lower(), ""))
        except ValueError:
            return Answer(503, "who may ask this endpoint can't be told: its authorizer is of another version")
        authorizations = tuple(value for name, value in told if name == "authorization")
        return await self.decide(wanted, Asker(authorizations, by_name.get(policy.CLIENT.lower(), "")))

    async def decide(self, wanted: Policy, asker: Asker) -> Answer:
        """Say whether a request goes on, or what it is answered."""
        access = wanted.access
        if access.limits and access.by == "address" and (many := self._many(wanted, asker.client, access.limits)):
            return many  # before its token is looked at, which takes longer than to count it
        try:
            claims = await self._claims(access.jwt, asker) if access.jwt else {}
            client = _client(access.by, asker, claims)
        except _Refused as refused:
            return refused.answer
        if access.limits and access.by != "address":
            return self._many(wanted, client, access.limits) or LET_IN
        return LET_IN

    def _many(self, wanted: Policy, client: str, limits: Limits) -> Answer | None:
        told = _network(client) if wanted.access.by == "address" else client
        digest = blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        wait = self._rates.wait(wanted.name, digest, limits)
        if not wait:
            return None
        seconds = max(1, math.ceil(wait))
        words = f"more requests than {limits.rate} come from this client: ask again in {seconds} s"
        return Answer(429, words, {"Retry-After": str(seconds)})

    async def _claims(self, wanted: Jwt, asker: Asker) -> Claims:
        token = _token(asker)
        try:
            claims = await self._verified(token, wanted)
            tokens.demand(claims, wanted.claims)
        except InvalidToken as error:
            raise _Refused(_challenge(401, "invalid_token", str(error))) from None
        except MissingClaims as error:
            raise _Refused(_challenge(403, "insufficient_scope", str(error))) from None
        except Unreachable:
            words = f"the keys of {wanted.issuer} can't be had now, so no token can be checked"
            raise _Refused(Answer(503, words, {"Retry-After": str(SOON)})) from None
        return claims

    async def _verified(self, token: str, wanted: Jwt) -> Claims:
        head = tokens.head(token)  # what is no token has no issuer asked for its keys
        keys = await self._issuers.keys(wanted)
        try:
            return tokens.claims(token, head, wanted, keys)
        except UnknownKey:
            newer = await self._issuers.newer(wanted, keys)
            if newer is None:
                raise
        return tokens.claims(token, head, wanted, newer)


class _Refused(Exception):
    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.error)
        self.answer = answer


def _token(asker: Asker) -> str:
    bearers = [text.partition(" ") for text in asker.authorizations]
    if len(bearers) > 1:
        raise _Refused(_challenge(400, "invalid_request", "there are several headers Authorization"))
    if not bearers or bearers[0][0].lower() != "bearer" or not bearers[0][2].strip():
        words = "this endpoint asks for a token: send it as Authorization: Bearer TOKEN"
        raise _Refused(Answer(401, words, {"WWW-Authenticate": "Bearer"}))
    return bearers[0][2].strip()


def _challenge(status: int, error: str, words: str) -> Answer:
    safe = "".join(letter for letter in words if 0x20 <= ord(letter) < 0x7F and letter not in '"\\')
    return Answer(status, words, {"WWW-Authenticate": f'Bearer error="{error}", error_description="{safe}"'})


def _client(by: str, asker: Asker, claims: Claims) -> str:
    """Return what tells a client from others."""
    if not by.startswith("claim "):
        return asker.client if by == "key" else ""
    value = tokens.claim(by.partition(" ")[2], claims)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        words = f"the token has no {by} by which requests could be counted"
        raise _Refused(_challenge(403, "insufficient_scope", words))
    return f"{type(value).__name__} {value}"


def _network(address: str) -> str:
    """Return the network that one client is taken to have; what is no address is one client with all such."""
    try:
        found = ipaddress.ip_address(address.rpartition(",")[2].strip().partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, _FIRST), strict=False))
    return str(found)
