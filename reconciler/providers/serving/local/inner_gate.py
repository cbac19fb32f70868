"""Who may ask by the internal address, where a deployment says `access.internal: token`, as Caddy holds it.

Whoever has one of the environment's tokens of this endpoint gets in (`runners.contract.endpoint_tokens`), and whoever
has one of the deployment's keys. All else is answered 401 and counted, but for what tells no row and no model: whether
the endpoint lives and is ready, and its metrics. Caddy is given the tokens of three days, so that it needn't be told
anew at midnight; what it was given holds on while the daemon is away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.model.kinds.access import Access

Json = dict[str, Any]

HEALTH = ("/v2/health/live", "/v2/health/ready")
"""What is told to everybody, by GET."""


@dataclass(frozen=True, slots=True)
class Inner:
    """Who is let in by the internal address: whoever has one of these keys or tokens; without any, nobody."""

    keys: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()


def inner_of(access: Access | None, keys: Sequence[str]) -> Inner | None:
    """Return who is let in by the internal address, as yet without tokens; None is everybody."""
    return Inner(tuple(sorted(keys))) if access and access.asks_inside else None


def refused_host(name: str) -> str:
    """Return the host by which Caddy counts what was refused of a deployment."""
    return f"{name}.refused"


def inner_routes(name: str, inner: Inner | None) -> list[Json]:
    """Return the routes that stand before a deployment's own on the internal server: they answer whom isn't let in."""
    if inner is None:
        return []
    known = (*inner.keys, *inner.tokens)
    held = [{"header": {"Authorization": [f"Bearer {key}" for key in known]}}, {"header": {"X-Api-Key": list(known)}}]
    places: list[Json] = [
        {"path": [f"/{name}", f"/{name}/*"], "not": _open(f"/{name}")},
        {"host": [f"{name}.localhost"], "not": _open("")},
    ]
    strangers = [{**place, "not": [*place["not"], *(held if known else [])]} for place in places]
    host = refused_host(name)
    counted = {"handler": "headers", "request": {"set": {"Host": [host]}}}
    return [
        {"match": strangers, "handle": [{"handler": "vars", "refused": host}, counted]},
        {"match": [{"host": [host], "vars": {"refused": [host]}}], "handle": [_UNAUTHORIZED], "terminal": True},
    ]


def _open(prefix: str) -> list[Json]:
    return [{"method": ["GET", "HEAD"], "path": [prefix + path for path in HEALTH]}]


_UNAUTHORIZED: Json = {
    "handler": "static_response",
    "status_code": 401,
    "headers": {"Content-Type": ["application/json"], "Www-Authenticate": ["Bearer"]},
    "body": '{"error": "this endpoint asks for a token of its environment or for an API key: send it as Authorization: '
    'Bearer …, or as X-API-Key; jobs have a token by themselves, and `setpoint token` prints one"}\n',
}
