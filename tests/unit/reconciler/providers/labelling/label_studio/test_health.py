"""How Label Studio is, told by a server that says anything. The real one: tests/conformance/test_labelling.py."""

from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import Address
from reconciler.providers.labelling.label_studio import LabelStudio
from tests.unit.reconciler.providers.labelling.label_studio.stand_in import PROJECT, TASK, TOKEN, StandIn, serving

MAILS = Address("labels/mails")


@pytest.fixture
def server() -> Iterator[StandIn]:
    with serving(StandIn()) as server:
        server.answers["/api/version/"] = (200, {"release": "1.23.0"})
        server.answers["/api/current-user/whoami"] = (200, {"email": "op@example.org"})
        server.answers["/api/users/"] = (200, [{"email": "Ada@example.org"}])
        yield server


@pytest.fixture
def tool(server: StandIn) -> Iterator[LabelStudio]:
    tool = LabelStudio("dev", server.url, TOKEN, timeout=5.0)
    yield tool
    tool.close()


def test_a_server_that_is_well(tool: LabelStudio) -> None:
    found = tool.health()
    assert (found.version, found.identity, found.people) == ("1.23.0", "op@example.org", frozenset({"ada@example.org"}))
    assert (found.token, found.is_lasting) == ("a personal access token", True)


@pytest.mark.parametrize("answer", [(200, {}), (200, [1, {"email": 3}]), (403, {})])
def test_who_has_an_account_may_not_be_told(server: StandIn, tool: LabelStudio, answer: tuple[int, Any]) -> None:
    server.answers["/api/users/"] = answer
    assert tool.health().people in (frozenset(), frozenset({""}), None)


@pytest.mark.parametrize("answer", [(200, []), (200, {"release": 3}), (200, {"release": "1\x1b[0m" + "9" * 99})])
def test_a_version_may_be_anything(server: StandIn, tool: LabelStudio, answer: tuple[int, Any]) -> None:
    server.answers["/api/version/"] = answer
    found = tool.health().version
    assert len(found) <= 60
    assert found.isprintable()


@pytest.mark.parametrize(
    ("answer", "error"), [((401, {}), Refused), ((500, {}), Unavailable), ((200, b"<html>"), Unavailable)]
)
def test_who_we_are_has_to_be_told(
    server: StandIn, tool: LabelStudio, answer: tuple[int, Any], error: type[Exception]
) -> None:
    server.answers["/api/current-user/whoami"] = answer
    with pytest.raises(error):
        tool.health()


@pytest.mark.parametrize(
    ("task", "blank"),
    [
        ({"data": {"text": "x"}}, 0),
        ({"data": {"text": ""}}, 1),
        ({"data": {"text": None}}, 1),
        ({"data": {}}, 1),
        ({"data": "x"}, 1),
        ({}, 1),
        ({"data": {}, "meta": {}}, 0),
        ({"data": {}, "meta": "x"}, 0),
    ],
)
def test_tasks_that_show_nothing_are_counted_unless_they_are_others(
    server: StandIn, tool: LabelStudio, task: dict[str, Any], blank: int
) -> None:
    config = '<View><Text name="t" value="$text"/><Choices name="answer" toName="t"/></View>'
    server.answers["/api/projects/"] = (200, {"count": 1, "results": [{**PROJECT, "label_config": config}]})
    server.answers["/api/tasks/"] = (200, {"total": 1, "tasks": [{**TASK, **task}]})
    assert dict(tool.health().blank) == ({MAILS: blank} if blank else {})
