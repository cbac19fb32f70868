"""What the JSON API takes and answers, as OpenAPI 3.1 tells it."""

from collections.abc import Mapping
from typing import Any

from reconciler.lease.heartbeat import Life
from reconciler.web.pages.acting import Verb
from reconciler.web.pages.snapshot import STATES

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_TEXT_OR_NONE: Json = {"type": ["string", "null"]}
_STATES_OR_NONE: Json = {"type": ["object", "null"], "additionalProperties": {"type": "string"}}
_COUNT: Json = {"type": "integer", "minimum": 0}
_NUMBER_OR_NONE: Json = {"type": ["number", "null"]}
_HISTORY: Json = {"type": "object", "description": "What a step is, what figures are, steps, and series by name."}
_KEY: Json = {"name": "key", "in": "path", "required": True, "schema": _TEXT, "description": "An environment's key."}


def _object(**properties: Any) -> Json:
    """Return the schema of an object that has all of some properties."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def _query(name: str, description: str, **schema: Any) -> Json:
    return {"name": name, "in": "query", "schema": schema, "description": description}


_PROBLEM: Json = {"$ref": "#/components/responses/Problem"}
_REFUSED = (401, 403, 503)
"""What any request may be answered where people have to be known, or the repository is away."""


def _answers(schema: Json, *others: int) -> Json:
    told: dict[int, Json] = {
        200: {"description": "It.", "content": {"application/json": {"schema": schema}}},
        304: {"description": "The client has the newest: its `If-None-Match` is the status commit."},
    }
    return {str(status): told.get(status, _PROBLEM) for status in (200, *others, *_REFUSED)}


def _get(summary: str, parameters: list[Json], schema: Json, *others: int) -> Json:
    return {"get": {"summary": summary, "parameters": parameters, "responses": _answers(schema, *others)}}


def _post(summary: str, parameters: list[Json], *demanded: str, **fields: Json) -> Json:
    said = {"type": "object", "properties": fields, "required": list(demanded)}
    body = {"application/json": {"schema": said}}
    return {
        "post": {
            "summary": summary,
            "parameters": [*parameters, _ONCE],
            "requestBody": {"content": body, "required": True},
            "responses": _answers({"$ref": "#/components/schemas/Done"}, 400, 404, 409, 413, 415),
        }
    }


_ONCE: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "maxLength": 200, "pattern": "^[!-~]*$"},
    "description": "What was asked for under this already is answered as then, and not made again.",
}
_SAID: Json = {"type": "string", "maxLength": 500, "pattern": r"\S"}


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
    "Done": _object(done=_TEXT, branch=_TEXT_OR_NONE, url=_TEXT_OR_NONE),
    "History": _object(
        events={"type": "array", "items": {"type": "object"}},
        runs={"type": "array", "items": {"type": "object"}},
        needs=_STATES_OR_NONE,
        needed_by=_STATES_OR_NONE,
        suspended={"type": "boolean"},
    ),
    "Logs": _object(
        logs={
            "type": "array",
            "items": _object(name=_TEXT, state=_TEXT, text=_TEXT, size=_COUNT, left_out=_COUNT),
        }
    ),
    "Progress": _object(
        run=_TEXT, state=_TEXT, words=_TEXT_OR_NONE, step=_NUMBER_OR_NONE, of=_NUMBER_OR_NONE, history=_HISTORY
    ),
    "Problem": _object(title=_TEXT, status={"type": "integer"}, detail=_TEXT),
}
_ROWS = {"type": "array", "items": {"$ref": "#/components/schemas/Resource"}}
_ENVIRONMENTS = {"type": "array", "items": {"$ref": "#/components/schemas/Environment"}}
_RESOURCE = "/environments/{key}/resources/{kind}/{name}"
_NAMES = [{"name": name, "in": "path", "required": True, "schema": _TEXT} for name in ("kind", "name")]
_RUN = f"{_RESOURCE}/runs/{{digest}}"
_DIGEST: Json = {"name": "digest", "in": "path", "required": True, "schema": _TEXT, "description": "Names its run."}
_LOGS: Json = {"$ref": "#/components/schemas/Logs"}
_FILTERS = [
    _query("kind", "Only this kind.", type="string"),
    _query("state", "Only this state.", enum=list(STATES)),
    _query("q", "Only what has this in its address, its reason or its message.", type="string", maxLength=200),
    _query("limit", "So many at once.", type="integer", minimum=1, maximum=1000, default=100),
    _query("cursor", "Those after this address: `next` of the page before.", type="string"),
]
_DISPUTES = _object(
    run=_TEXT,
    page={"type": "integer"},
    pages={"type": "integer"},
    total={"type": "integer"},
    withheld={"type": "array", "items": _TEXT},
    why=_TEXT_OR_NONE,
    disputes={"type": "array", "items": {"type": "object"}},
)
_EVENTS: Json = {"description": "`changed`: environment, commit, addresses.", "content": {"text/event-stream": {}}}
_VERB: Json = {
    "name": "verb",
    "in": "path",
    "required": True,
    "schema": {"enum": [verb.value for verb in Verb if verb is not Verb.APPROVE]},
}
_FILE: Json = {
    "summary": "A file of the status branch.",
    "parameters": [_KEY, {"name": "path", "in": "path", "required": True, "schema": _TEXT}],
    "responses": {
        "200": {"description": "It.", "content": {"*/*": {}}},
        **{str(status): _PROBLEM for status in (404, *_REFUSED)},
    },
}
DOCUMENT: Mapping[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Setpoint",
        "version": "1",
        "description": "What the status branches tell, and what people do about it.",
    },
    "servers": [{"url": "/api/v1"}],
    "security": [{}, {"token": []}],
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
        f"{_RESOURCE}/history": _get(
            "What became of it, its newest runs and its neighbours.",
            [_KEY, *_NAMES],
            {"$ref": "#/components/schemas/History"},
            404,
        ),
        f"{_RESOURCE}/trials": _get(
            "All trials of an experiment.", [_KEY, *_NAMES], _object(trials={"type": "array"}), 404, 409
        ),
        f"{_RESOURCE}/log": _get(
            "The end of what its newest job printed; of a deployment, of each replica.",
            [_KEY, *_NAMES, _query("revision", "Of which revision; the beginning is enough.", type="string")],
            _LOGS,
            404,
            409,
        ),
        f"{_RUN}/log": _get("The end of what a run's job printed.", [_KEY, *_NAMES, _DIGEST], _LOGS, 404, 409),
        f"{_RUN}/progress": _get(
            "How far a run's job is, as it prints it, and how its figures went.",
            [_KEY, *_NAMES, _DIGEST],
            {"$ref": "#/components/schemas/Progress"},
            404,
            409,
        ),
        "/environments/{key}/resources/labels/{name}/disputes": _get(
            "What annotators dispute, the worst first, each as they were shown it; it asks for the right to data.",
            [_KEY, _NAMES[1], _query("page", "Which ten.", type="integer", minimum=1, maximum=999_999)],
            _DISPUTES,
            400,
            404,
        ),
        f"{_RESOURCE}/acts/{{verb}}": _post(
            "Do something with it, in a commit under your name.", [_KEY, *_NAMES, _VERB], reason=_SAID, run=_SAID
        ),
        "/environments/{key}/approvals": _post("Approve what the last pass asked for.", [_KEY], "digest", digest=_SAID),
        "/environments/{key}/pass": _get("What the last pass told of itself.", [_KEY], {"type": "object"}, 404),
        "/environments/{key}/releases": _get(
            "Which model came when, and the four DORA metrics.",
            [_KEY, _query("since", "Only those of the last so many seconds.", type="integer", minimum=1)],
            _object(metrics={"type": "object"}, releases={"type": "array", "items": {"type": "object"}}),
            400,
            404,
        ),
        "/environments/{key}/files": _get(
            "The status branch's files that are handed out, by path.",
            [_KEY, _query("under", "Only those below.", type="string"), _query("cursor", "After this.", type="string")],
            _object(commit=_TEXT_OR_NONE, files={"type": "array", "items": _TEXT}, next=_TEXT_OR_NONE),
            404,
        ),
        "/environments/{key}/files/{path}": {"get": _FILE},
        "/events": {"get": {"summary": "What changes, as it does.", "responses": {"200": _EVENTS}}},
    },
    "components": {
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
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
