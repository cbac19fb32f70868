"""Which pages' scripts may ask an endpoint from a browser, as Caddy answers for it (https://fetch.spec.whatwg.org/).

Preflights are answered here, before anybody is asked who they are: browsers send them without keys and cookies. Answers
of every kind carry the headers, those to strangers too, so that a script can read why it was refused.
"""

from collections.abc import Sequence
from typing import Any

from reconciler.model.kinds.access import Cors

Json = dict[str, Any]

METHODS = "GET, HEAD, POST"
SENT = ("Authorization", "Content-Encoding", "Content-Type", "Inference-Header-Content-Length", "X-API-Key")
"""Headers that scripts may send without being named: those of the protocol, and those that tell who asks."""
READ = ("Inference-Header-Content-Length", "Retry-After", "WWW-Authenticate")
"""Headers of answers that scripts may read without being named."""


def routes(at: Sequence[Json], cors: Cors) -> list[Json]:
    """Return the routes that tell browsers whose scripts may ask, and answer their preflights.

    Args:
        at: what matches the deployment's requests.
        cors: which pages' scripts may ask.
    """
    origins = list(cors.origins)
    near = [{**match, "header": {"Origin": origins}} for match in at]
    asked = {"Origin": origins, "Access-Control-Request-Method": ["*"]}
    preflights = [{**match, "method": ["OPTIONS"], "header": asked} for match in at]
    return [
        {"match": list(at), "handle": [_answered({"add": {"Vary": ["Origin"]}})]},
        {"match": near, "handle": [_answered({"set": _allowed(cors)})]},
        {"match": preflights, "handle": [_preflight(cors)], "terminal": True},
    ]


def _answered(change: Json) -> Json:
    """Return a handler that changes the headers of whatever is answered later, over what a replica says."""
    return {"handler": "headers", "response": {**change, "deferred": True}}


def _allowed(cors: Cors) -> Json:
    origin = "*" if "*" in cors.origins else "{http.request.header.Origin}"
    told = {"Access-Control-Allow-Origin": [origin], "Access-Control-Expose-Headers": [_list(READ, cors.expose)]}
    return {**told, "Access-Control-Allow-Credentials": ["true"]} if cors.credentials else told


def _preflight(cors: Cors) -> Json:
    headers = {
        "Access-Control-Allow-Methods": [METHODS],
        "Access-Control-Allow-Headers": [_list(SENT, cors.headers)],
        "Access-Control-Max-Age": [str(int(cors.max_age.total_seconds()))],
    }
    return {"handler": "static_response", "status_code": 204, "headers": headers}


def _list(usual: Sequence[str], more: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys((*usual, *more)))
