"""`setpoint web`, as people type it: a page of a real process, which is new a moment after a change."""

import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from reconciler.cli.page_server import address_of, keyed
from reconciler.cli.status_reader import open_status
from reconciler.model.errors import Refused
from reconciler.settings import Settings
from tests.unit.reconciler.cli.conftest import Say

Place = tuple[str, ...]


@contextmanager
def served(place: Place) -> Iterator[http.client.HTTPConnection]:
    """Serve the page by a process of its own, and connect to it."""
    line = [sys.executable, "-m", "reconciler", "web", *place, "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    try:
        assert process.stdout
        found = re.search(r"http://(127\.0\.0\.1:\d+)/", process.stdout.readline())
        assert found
        yield http.client.HTTPConnection(found[1], timeout=60)
    finally:
        process.terminate()
        process.wait(20)
        assert process.stdout
        process.stdout.close()


@pytest.mark.usefixtures("status")
def test_a_browser_is_told_of_a_change(place: Place, settings: Settings) -> None:
    with served(place) as connection:
        connection.request("GET", "/dev/datasets/digits")
        page = connection.getresponse().read().decode()
        assert "too few rows" in page
        connection.request("GET", "/api/v1/events")
        stream = connection.getresponse()
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        open_status(settings).write({"status/datasets/digits.yaml": None}, "dev: it has gone")
        lines = iter(lambda: stream.readline().decode(), "")
        data = next(line for line in lines if line.startswith("data: "))
        assert json.loads(data.removeprefix("data: "))["addresses"] == ["datasets/digits"]
        connection.close()


@pytest.mark.usefixtures("status")
def test_an_address_that_is_taken_is_refused(say: Say, place: Place) -> None:
    with served(place) as taken:
        told = say("web", *place, "--listen", f"127.0.0.1:{taken.port}")
    assert told.code == Exit.REFUSED
    assert "can't be listened at" in told.err


@pytest.mark.parametrize(
    ("listen", "found"),
    [
        ("127.0.0.1:0", ("127.0.0.1", 0)),
        ("localhost:8484", ("localhost", 8484)),
        ("[::1]:1", ("::1", 1)),
        (":1", ("127.0.0.1", 1)),
    ],
)
def test_addresses_of_this_machine_are_taken(listen: str, found: tuple[str, int]) -> None:
    assert address_of(listen) == found


@pytest.mark.parametrize(
    "listen",
    [
        "0.0.0.0:1",
        "example.org:80",
        "127.0.0.1",
        "127.0.0.1:x",
        "127.0.0.1:70000",
        "10.0.0.1:1",
        "127.0.0.1:" + "9" * 9,
    ],
)
def test_others_are_refused(listen: str) -> None:
    with pytest.raises(Refused):
        address_of(listen)


def test_environments_of_one_name_have_keys_of_their_own(repository: Path, tmp_path: Path) -> None:
    places = [Settings(str(repository), name, "main", tmp_path / "home") for name in ("dev", "dev", "api", "assets")]
    assert list(keyed(places)) == ["dev", "dev-2", "api-2", "assets-2"]


def test_all_environments_are_shown_where_none_is_named(
    repository: Path, monkeypatch: pytest.MonkeyPatch, say: Say
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(
        "reconciler.cli.web.serve", lambda several, *_: shown.extend(one.environment for one in several)
    )
    assert say("web", "-C", str(repository)).code == Exit.OK
    assert shown == ["cluster", "dev", "prod", "ray"]
    assert say("web", "-C", str(repository), "-e", "dev").code == Exit.OK
    assert shown[4:] == ["dev"]
