"""Git reaches the repository by the App's key alone, and a token is handed to nobody who asks for another place."""

from pathlib import Path
from typing import Any

import pytest

from reconciler.git import process
from reconciler.git.refs import RefUpdate
from reconciler.git.repository import open_repository
from reconciler.model.errors import Refused, Unavailable
from reconciler.providers.forge.github.git_access import GitAccess, git_access
from tests.contracts.github import GitHubServer, serving
from tests.contracts.github.accounts import APP, pem
from tests.contracts.github.server import NAME
from tests.contracts.serving import Sent

REPOSITORY = "https://github.com/ada/models.git"


@pytest.fixture
def enterprise(tmp_path: Path) -> GitHubServer:
    """Return an Enterprise Server, whose API is where people reach it; it isn't started."""
    return GitHubServer(tmp_path / "enterprise", "server")


def access(place: str, **options: str) -> GitAccess:
    return git_access(place, app=APP, private_key=pem(), **options)


def by_git(server: GitHubServer) -> list[Sent]:
    return [one for one in server.requests if one.path.startswith(f"/{NAME}.git/")]


def test_git_fetches_and_pushes_by_one_token_that_may_do_no_more(
    enterprise: GitHubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[list[str]] = []
    start = process.start

    def noted(line: list[str], *arguments: Any, **named: Any) -> Any:
        lines.append(line)
        return start(line, *arguments, **named)

    monkeypatch.setattr(process, "start", noted)
    with serving(enterprise) as server:
        head = server.repository.commit("main", {"README.md": "models\n"})
        url = f"{server.url}/{NAME}.git"
        repository = open_repository(url, tmp_path / "state", access(url).given)
        assert repository.ref("refs/heads/main") == head
        repository.swap([RefUpdate("refs/heads/setpoint/dev", head, None)])
        assert server.repository.git("rev-parse", "refs/heads/setpoint/dev") == head
        (token,) = server.accounts.made
        assert server.accounts.tokens[token].rights == {"contents": "write", "metadata": "read"}
        assert len(by_git(server)) > 2
        assert any("push" in line for line in lines)
        config = (repository.objects.git_dir / "config").read_text()
        assert token not in f"{lines} {config}"


def test_without_it_git_is_turned_down_and_the_token_is_in_no_words(enterprise: GitHubServer, tmp_path: Path) -> None:
    with serving(enterprise) as server:
        url = f"{server.url}/{NAME}.git"
        with pytest.raises(Unavailable):
            open_repository(url, tmp_path / "state").refs("refs/heads")
        known = access(url)
        repository = open_repository(url, tmp_path / "state", known.given)
        repository.refs("refs/heads")
        (token,) = server.accounts.made
        server.accounts.tokens[token].rights = {"contents": "read"}
        head = server.repository.commit("main", {"README.md": "models\n"})
        repository.refresh()
        with pytest.raises(Refused) as told:
            repository.swap([RefUpdate("refs/heads/x", head, None)])
        assert token not in f"{told.value} {told.value.hint} {known!r} {repository.place}"


def test_credentials_in_the_url_go_before(tmp_path: Path) -> None:
    def never() -> dict[str, str]:
        raise AssertionError

    url = "http://me:secret@127.0.0.1:1/x.git"
    with pytest.raises(Unavailable):
        open_repository(url, tmp_path, never).refs("refs/heads")


ASKED = {"protocol": "https", "host": "github.com", "path": "ada/models.git"}


@pytest.mark.parametrize("path", ["ada/models.git", "ada/models", "Ada/Models.git", "", "/ada/models.git/"])
def test_the_repository_is_answered_for(path: str) -> None:
    assert access(REPOSITORY).is_for({**ASKED, "path": path})
    assert access(REPOSITORY).is_for({key: value for key, value in ASKED.items() if key != "path"})


@pytest.mark.parametrize(
    "other",
    [
        {"host": "github.com.evil.example"},
        {"host": "evil.example"},
        {"host": "github.com:8443"},
        {"protocol": "http"},
        {"protocol": "ssh"},
        {"path": "ada/models-2.git"},
        {"path": "eve/models.git"},
        {"path": "ada/models.git/../../eve/models"},
    ],
)
def test_nobody_else_is(other: dict[str, str]) -> None:
    assert not access(REPOSITORY).is_for({**ASKED, **other})
    assert not access(REPOSITORY).is_for({})


def test_a_clone_s_options_say_where_it_is() -> None:
    known = access("/srv/models", url="https://github.com", path="ada/models")
    assert known.is_for(ASKED)
    with pytest.raises(Refused, match="doesn't say where"):
        access("/srv/models")


def test_credentials_of_the_place_are_left_out() -> None:
    assert access("https://me:secret@github.com/ada/models.git").is_for(ASKED)


def test_an_app_without_the_right_is_told(enterprise: GitHubServer) -> None:
    with serving(enterprise) as server:
        server.accounts.granted["contents"] = "read"
        with pytest.raises(Refused, match="contents: write"):
            access(f"{server.url}/{NAME}.git").answer()
