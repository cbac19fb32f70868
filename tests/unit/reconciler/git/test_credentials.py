"""Credentials of a remote stand on no command line, and reach its host all the same."""

import base64
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.git.credentials import parted
from reconciler.git.remote import RemoteRepository
from reconciler.model.errors import Unavailable


def test_a_url_is_parted_into_place_and_header() -> None:
    url, given = parted("https://me:p%40ss@forge.example:8443/team/ml.git?x=1")
    assert url == "https://forge.example:8443/team/ml.git?x=1"
    assert given["GIT_CONFIG_KEY_0"] == "http.https://forge.example:8443/.extraHeader"
    token = given["GIT_CONFIG_VALUE_0"].removeprefix("Authorization: Basic ")
    assert base64.b64decode(token) == b"me:p@ss"


@pytest.mark.parametrize(
    "url", ["https://forge/x.git", "ssh://git@forge/x.git", "git@forge:x.git", "file:///srv/x@y.git"]
)
def test_what_has_no_secret_stays_as_it_is(url: str) -> None:
    assert parted(url) == (url, {})


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """Return the address of a server that refuses everybody, and the credentials that it was sent."""
    seen: list[str] = []

    class Door(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers.get("Authorization", ""))
            self.send_error(403)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}", seen
    server.shutdown()
    server.server_close()


def test_git_sends_them_and_shows_them_nowhere(
    asked: tuple[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reconciler.git import process

    lines: list[list[str]] = []
    start = process.start

    def noted(line: list[str], *arguments: object, **named: object) -> object:
        lines.append(line)
        return start(line, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(process, "start", noted)
    address, seen = asked
    repository = RemoteRepository(f"http://me:hunter-two@{address}/ml.git", tmp_path)
    with pytest.raises(Unavailable) as told:
        repository.refs("refs/heads")
    assert seen[0] == "Basic " + base64.b64encode(b"me:hunter-two").decode()
    assert "hunter-two" not in f"{told.value} {told.value.hint} {repository.place} {lines}"
    assert any("ls-remote" in line for line in lines)
