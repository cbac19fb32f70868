"""The description is held against what is asked and answered, and finds what it doesn't allow."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.description import Description, Operation, laid_over

NAME = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
DOCUMENT: dict[str, Any] = {
    "paths": {
        "/things": {
            "get": {
                "operationId": "things/list",
                "parameters": [
                    {"name": "page", "in": "query", "schema": {"type": "integer"}},
                    {"name": "state", "in": "query", "schema": {"enum": ["open", "all"]}},
                ],
                "responses": {"200": {"content": {"application/json": {"schema": {"type": "array", "items": NAME}}}}},
            },
            "post": {
                "operationId": "things/create",
                "requestBody": {"required": True, "content": {"application/json": {"schema": NAME}}},
                "responses": {
                    "201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/thing"}}}},
                    "204": {},
                },
            },
        },
        "/things/latest": {"get": {"operationId": "things/latest", "responses": {}}},
        "/things/{id}": {
            "get": {
                "operationId": "things/get",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
                "responses": {},
            }
        },
    },
    "components": {
        "schemas": {
            "thing": {
                "type": "object",
                "properties": {
                    "id": {"type": "integer"},
                    "owner": {"nullable": True, **NAME},
                    "url": {"type": "string", "format": "uri"},
                    "kind": {"enum": ["small", "large"]},
                    "more": {"oneOf": [NAME, {"type": "object", "properties": {"size": {"type": "integer"}}}]},
                    "free": {"type": "object", "additionalProperties": {"type": "string"}},
                },
                "required": ["id", "owner", "url", "kind"],
            },
            "basic-error": {"type": "object", "properties": {"message": {"type": "string"}}},
            "validation-error": {"type": "object", "properties": {"message": {"type": "string"}}},
        }
    },
}


@pytest.fixture(scope="module")
def description(tmp_path_factory: pytest.TempPathFactory) -> Description:
    path: Path = tmp_path_factory.mktemp("description") / "api.json"
    path.write_text(json.dumps(DOCUMENT))
    return Description(path)


def found(description: Description, method: str, path: str) -> Operation:
    operation = description.find(method, path)
    assert operation
    return operation


def test_a_call_is_found_by_its_path(description: Description) -> None:
    assert found(description, "GET", "/things/latest").name == "things/latest"
    assert found(description, "GET", "/things/7").values == {"id": "7"}
    assert description.find("GET", "/things/7/parts") is None
    assert description.find("DELETE", "/things") is None


@pytest.mark.parametrize(
    ("query", "flaw"),
    [
        ({}, ""),
        ({"page": "2", "state": "all"}, ""),
        ({"page": "two"}, "not of type 'integer'"),
        ({"state": "none"}, "not one of"),
        ({"limit": "50"}, "no parameter limit"),
    ],
)
def test_a_query_is_as_described(description: Description, query: dict[str, str], flaw: str) -> None:
    flaws = description.flaws_of_request(found(description, "GET", "/things"), query, b"")
    assert [one for one in flaws if flaw not in one] == []
    assert bool(flaws) is bool(flaw)


@pytest.mark.parametrize(
    ("body", "flaw"),
    [
        (b'{"name": "x"}', ""),
        (b"", "no body"),
        (b'{"name": 7}', "not of type 'string'"),
        (b"{}", "required property"),
        (b'{"name": "x", "nmae": "y"}', ".nmae isn't described"),
    ],
)
def test_a_body_is_as_described(description: Description, body: bytes, flaw: str) -> None:
    flaws = description.flaws_of_request(found(description, "POST", "/things"), {}, body)
    assert [one for one in flaws if flaw not in one] == []
    assert bool(flaws) is bool(flaw)


def test_a_path_is_as_described(description: Description) -> None:
    assert description.flaws_of_request(found(description, "GET", "/things/7"), {}, b"") == []
    assert description.flaws_of_request(found(description, "GET", "/things/x"), {}, b"")
    assert description.flaws_of_request(found(description, "GET", "/things/7"), {}, b"{}") == [
        "there is a body, and none is described"
    ]


THING = {"id": 1, "owner": None, "url": "x", "kind": "small"}


@pytest.mark.parametrize(
    ("status", "document", "flaw"),
    [
        (201, THING, ""),
        (201, {**THING, "owner": {"name": "x"}, "more": {"size": 1}, "free": {"any": "thing"}}, ""),
        (201, {**THING, "owner": {"name": "x", "age": 7}}, ".owner.age isn't described"),
        (201, {**THING, "id": None}, "not of type"),
        (201, {**THING, "kind": "huge"}, "not one of"),
        (201, {**THING, "more": {"weight": 1}}, "more"),
        (204, None, ""),
        (204, {}, "no document"),
        (401, {"message": "Bad credentials"}, ""),
        (422, {"message": 7}, "not of type"),
        (418, {}, "418 isn't described"),
    ],
)
def test_an_answer_is_as_described(description: Description, status: int, document: Any, flaw: str) -> None:
    flaws = description.flaws_of_answer(found(description, "POST", "/things"), status, document)
    assert [one for one in flaws if flaw not in one] == []
    assert bool(flaws) is bool(flaw)


def test_places_in_lists_are_told(description: Description) -> None:
    flaws = description.flaws_of_answer(
        found(description, "GET", "/things"), 200, [{"name": "x"}, {"name": "x", "y": 1}]
    )
    assert flaws == ["answer[1].y isn't described"]


def test_a_sample_is_what_it_has_to_be(description: Description) -> None:
    made = description.sample("thing", owner={"name": "ada"})
    assert (made["owner"], made["kind"]) == ({"name": "ada"}, "small")
    assert description.flaws_of_answer(found(description, "POST", "/things"), 201, made) == []


def test_documents_are_laid_over_one_another() -> None:
    assert laid_over({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": 3}, "d": [2]}) == {"a": {"b": 3, "c": 2}, "d": [2]}
    assert laid_over({"a": {"b": 1}}, {"a": None}) == {"a": None}
