"""Who may ask a public endpoint, as Caddy holds it: API keys, or a service that is asked each time.

Keys come as `Authorization: Bearer KEY` or as `X-API-Key: KEY`. The service is the environment's own, or the authorizer
where tokens are checked or requests counted (`authorizer`). It gets a GET with the request's headers and, of its body,
nothing; what it answers with a status of 200 to 299 passes
(https://caddyserver.com/docs/caddyfile/directives/forward_auth). Neither header reaches a replica or its log.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reconciler.model.errors import Refused
from reconciler.model.kinds.access import Access, Cors
from reconciler.plugins.refusals import demand, without_service
from reconciler.providers.serving.local import cors
from reconciler.providers.serving.local.authorizer import policy
from runners.contract.mistakes import shown
from runners.contract.secrets import PREFIX, SECRET

Json = dict[str, Any]

CREDENTIALS = ("Authorization", "X-Api-Key", "Cookie")
"""Headers that tell who asks; a replica has no use for them."""
_KEY = re.compile(r"[A-Za-z0-9._~+/=-]{16,512}")


@dataclass(frozen=True, slots=True)
class Guard:
    """Who is let in: whom the authentication service at `forward` lets in, or else whoever has one of the keys.

    With `is_open` nobody is asked for a key. Whoever passes is put to the authorizer where there is a `policy`; `by`
    says what it counts clients by. `cors` says which pages' scripts may ask.
    """

    keys: tuple[str, ...] = ()
    forward: str = ""
    is_open: bool = False
    policy: str = ""
    by: str = ""
    cors: Cors | None = None


def guard_of(name: str, access: Access | None, forward: str, keys: Sequence[str]) -> Guard | None:
    """Return who is let in to a deployment; None is everybody.

    Args:
        name: the deployment's name.
        access: what its revision says.
        forward: the environment's authentication service.
        keys: the API keys that are kept for the revision.
    """
    if access is None or (access.open and not access.limits and not access.cors):
        return None
    is_asked = access.jwt is not None or access.limits is not None
    return Guard(
        tuple(sorted(keys)),
        forward if access.forward else "",
        is_open=access.open or access.jwt is not None,
        policy=policy.written(name, access) if is_asked else "",
        by=access.by if access.limits else "",
        cors=access.cors,
    )


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
        Refused: it asks for an authentication service, and the environment has none; or what checks tokens isn't there.
    """
    demand(without_service(access, forward))
    if access and (access.jwt or access.limits):
        missing = [name for name in ("jwt", "cryptography", "httpx", "uvicorn") if not find_spec(name)]
        if missing:
            what = f"its spec says access.jwt or access.limits, and the package {missing[0]} is not installed"
            raise Refused(what, "pip install 'setpoint[local]' where the daemon runs")


def service(url: str) -> str:
    """Return the URL of an authentication service as it was given.

    Raises:
        Refused: it is no URL of HTTP.
    """
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.username):
        raise Refused(f"forward_auth is {shown(url)}", "give a URL such as http://127.0.0.1:9091/api/verify")
    return url


def gate_routes(at: Sequence[Json], guard: Guard | None, authorizer: Path) -> list[Json]:
    """Return the routes that stand before a deployment's own: they answer whom isn't let in.

    Args:
        at: what matches the deployment's requests.
        guard: who is let in; None is everybody.
        authorizer: the socket where the authorizer answers.
    """
    if guard is None:
        return []
    routes = cors.routes(at, guard.cors) if guard.cors else []
    if guard.forward:
        # In a route of its own: Caddy counts those of the first rank, and this is no answer of a replica.
        asked = {"handler": "subroute", "routes": [{"handle": [_forwarded(guard.forward)]}]}
        routes += [{"match": list(at), "handle": [asked]}]
    elif not guard.is_open:
        held = [{"header": item} for item in _headers(guard.keys)]
        strangers = [{**match, "not": held} if guard.keys else match for match in at]
        routes += [{"match": strangers, "handle": [_UNAUTHORIZED], "terminal": True}]
    return routes + (_authorized(at, guard, authorizer) if guard.policy else [])


def _headers(keys: Sequence[str]) -> list[Json]:
    """Return the headers by which one of some keys comes."""
    return [{"Authorization": [f"Bearer {key}" for key in keys]}, {"X-Api-Key": list(keys)}]


def _authorized(at: Sequence[Json], guard: Guard, authorizer: Path) -> list[Json]:
    """Return the routes that put a request to the authorizer.

    Which key a client has is found here, where each is compared: of several headers of a name any may be the one.
    """
    named = [
        {"match": [{**match, "header": item} for match in at for item in _headers([key])],
         "handle": [{"handler": "vars", _CLIENT: hashlib.sha256(key.encode()).hexdigest()[:16]}]}
        for key in (guard.keys if guard.by == "key" else ())
    ]  # fmt: skip
    client = f"{{http.vars.{_CLIENT}}}" if guard.by == "key" else "{http.request.header.X-Forwarded-For}"
    told = {policy.HEADER: [guard.policy], policy.CLIENT: [client]}
    unread = [name for name in CREDENTIALS if name != "Authorization" or guard.keys or guard.forward]
    asked = {
        **_asked([f"unix/{authorizer}"], "/", {"set": told, "delete": unread}),
        "load_balancing": {"try_duration": "5s", "try_interval": "50ms"},
        "transport": {
            "protocol": "http",
            "dial_timeout": "3s",
            "response_header_timeout": "15s",
            "keep_alive": {"idle_timeout": "30s"},
        },
    }
    away = {"errors": {"routes": [{"handle": [_AWAY]}]}}
    return [*named, {"match": list(at), "handle": [{"handler": "subroute", "routes": [{"handle": [asked]}], **away}]}]


def _forwarded(url: str) -> Json:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    told = {"X-Forwarded-Method": ["{http.request.method}"], "X-Forwarded-Uri": ["{http.request.uri}"]}
    tls = {"tls": {"server_name": parts.hostname}} if parts.scheme == "https" else {}
    uri = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return {
        **_asked([f"{parts.hostname}:{port}"], uri, {"set": {**told, "Host": [parts.netloc]}}),
        "transport": {"protocol": "http", "dial_timeout": "3s", "response_header_timeout": "5s", **tls},
    }


def _asked(dials: Sequence[str], uri: str, headers: Json) -> Json:
    """Return a handler that asks a service, without the request's body, and goes on where it says 2xx."""
    return {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": dial} for dial in dials],
        "rewrite": {"method": "GET", "uri": uri},
        "headers": {"request": headers},
        "handle_response": [{"match": {"status_code": [2]}, "routes": [{"handle": [{"handler": "vars"}]}]}],
    }


_CLIENT = "client"
_UNAUTHORIZED: Json = {
    "handler": "static_response",
    "status_code": 401,
    "headers": {"Content-Type": ["application/json"], "Www-Authenticate": ["Bearer"]},
    "body": '{"error": "this endpoint asks for an API key: send it as Authorization: Bearer KEY, or as X-API-Key"}\n',
}
_AWAY: Json = {
    "handler": "static_response",
    "status_code": 503,
    "headers": {"Content-Type": ["application/json"], "Retry-After": ["1"]},
    "body": '{"error": "who may ask this endpoint can\'t be told now: its authorizer is away, ask again"}\n',
}
