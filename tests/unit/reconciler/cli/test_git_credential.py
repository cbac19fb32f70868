"""`setpoint git-credential`, as Git itself calls it: on a real repository behind a door that wants a token."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from reconciler.cli.git_credential import read_request
from tests.contracts.github import GitHubServer, serving
from tests.contracts.github.accounts import APP, pem
from tests.contracts.github.server import NAME
from tests.unit.reconciler.cli.conftest import Say


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitHubServer]:
    with serving(GitHubServer(tmp_path / "forge", "server")) as server:
        server.repository.commit("main", {"README.md": "models\n"})
        yield server


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Name the App, as where the daemon runs; return the file with its key."""
    key = tmp_path / "key.pem"
    key.write_text(pem())
    monkeypatch.setenv("SETPOINT_GITHUB_APP", str(APP))
    monkeypatch.setenv("SETPOINT_GITHUB_APP_KEY_FILE", str(key))
    return key


def asked(server: GitHubServer, **other: str) -> str:
    told = {"protocol": "http", "host": server.url.removeprefix("http://"), "path": f"{NAME}.git", **other}
    return "".join(f"{name}={value}\n" for name, value in told.items()) + "\n"


def ask(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@pytest.mark.usefixtures("app")
def test_git_clones_and_pushes_by_it(server: GitHubServer, tmp_path: Path) -> None:
    url, clone = f"{server.url}/{NAME}.git", tmp_path / "clone"
    config = tmp_path / "gitconfig"
    helper = f"!{sys.executable} -m reconciler git-credential -C {url}"
    config.write_text(f'[credential]\n\thelper = "{helper}"\n\tuseHttpPath = true\n[user]\n\tname = A\n\temail = a@b\n')
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": str(config), "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], env=environ, capture_output=True, text=True, check=True)
        return done.stdout + done.stderr

    told = git("clone", url, str(clone))
    told += git("-C", str(clone), "commit", "--allow-empty", "-m", "by hand")
    told += git("-C", str(clone), "push", "origin", "HEAD:refs/heads/ideas")
    assert server.repository.git("rev-parse", "refs/heads/ideas")
    assert server.accounts.made
    everything = told + "".join(one.read_text() for one in (clone / ".git" / "config", config))
    assert not [token for token in server.accounts.made if token in everything]


@pytest.mark.usefixtures("app")
def test_the_token_its_name_and_its_end_are_told(
    server: GitHubServer, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(monkeypatch, asked(server))
    told = say("git-credential", "-C", f"{server.url}/{NAME}.git", "get")
    answer = dict(line.split("=", 1) for line in told.out.splitlines())
    assert (told.code, told.err) == (Exit.OK, "")
    assert answer["username"] == "x-access-token"
    assert answer["password"] == server.accounts.made[0]
    assert abs(int(answer["password_expiry_utc"]) - server.accounts.tokens[answer["password"]].until) < 2


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("operation", ["store", "erase", "whatever-comes"])
def test_nothing_is_stored_or_erased(
    server: GitHubServer, say: Say, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    ask(monkeypatch, asked(server))
    told = say("git-credential", "-C", f"{server.url}/{NAME}.git", operation)
    assert (told.code, told.out, told.err) == (Exit.OK, "", "")
    assert not server.requests


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("other", [{"host": "evil.example"}, {"path": "eve/models.git"}, {"protocol": "https"}])
def test_others_are_answered_nothing(
    server: GitHubServer, say: Say, monkeypatch: pytest.MonkeyPatch, other: dict[str, str]
) -> None:
    ask(monkeypatch, asked(server, **other))
    told = say("git-credential", "-C", f"{server.url}/{NAME}.git", "get")
    assert (told.code, told.out) == (Exit.OK, "")
    assert not server.requests


def test_the_environment_of_a_clone_says_how_its_forge_is_reached(
    server: GitHubServer, repository: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(monkeypatch, asked(server))
    line = ("git-credential", "-C", str(repository), "-e", "dev", "get")
    told = say(*line)
    assert (told.code, told.out) == (Exit.REFUSED, "")
    assert "isn't GitHub by an App" in told.err
    file = repository / "environments" / "dev" / "environment.yaml"
    forge = f"{{provider: github, app: {APP}, private_key: '${{secret:GITHUB_APP_KEY}}', url: '{server.url}', "
    former = file.read_text()
    file.write_text(former.replace("forge: {provider: git}", f"forge: {forge}path: {NAME}}}"))
    assert file.read_text() != former
    subprocess.run(["git", "-C", str(repository), "commit", "-qam", "On GitHub"], check=True)
    monkeypatch.setenv("SETPOINT_SECRET_GITHUB_APP_KEY", pem())
    ask(monkeypatch, asked(server))
    told = say(*line)
    (token,) = server.accounts.made
    assert f"password={token}\n" in told.out


def test_without_an_app_it_says_what_to_set(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SETPOINT_GITHUB_APP", raising=False)
    ask(monkeypatch, "")
    told = say("git-credential", "-C", "https://github.com/ada/models.git", "get")
    assert (told.code, told.out) == (Exit.REFUSED, "")
    assert "SETPOINT_GITHUB_APP" in told.err


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", {}),
        ("protocol=https\nhost=x\n\npath=y\n", {"protocol": "https", "host": "x"}),
        ("capability[]=authtype\nodd\nhost=a=b\n", {"capability[]": "authtype", "host": "a=b"}),
    ],
)
def test_a_request_ends_at_an_empty_line(text: str, read: dict[str, str]) -> None:
    assert read_request(io.StringIO(text)) == read
