"""What the JSON API takes and answers, as OpenAPI 3.1 tells it."""

from collections.abc import Mapping
from typing import Any

from reconciler.lease.heartbeat import Life
from reconciler.web.pages.snapshot import STATES

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_TEXT_OR_NONE: Json = {"type": ["string", "null"]}
_KEY: Json = {"name": "key", "in": "path", "required": True, "schema": _TEXT, "description": "An environment's key."}


def _object(**properties: Any) -> Json:
    """Return the schema of an object that has all of some properties."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def _query(name: str, description: str, **schema: Any) -> Json:
    return {"name": name, "in": "query", "schema": schema, "description": description}


def _get(summary: str, parameters: list[Json], schema: Json, *others: int) -> Json:
    told = {
        200: {"description": "It.", "content": {"application/json": {"schema": schema}}},
        304: {"description": "The client has the newest: its `If-None-Match` is the status commit."},
        400: {"$ref": "#/components/responses/Problem"},
        404: {"$ref": "#/components/responses/Problem"},
    }
    answers = {str(status): told[status] for status in (200, *others)}
    return {"get": {"summary": summary, "parameters": parameters, "responses": answers}}


_SCHEMAS: Json = {
    "Environment": _object(
        key=_TEXT,
        name=_TEXT,
        repository=_TEXT,
        commit=_TEXT_OR_NONE,
        daemon=_object(state={"enum": [life.value for life in Life]}, holder=_TEXT, seen=_TEXT_OR_NONE),
        states={"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}},
        flaw=_TEXT_OR_NONE,
    ),
    "Resource": _object(
        address=_TEXT, kind=_TEXT, state={"enum": list(STATES)}, reason=_TEXT, message=_TEXT, since=_TEXT
    ),
    "Problem": _object(title=_TEXT, status={"type": "integer"}, detail=_TEXT),
}
_ROWS = {"type": "array", "items": {"$ref": "#/components/schemas/Resource"}}
_ENVIRONMENTS = {"type": "array", "items": {"$ref": "#/components/schemas/Environment"}}
_RESOURCE = "/environments/{key}/resources/{kind}/{name}"
_NAMES = [{"name": name, "in": "path", "required": True, "schema": _TEXT} for name in ("kind", "name")]
_FILTERS = [
    _query("kind", "Only this kind.", type="string"),
    _query("state", "Only this state.", enum=list(STATES)),
    _query("q", "Only what has this in its address, its reason or its message.", type="string", maxLength=200),
    _query("limit", "So many at once.", type="integer", minimum=1, maximum=1000, default=100),
    _query("cursor", "Those after this address: `next` of the page before.", type="string"),
]
_EVENTS: Json = {"description": "`changed`: environment, commit, addresses.", "content": {"text/event-stream": {}}}
DOCUMENT: Mapping[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Setpoint", "version": "1", "description": "What the status branches tell. It changes nothing."},
    "servers": [{"url": "/api/v1"}],
    "paths": {
        "/environments": _get("All environments.", [], _object(environments=_ENVIRONMENTS)),
        "/environments/{key}/resources": _get(
            "Resources by address.",
            [_KEY, *_FILTERS],
            _object(commit=_TEXT_OR_NONE, resources=_ROWS, next=_TEXT_OR_NONE),
            304,
            400,
            404,
        ),
        _RESOURCE: _get("One status document.", [_KEY, *_NAMES], {"type": "object"}, 304, 404),
        "/events": {"get": {"summary": "What changes, as it does.", "responses": {"200": _EVENTS}}},
    },
    "components": {
        "schemas": _SCHEMAS,
        "responses": {
            "Problem": {
                "description": "What is wrong (RFC 9457).",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
        },
    },
}
"""The document."""
