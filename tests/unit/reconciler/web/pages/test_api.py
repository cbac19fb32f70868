"""The JSON API: pages by cursor, tags, problems, and a stream of what has changed."""

import asyncio
import json

import pytest
from starlette.requests import Request

from reconciler.web.pages import api
from reconciler.web.pages.api import routes
from tests.unit.reconciler.stage import NOW
from tests.unit.reconciler.web.pages.conftest import DOCUMENTS, Client, Stage, document

NOBODY = Request({"type": "http", "method": "GET", "path": "/api/v1/events", "headers": []})


def test_environments_are_told_with_their_states_and_whether_their_daemons_live(client: Client, stage: Stage) -> None:
    (told,) = client.get("/api/v1/environments").json()["environments"]
    assert (told["key"], told["name"], told["commit"]) == ("dev", "dev", stage.status.read().commit)
    assert told["daemon"]["state"] == "never"
    assert sum(told["states"].values()) == len(DOCUMENTS)


def test_resources_come_by_pages(client: Client) -> None:
    found, cursor = [], ""
    while True:
        told = client.get("/api/v1/environments/dev/resources", params={"limit": 2, "cursor": cursor}).json()
        found += [row["address"] for row in told["resources"]]
        if (cursor := told["next"]) is None:
            break
    assert found == sorted(DOCUMENTS)
    stalled = client.get("/api/v1/environments/dev/resources?state=stalled").json()["resources"]
    assert [(row["address"], row["reason"]) for row in stalled] == [("datasets/loans", "DataRefused")]


@pytest.mark.parametrize("path", ["resources", "resources/datasets/loans"])
def test_who_has_the_newest_isnt_sent_it_again(client: Client, stage: Stage, path: str) -> None:
    first = client.get(f"/api/v1/environments/dev/{path}")
    tag = first.headers["ETag"]
    assert tag == f'"{stage.status.read().commit}"'
    for known in (tag, f'"x", W/{tag}'):
        again = client.get(f"/api/v1/environments/dev/{path}", headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
    stage.tell("pools/shared", None)
    stage.following.environments["dev"].look()
    assert client.get(f"/api/v1/environments/dev/{path}", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("environments/nowhere/resources", 404),
        ("environments/dev/resources/datasets/nothing", 404),
        ("environments/dev/resources?limit=0", 400),
        ("environments/dev/resources?limit=1001", 400),
        ("environments/dev/resources?limit=x", 400),
        ("environments/dev/resources?limit=" + "9" * 5000, 400),
        ("nothing", 404),
    ],
)
def test_mistakes_are_problems(client: Client, path: str, status: int) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


def test_a_change_is_told_with_its_addresses(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "QUIET", 30.0)

    async def told() -> dict[str, object]:
        await stage.following.look()
        following = asyncio.create_task(stage.following.follow())
        stream = await next(r for r in routes(stage.following, lambda: NOW) if r.path == "/events").endpoint(NOBODY)  # type: ignore[attr-defined]
        found = aiter(stream.body_iterator)
        assert await anext(found) == ": following\n\n"
        stage.tell("pools/shared", document("waiting"))
        async for text in found:
            if text.startswith("event: changed"):
                following.cancel()
                return dict(json.loads(text.partition("data: ")[2]))
        raise AssertionError("the stream has ended")

    event = asyncio.run(told())
    assert event == {"environment": "dev", "commit": stage.status.read().commit, "addresses": ["pools/shared"]}


def test_a_quiet_stream_says_that_it_lives(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "QUIET", 0.01)

    async def told() -> list[str]:
        stream = await next(r for r in routes(stage.following, lambda: NOW) if r.path == "/events").endpoint(NOBODY)  # type: ignore[attr-defined]
        found = aiter(stream.body_iterator)
        return [await anext(found) for _ in range(3)]

    assert asyncio.run(told()) == [": following\n\n", ": quiet\n\n", ": quiet\n\n"]
