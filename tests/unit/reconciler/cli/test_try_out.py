"""`setpoint try`, as people type it: a label on a forge, and a word where that would be of no use."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from tests.contracts.github import GitHubServer, serving
from tests.contracts.github.accounts import APP, pem
from tests.contracts.github.server import NAME
from tests.unit.reconciler.cli.conftest import Say

FORGE = f"forge: {{provider: github, app: {APP}, private_key: '${{secret:GITHUB_APP_KEY}}', edition: server}}\n"
TEMPLATE = "environments/preview/environment.yaml"


@pytest.fixture
def server(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[GitHubServer]:
    """Give a forge with a template of previews, and pull request 1."""
    monkeypatch.setenv("SETPOINT_GITHUB_APP", str(APP))
    monkeypatch.setenv("SETPOINT_SECRET_GITHUB_APP_KEY", pem())
    (repository / TEMPLATE).parent.mkdir()
    (repository / TEMPLATE).write_text(f"previews: {{{getattr(request, 'param', 'label: try it')}}}\n{FORGE}")
    with serving(GitHubServer(tmp_path / "forge", "server")) as server:
        for line in (["add", "--all"], ["commit", "-qm", "Try"], ["push", "-q", server.repository.url, "main"]):
            subprocess.run(["git", "-C", str(repository), *line], check=True)
        server.repository.commit("work", {"README.md": "# Work\n"}, off="main")
        server.repository.open("work", "main", "Work", "", "ada")
        yield server


def place(server: GitHubServer, environment: str = "preview") -> tuple[str, ...]:
    return ("-C", f"{server.url}/{NAME}.git", "-e", environment)


def test_a_preview_is_asked_for_by_a_label_and_ended_by_taking_that_off(server: GitHubServer, say: Say) -> None:
    told = say("try", "1", *place(server))
    assert told.code == Exit.OK, told.err
    assert told.out.startswith("pr-1 is asked for: pull request 1 has the label try it")
    assert server.repository.pulls[1].labels == ["try it"]
    assert say("try", "1", "--json", *place(server)).json["wanted"]
    assert say("try", "1", "--end", *place(server)).out == "pr-1 ends: the label try it is off pull request 1\n"
    assert server.repository.pulls[1].labels == []


@pytest.mark.parametrize("server", ["by: [ada]"], indirect=True)
def test_where_it_would_not_be_granted_no_label_is_set(server: GitHubServer, say: Say) -> None:
    told = say("try", "1", *place(server))
    assert told.code == Exit.REFUSED
    assert "isn't among those whom the template lets ask for previews" in told.err
    assert server.repository.pulls[1].labels == []


def test_a_number_that_is_no_open_pull_request_is_refused(server: GitHubServer, say: Say) -> None:
    assert "2 is no open pull request to main" in say("try", "2", *place(server)).err


def test_an_environment_that_is_no_template_is_refused(server: GitHubServer, say: Say) -> None:
    told = say("try", "1", *place(server, "dev"))
    assert "dev is no template of previews" in told.err
    assert "--environment" in told.err


def test_plain_git_has_no_labels(repository: Path, say: Say) -> None:
    (repository / TEMPLATE).parent.mkdir()
    (repository / TEMPLATE).write_text("previews: {}\n")
    for line in (["add", "--all"], ["commit", "-qm", "Try"]):
        subprocess.run(["git", "-C", str(repository), *line], check=True)
    told = say("try", "1", "-C", str(repository), "-e", "preview")
    assert told.code == Exit.REFUSED
    assert "the template's forge has no pull requests" in told.err
