"""Caddy's configuration, made from what is to be served. Pure functions (https://caddyserver.com/docs/json/).

There are two Caddys, since a change of Caddy's configuration resets the connections that clients have open:

* The *door* has the stable port. Its configuration never changes as long as it runs; it hands every request to the
  router, and again when the router broke off.
* The *router* knows the deployments. Its configuration is replaced whole, and it divides the traffic: a random number
  chooses the revision by its percents, or a header's value does (`buckets`); the replica with the fewest requests under
  way answers.

A request that a replica broke off, or didn't take, is put to the next one: an inference has no effect that could
happen twice. The header `X-Setpoint-Request` is the same each time. Bodies in chunks are put to one replica only.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from reconciler.model.ids import Digest
from reconciler.providers.serving.local import buckets, tls
from reconciler.providers.serving.local.access import CREDENTIALS, gate_routes
from reconciler.providers.serving.local.counters import INTERNAL, PUBLIC, SPLIT
from reconciler.providers.serving.local.inner_gate import inner_routes
from reconciler.providers.serving.local.sites import Listener, Places, Site

Json = dict[str, Any]

HELD = 20
"""Seconds that a request waits for a replica, when none is there, until it fails."""
LARGEST_HELD = 16 * 2**20
"""Bytes of a request up to which it can be put to another replica."""
_OPENAI = tuple(f"{before}/v1/{path}" for before in ("", "/openai") for path in ("chat/completions", "completions"))
PROTOCOL = (
    *("/", "/openapi.json", "/v1/models", "/v1/models/*", "/v2", "/v2/health/*", "/v2/models", "/v2/models/*"),
    *(*_OPENAI, "/openai/v1/models", "/openai/v1/models/*"),
)
"""The paths that are passed on: the endpoint's own page and description, and those of the Open Inference Protocol;
loading and unloading of models is not."""
SMOKE, REQUEST, UNIT = "X-Setpoint-Smoke", "X-Setpoint-Request", "X-Setpoint-Unit"


def host_of(name: str, revision: Digest, *, direct: bool = False) -> str:
    """Return the host that a request is sent on with; Caddy counts by it."""
    return f"{revision}.{name}.{'direct' if direct else 'traffic'}"


def door(places: Places, listen: str, public: Listener | None = None) -> Json:
    """Return the door's configuration: `listen` is an address such as `127.0.0.1:8080`."""
    servers = {"internal": _door_server(listen, places.internal)}
    apps: Json = {}
    if public:
        servers["public"] = _door_server(public.address, places.public)
        if public.tls:
            servers["public"]["tls_connection_policies"] = tls.policies(public.tls, public.names[0])
            apps = tls.apps(public.tls, public.names)
    whole = _whole(places, {"servers": servers})
    return {**whole, "apps": {**whole["apps"], **apps}}


def _door_server(listen: str, socket: Path) -> Json:
    message = {"error": "the endpoint did not answer in time: see its revisions' state and their logs"}
    return {
        "listen": [listen],
        **_PLAIN,
        **_PATIENCE,
        "routes": [{"handle": [_proxy([socket], "10ms")]}],
        "errors": {"routes": [{"handle": [_answer("{http.error.status_code}", message)]}]},
    }


def router(places: Places, sites: Iterable[Site]) -> Json:
    """Return the router's configuration."""
    ordered = sorted(sites, key=lambda site: site.name)
    public = [site for site in ordered if site.is_public]
    internal = [_metrics(places, site) for site in ordered]
    internal += [route for site in ordered for route in inner_routes(site.name, site.inner)]
    servers = {INTERNAL: _router_server(places, ordered, internal, is_internal=True)}
    if public:
        gates = [route for site in public for route in gate_routes(_at(site), site.guard, places.authorizer)]
        servers[PUBLIC] = _router_server(places, public, gates, is_internal=False)
    if keyed := [site for site in ordered if site.is_keyed]:
        ways = [way for site in keyed for way in _dealt(site)]
        servers[SPLIT] = _server(buckets.socket(places.buckets), keyed, ways, is_internal=False)
    # Caddy's counts begin anew with every configuration: the server's name tells which one they belong to.
    generation = hashlib.sha256(json.dumps(servers, sort_keys=True).encode()).hexdigest()[:8]
    named = {f"{name}-{generation}": server for name, server in servers.items()}
    return _whole(places, {"metrics": {"per_host": True}, "servers": named})


def _router_server(places: Places, sites: Sequence[Site], first: Sequence[Json], *, is_internal: bool) -> Json:
    """Return a server of the router; revisions are reached by themselves on the internal one alone."""
    socket = places.internal if is_internal else places.public
    ways = [route for site in sites for route in _ways_to(site, places.buckets, is_internal=is_internal)]
    return _server(socket, sites, [*first, *ways], is_internal=is_internal)


def _server(socket: Path, sites: Sequence[Site], ways: Sequence[Json], *, is_internal: bool) -> Json:
    paths = ", ".join(f"/{site.name}" for site in sites) or "none yet"
    nothing = {"error": f"nothing answers here. Deployments: {paths}. Below each are /v1/models/… and /v2/…"}
    broken = {"match": [{"expression": "{http.error.status_code} in [502, 503, 504]"}], "handle": [_BREAK_OFF]}
    failed = {"error": "{http.error.status_code} {http.error.status_text}"}
    return {
        "listen": [f"unix/{socket}|0600"],
        **_PLAIN,
        "routes": [
            *ways,
            *(_pool(site, name, is_internal) for site in sites for name in sorted(site.pools)),
            {"handle": [_answer(404, nothing)]},
        ],
        "errors": {"routes": [broken, {"handle": [_answer("{http.error.status_code}", failed)]}]},
    }


def _ways_to(site: Site, folder: Path, *, is_internal: bool) -> list[Json]:
    """Return the routes that choose a revision; of one group, only the first that matches is taken."""
    direct = [_way(site, name, direct=True) for name in sorted(site.pools) if is_internal]
    shares = site.shares
    bounds = [*[*accumulate(share for _, share in shares)][:-1], 100]  # the last takes whatever is left
    divided = [_way(site, name, below=bound) for (name, _), bound in zip(shares, bounds, strict=False)]
    divided = [_to_buckets(site, folder), *divided] if site.is_keyed else divided
    message = {"error": f"deployments/{site.name} has no revision with traffic yet"}
    closed = {"group": site.name, "match": _at(site), "handle": [_answer(503, message)], "terminal": True}
    return [*direct, *(divided or [closed])]


def _to_buckets(site: Site, folder: Path) -> Json:
    """Return the route of requests that have the key: by a digest of it they get to one bucket, always the same."""
    match = [{**item, **buckets.has(site.key)} for item in _at(site)]
    salt = ".".join(name for name, _ in site.shares)
    named = {"handler": "headers", "request": {"set": {UNIT: [f"{salt}:{{http.request.header.{site.key}}}"]}}}
    proxy = _proxy(buckets.doors(folder), "10ms")
    proxy["load_balancing"]["selection_policy"] = {"policy": "header", "field": UNIT}
    return {"group": site.name, "match": match, "handle": [named, {**proxy, **buckets.TOLD}], "terminal": True}


def _dealt(site: Site) -> list[Json]:
    """Return the routes that choose the revision by a request's bucket."""
    ends = [*accumulate(share for _, share in site.shares)]
    ranges = zip(site.shares, [0, *ends], [*ends[:-1], 100], strict=False)
    return [_way(site, name, among=buckets.within(low, high)) for (name, _), low, high in ranges]


def _way(
    site: Site, revision: Digest, *, direct: bool = False, below: int = 100, among: Mapping[str, Any] | None = None
) -> Json:
    prefix = f"/{site.name}/revisions/{revision}" if direct else f"/{site.name}"
    match = [{"path": [prefix + path for path in PROTOCOL]}] if direct else _at(site)
    if below < 100:
        match = [{**item, "expression": f"{{http.request.uuid}} < '{_threshold(below)}'"} for item in match]
    match = [{**item, **among} for item in match] if among else match
    host = host_of(site.name, revision, direct=direct)
    headers: Json = {"set": {"Host": [host], REQUEST: ["{http.request.uuid}"]}}
    gone = [*CREDENTIALS, buckets.BUCKET, *([] if among else [UNIT]), *([] if direct else [SMOKE])]
    return {
        "group": site.name,
        "match": match,
        "handle": [
            {"handler": "vars", "pool": host},
            {"handler": "rewrite", "strip_path_prefix": prefix},
            {"handler": "headers", "request": {**headers, "delete": gone}},
        ],
    }


def _at(site: Site) -> list[Json]:
    prefixed = [f"/{site.name}{path}" for path in PROTOCOL]
    return [{"path": prefixed}, {"host": [f"{site.name}.localhost"], "path": list(PROTOCOL)}]


def _threshold(percent: int) -> str:
    """Return the text below which so many percent of all random UUIDs are; their first 8 digits are uniform."""
    return f"{percent * 2**32 // 100:08x}"


def _pool(site: Site, revision: Digest, is_internal: bool) -> Json:
    """Return the route to a revision's replicas, by whichever way. It is of the first rank, as Caddy counts these only.

    There is one handler for all ways: each would tell by itself, in one gauge, whether a replica is healthy.
    """
    hosts = [host_of(site.name, revision, direct=direct) for direct in ((False, True) if is_internal else (False,))]
    match = {"host": hosts, "vars": {"pool": hosts}}
    sockets = site.pools[revision]
    handler = _proxy(sockets, "25ms", HEALTH) if sockets else {"handler": "error", "status_code": 503}
    return {"match": [match], "handle": [handler], "terminal": True}


def _proxy(sockets: Sequence[Path], interval: str, health: Json | None = None) -> Json:
    return {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": f"unix/{socket}"} for socket in sockets],
        "load_balancing": {
            "selection_policy": {"policy": "least_conn"},
            "try_duration": f"{HELD}s",
            "try_interval": interval,
            "retry_match": [_WHOLE_ONES],
        },
        "request_buffers": LARGEST_HELD,
        # What a client takes is asked of a replica as it is: Caddy would ask for gzip by itself, and unpack that.
        "transport": {"protocol": "http", "keep_alive": {"idle_timeout": "30s"}, "compression": False},
        **({"health_checks": health} if health else {}),
    }


def _metrics(places: Places, site: Site) -> Json:
    kind = {"set": {"Content-Type": ["text/plain; version=0.0.4; charset=utf-8"]}}
    return {
        "match": [{"path": [f"/{site.name}/metrics"], "method": ["GET"]}],
        "handle": [
            {"handler": "headers", "response": {**kind, "deferred": True}},
            {"handler": "rewrite", "uri": f"/{site.name}.prom"},
            {"handler": "file_server", "root": str(places.metrics)},
        ],
        "terminal": True,
    }


def _answer(status: int | str, body: Json) -> Json:
    text = json.dumps(body, ensure_ascii=False) + "\n"
    headers = {"Content-Type": ["application/json"]}
    return {"handler": "static_response", "status_code": status, "headers": headers, "body": text}


def _whole(places: Places, http: Json) -> Json:
    errors = {"output": "file", "filename": str(places.log), "roll_size_mb": 5, "roll_keep": 2}
    checker = "http.handlers.reverse_proxy.health_checker.active"
    return {
        "admin": {"listen": f"unix/{places.admin}|0600", "config": {"persist": False}},
        "storage": {"module": "file_system", "root": str(places.storage)},
        "logging": {"logs": {"default": {"level": "ERROR", "writer": errors, "exclude": [checker]}}},
        "apps": {"http": {"grace_period": "30s", **http}},
    }


_PLAIN: Json = {"automatic_https": {"disable": True}, "protocols": ["h1"]}
_PATIENCE: Json = {
    "read_header_timeout": "10s",
    "read_timeout": "30s",
    "read_idle_timeout": -1,
    "write_timeout": "120s",
    "idle_timeout": "120s",
    "max_header_bytes": 64 * 1024,
}
"""How long a client may take to send the head of a request, its whole, and to read its answer. The idle time is off:
Caddy 2.11 takes away every limit once a body's read has failed, and waits for the rest of that body for ever."""
_WHOLE_ONES: Json = {
    "method": ["GET", "HEAD", "POST"],
    "not": [{"header": {"Transfer-Encoding": ["chunked"]}}],
}
"""Requests that are put to the next replica when one broke off. What fails may also be a body in chunks that the client
spells wrong, which would fail again and again; one that meets a replica's end is answered 502, as its body is gone."""
_BREAK_OFF: Json = {"handler": "static_response", "abort": True}
"""Without an answer the door tries again; with one, it would pass it on."""
HEALTH: Json = {
    "passive": {"fail_duration": "1s", "max_fails": 1},
    "active": {"uri": "/v2/health/ready", "interval": "2s", "timeout": "5s", "fails": 3},
}
"""How a replica is found to be silent: by a request that it breaks off, and by looks of Caddy's own."""
