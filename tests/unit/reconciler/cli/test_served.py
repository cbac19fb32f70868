"""`setpoint get`, `status` and `describe` without a clone: they print what they print with one."""

from collections.abc import Iterator

import pytest

from reconciler.cli.exits import Exit
from reconciler.cli.listing import EVERY
from reconciler.cli.page_server import Listening, beside
from reconciler.cli.served import Served
from reconciler.model.errors import Unavailable
from reconciler.settings import Settings
from reconciler.watched.repositories import Repositories
from tests.unit.reconciler.cli.conftest import Say

Place = tuple[str, ...]


@pytest.fixture
def server(settings: Settings, status: None) -> Iterator[Place]:
    url, stop = beside([settings], Listening("127.0.0.1:0"), Repositories())
    yield ("--server", url)
    stop()


def test_it_prints_what_is_printed_with_a_clone(say: Say, server: Place, place: Place) -> None:
    for line in (["get", "datasets/digits", "--json"], ["get", "datasets", "--json"], ["get", "releases", "--json"]):
        assert say(*line, *server).json == say(*line, *place).json, line
    for line in (
        ["get", "datasets/digits"],
        ["get", "datasets", "-o", "name"],
        ["get", "datasets/digits", "-o", "name"],
    ):
        assert say(*line, *server).out == say(*line, *place).out, line
    far, near = (
        say("describe", "datasets/digits", "--json", *server).json,
        say("describe", "datasets/digits", "--json", *place).json,
    )
    assert far == near
    whole, told = say("status", "--json", *server).json, say("status", "--json", *place).json
    assert whole == told
    assert "too few rows" in say("status", "--not-ready", *server).out
    assert "too few rows" in say("describe", "datasets/digits", *server).out
    assert say("get", "releases", "--since", "90d", *server).code == Exit.OK


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        (["get", "datasets/nothing"], Exit.REFUSED, "no resource datasets/nothing"),
        (["get", "things"], Exit.REFUSED, "there is no kind things"),
        (["status", "--team", "risk"], Exit.REFUSED, "--team is read from the specs"),
        (["status", "--watch"], Exit.REFUSED, "--watch is of no use"),
        (["status", "-e", "nowhere"], Exit.REFUSED, "give --environment: dev"),
        (["get", "releases", "--not-ready"], Exit.REFUSED, "choose resources"),
    ],
)
def test_mistakes_are_told(say: Say, server: Place, line: list[str], code: int, told: str) -> None:
    found = say(*line, *server)
    assert (found.code, told in found.err) == (code, True), found.err


def test_a_server_that_isn_t_there_is_told(say: Say) -> None:
    found = say("status", "--server", "http://127.0.0.1:1")
    assert (found.code, "can't be reached" in found.err) == (Exit.UNAVAILABLE, True)
    assert say("status", "--server", "ftp://x").code == Exit.REFUSED


def test_what_is_no_page_is_told(server: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    served = Served(server[1], "dev")
    monkeypatch.setattr(served._client, "rows", lambda *_: iter([{"odd": 1}]))
    with pytest.raises(Unavailable, match="something else than Rows"):
        served.status(EVERY, "table", watch=False)
