"""Who may ask a public endpoint, as Caddy holds it: API keys, or an authentication service that is asked each time.

Keys come as `Authorization: Bearer KEY` or as `X-API-Key: KEY`. The service gets a GET with the request's headers and,
of its body, nothing; what it answers with a status of 200 to 299 passes
(https://caddyserver.com/docs/caddyfile/directives/forward_auth). Neither header reaches a replica or its log.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from reconciler.model.errors import Refused
from reconciler.model.kinds.deployments import Access
from runners.contract.mistakes import shown
from runners.contract.secrets import PREFIX, SECRET

Json = dict[str, Any]

CREDENTIALS = ("Authorization", "X-Api-Key", "Cookie")
"""Headers that tell who asks; a replica has no use for them."""
_KEY = re.compile(r"[A-Za-z0-9._~+/=-]{16,512}")


@dataclass(frozen=True, slots=True)
class Guard:
    """Who is let in: whom the authentication service at `forward` lets in, or else whoever has one of the keys."""

    keys: tuple[str, ...] = ()
    forward: str = ""


def keys_of(access: Access | None, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the API keys that a deployment names, by the names of their secrets.

    Raises:
        Refused: one isn't set, or is none that a header can hold and nobody can guess.
    """
    found = {}
    for name in (name for text in (access.keys if access else ()) for name in SECRET.findall(text)):
        value = environ.get(PREFIX + name)
        if value is None:
            raise Refused(f"the API key {name} is not set", f"set {PREFIX}{name} where the daemon runs")
        if not _KEY.fullmatch(value):
            what = f"the API key {name} is none: 16 to 512 letters, digits and signs of ._~+/=- are taken"
            raise Refused(what, "make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'")
        found[name] = value
    return found


def checked(access: Access | None, forward: str) -> None:
    """See that what a deployment asks for is there.

    Raises:
        Refused: it asks for an authentication service, and the environment has none.
    """
    if access and access.forward and not forward:
        what = "its spec says access.forward, and this environment has no authentication service"
        raise Refused(what, "set forward_auth, the service's URL, in `serving` of environment.yaml, or use access.keys")


def service(url: str) -> str:
    """Return the URL of an authentication service as it was given.

    Raises:
        Refused: it is no URL of HTTP.
    """
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.username):
        raise Refused(f"forward_auth is {shown(url)}", "give a URL such as http://127.0.0.1:9091/api/verify")
    return url


def gate_routes(at: Sequence[Json], guard: Guard | None) -> list[Json]:
    """Return the routes that stand before a deployment's own: they answer whom isn't let in.

    Args:
        at: what matches the deployment's requests.
        guard: who is let in; None is everybody.
    """
    if guard is None:
        return []
    if guard.forward:
        # In a route of its own: Caddy counts those of the first rank, and this is no answer of a replica.
        asked = {"handler": "subroute", "routes": [{"handle": [_forwarded(guard.forward)]}]}
        return [{"match": list(at), "handle": [asked]}]
    bearers = {"header": {"Authorization": [f"Bearer {key}" for key in guard.keys]}}
    headers = {"header": {"X-Api-Key": list(guard.keys)}}
    strangers = [{**match, "not": [bearers, headers]} if guard.keys else match for match in at]
    return [{"match": strangers, "handle": [_UNAUTHORIZED], "terminal": True}]


def _forwarded(url: str) -> Json:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    told = {"X-Forwarded-Method": ["{http.request.method}"], "X-Forwarded-Uri": ["{http.request.uri}"]}
    tls = {"tls": {"server_name": parts.hostname}} if parts.scheme == "https" else {}
    return {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": f"{parts.hostname}:{port}"}],
        "rewrite": {"method": "GET", "uri": (parts.path or "/") + (f"?{parts.query}" if parts.query else "")},
        "headers": {"request": {"set": {**told, "Host": [parts.netloc]}}},
        "transport": {"protocol": "http", "dial_timeout": "3s", "response_header_timeout": "5s", **tls},
        "handle_response": [{"match": {"status_code": [2]}, "routes": [{"handle": [{"handler": "vars"}]}]}],
    }


_UNAUTHORIZED: Json = {
    "handler": "static_response",
    "status_code": 401,
    "headers": {"Content-Type": ["application/json"], "Www-Authenticate": ["Bearer"]},
    "body": '{"error": "this endpoint asks for an API key: send it as Authorization: Bearer KEY, or as X-API-Key"}\n',
}
