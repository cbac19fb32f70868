"""What the API answers is what its document says, of every path and status."""

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.web.pages.openapi import DOCUMENT
from runners.contract.progress import Progress, line_of
from tests.unit.reconciler.web.pages.conftest import VERSION, Client, Stage
from tests.unit.reconciler.web.pages.engines import Engines

ASKED = {
    "/environments": [("", 200)],
    "/environments/{key}/resources": [
        ("", 200),
        ("?limit=1&state=stalled", 200),
        ("?limit=0", 400),
        ("?limit=x", 400),
    ],
    "/environments/{key}/resources/{kind}/{name}": [("", 200)],
    "/environments/{key}/resources/{kind}/{name}/history": [("", 200)],
    "/environments/{key}/resources/{kind}/{name}/trials": [("", 200)],
    "/environments/{key}/resources/{kind}/{name}/log": [("", 200), ("?revision=r", 200)],
    "/environments/{key}/resources/{kind}/{name}/runs/{digest}/log": [("", 200)],
    "/environments/{key}/resources/{kind}/{name}/runs/{digest}/progress": [("", 200)],
    "/environments/{key}/resources/labels/{name}/disputes": [("", 200), ("?page=2", 200), ("?page=0", 400)],
    "/environments/{key}/pass": [("", 200)],
    "/environments/{key}/releases": [("", 200), ("?since=86400", 200), ("?since=0", 400), ("?since=x", 400)],
    "/environments/{key}/files": [("", 200), ("?under=reports/&cursor=reports/n", 200)],
    "/environments/{key}/files/{path}": [],
}
DONE = {"/environments/{key}/resources/{kind}/{name}/acts/{verb}", "/environments/{key}/approvals"}
"""What is asked for by POST: tests/unit/reconciler/web/pages/test_doing.py."""
GOOD = {"key": "dev", "kind": "datasets", "name": "loans", "path": "README.md", "verb": "reconcile", "digest": "a" * 12}
BAD = dict.fromkeys(GOOD, "nothing")


def answers(path: str, status: int) -> dict[str, Any]:
    """Return what the document says of an answer."""
    told: dict[str, Any] = DOCUMENT["paths"][path]["get"]["responses"][str(status)]
    return DOCUMENT["components"]["responses"]["Problem"] if "$ref" in told else told


def check(client: Client, path: str, query: str, status: int, names: dict[str, str], **headers: str) -> None:
    answer = client.get(f"/api/v1{path.format_map(names)}{query}", headers=headers)
    assert answer.status_code == status
    content = answers(path, status).get("content", {})
    if content:
        kind = answer.headers["Content-Type"]
        schema = {**content[kind]["schema"], "components": DOCUMENT["components"]}
        Draft202012Validator(schema).validate(answer.json())


def test_what_is_answered_is_what_is_documented(client: Client, asked: Client, engines: Engines, stage: Stage) -> None:
    engines.tell(VERSION, line_of(Progress(1, 2, {"rows": 10})))
    for path, queries in ASKED.items():
        for query, status in queries:
            check(asked, path, query, status, GOOD)
        if "404" in DOCUMENT["paths"][path]["get"]["responses"]:
            check(client, path, "", 404, BAD)
        if "409" in DOCUMENT["paths"][path]["get"]["responses"] and "/trials" not in path:
            check(client, path, "", 409, GOOD)
        if "304" in DOCUMENT["paths"][path]["get"]["responses"]:
            check(client, path, "", 304, GOOD, **{"If-None-Match": f'"{stage.status.read().commit}"'})


def test_every_path_is_documented_and_asked_here(client: Client) -> None:
    assert client.get("/api/v1/openapi.json").json() == DOCUMENT
    assert DOCUMENT["paths"].keys() == {*ASKED, *DONE, "/events"}
    for path, ((method, told),) in ((path, told.items()) for path, told in DOCUMENT["paths"].items()):
        assert method == ("post" if path in DONE else "get")
        names = {one["name"] for one in told.get("parameters", ()) if one["in"] == "path"}
        assert names == set(re.findall(r"{(\w+)}", path))


@pytest.mark.parametrize("name", DOCUMENT["components"]["schemas"])
def test_its_schemas_are_some(name: str) -> None:
    Draft202012Validator.check_schema(DOCUMENT["components"]["schemas"][name])
