"""What is kept of a description says all that the calls need, and nothing that is only told to people."""

import json
from typing import Any

import pytest

from tests.contracts.prune import CALLS, HERE, contract, pruned, references, webhooks, written

PATH = "/repos/{owner}/{repo}/pulls"
DESCRIPTION: dict[str, Any] = {
    "info": {"version": "1.2.3"},
    "paths": {
        PATH: {
            "get": {
                "summary": "List",
                "tags": ["pulls"],
                "operationId": "pulls/list",
                "x-github": {},
                "responses": {
                    "200": {
                        "description": "Response",
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/pull"}, "examples": {}},
                            "application/scim+json": {"schema": {"$ref": "#/components/schemas/other"}},
                        },
                    }
                },
            },
            "delete": {"operationId": "pulls/delete"},
        },
        "/elsewhere": {"get": {"operationId": "else"}},
    },
    "components": {
        "schemas": {
            "pull": {
                "description": "A pull request",
                "properties": {
                    "title": {"type": "string", "example": "x"},
                    "description": {"type": "string"},
                    "properties": {"type": "object", "title": "Prose"},
                    "user": {"$ref": "#/components/schemas/user"},
                },
                "required": ["title"],
            },
            "user": {"properties": {"friend": {"$ref": "#/components/schemas/user"}}},
            "other": {"type": "string"},
        }
    },
}


def test_only_the_calls_and_what_they_refer_to_are_kept() -> None:
    found = contract(DESCRIPTION, "api.json")
    assert list(found["paths"]) == [PATH]
    assert list(found["paths"][PATH]) == ["get"]
    assert set(found["components"]["schemas"]) == {"pull", "user"}
    assert found["origin"]["version"] == "1.2.3"


def test_prose_goes_and_properties_of_that_name_stay() -> None:
    pull = pruned(DESCRIPTION["components"]["schemas"]["pull"])
    assert set(pull) == {"properties", "required"}
    assert set(pull["properties"]) == {"title", "description", "properties", "user"}
    assert pull["properties"]["title"] == {"type": "string"}
    assert pull["properties"]["properties"] == {"type": "object"}


def test_what_is_written_is_json_with_a_line_for_each_part() -> None:
    found = contract(DESCRIPTION, "api.json")
    text = written(found)
    assert json.loads(text) == found
    assert sum('"pull": ' in line for line in text.splitlines()) == 1


@pytest.mark.parametrize("name", ["cloud", "server"])
def test_what_is_kept_here_is_whole(name: str) -> None:
    text = (HERE / f"{name}.json").read_text()
    kept = json.loads(text)
    known = {f"#/components/{kind}/{part}" for kind, parts in kept["components"].items() for part in parts}
    assert set(references(kept)) <= known
    assert written(kept) == text
    asked = {(method, path) for path, calls in kept["paths"].items() for method in calls}
    missing = set(CALLS) - asked
    assert asked <= set(CALLS)
    assert all("merge-async" in path for _, path in missing)
    assert bool(missing) is (name == "server")


def test_of_webhooks_what_is_sent_is_kept() -> None:
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/user"}}}}
    described = {"merge-group-checks-requested": {"post": {"summary": "x", "requestBody": body}}, "push": {}}
    found = webhooks({**DESCRIPTION, "webhooks": described})
    assert found["paths"] == {"merge-group-checks-requested": body}
    assert set(found["components"]["schemas"]) == {"user"}
    assert json.loads((HERE / "webhooks.json").read_text())["origin"]["package"] == found["origin"]["package"]
