"""The provider is made of its options, or says which of them don't fit."""

from pathlib import Path
from typing import Any

import pytest

from reconciler.forges.pull_requests import PullRequestForge
from reconciler.git.repository import Repository, open_repository
from reconciler.model.errors import Refused
from reconciler.model.ids import CommitId
from reconciler.model.reviews import CommitStatus, Verdict
from reconciler.providers.forge.github import github
from tests.contracts.github import GitHubServer
from tests.contracts.github.accounts import APP, TOKEN, pem
from tests.contracts.github.server import NAME

REMOTE = "https://x-access-token:secret@github.com/ada/models.git"


@pytest.fixture
def repository(bare: GitHubServer, tmp_path: Path) -> Repository:
    return open_repository(bare.repository.url, tmp_path / "state")


def made(repository: Repository, **options: Any) -> PullRequestForge:
    return github(repository, "dev", "main", **options)


def place(server: GitHubServer) -> dict[str, Any]:
    return {"url": server.url, "api": server.api, "edition": server.edition, "path": NAME}


def test_a_token_may_be_a_secret(bare: GitHubServer, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETPOINT_SECRET_GITHUB_TOKEN", TOKEN + "\n")
    forge = made(repository, token="${secret:GITHUB_TOKEN}", spacing=0.0, **place(bare))
    forge.judge(CommitId("0" * 40), CommitStatus("setpoint/dev", Verdict.SUCCESS, "nothing changes"))
    assert [one.headers["authorization"] for one in bare.requests] == [f"Bearer {TOKEN}"] * 3


def test_the_key_of_an_app_may_be_a_secret_or_a_file(
    bare: GitHubServer, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SETPOINT_SECRET_GITHUB_APP_KEY", pem())
    (tmp_path / "key.pem").write_text(pem())
    for key in ({"private_key": "${secret:GITHUB_APP_KEY}"}, {"private_key_file": str(tmp_path / "key.pem")}):
        assert list(made(repository, app=APP, **key, **place(bare)).pulls()) == []
    assert len(bare.accounts.made) == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "isn't told who we are"),
        ({"token": "x", "app": 7}, "either `token` or `app`"),
        ({"app": 7}, "no private key"),
        ({"app": 7, "private_key": "x", "private_key_file": "y"}, "no private key"),
        ({"app": 7, "private_key": "x"}, "private key is none"),
        ({"app": 7, "private_key_file": "/nowhere/key.pem"}, "can't be read"),
        ({"token": "${secret:NOT_SET}"}, "NOT_SET is not set"),
        ({"token": "a\nb"}, "no token has"),
        ({"token": "schlüssel"}, "no token has"),
        ({"token": "x", "url": ""}, "doesn't say where"),
        ({"token": "x", "path": "models"}, "no repository"),
        ({"token": "x", "api": "ftp://x"}, "no address"),
    ],
)
def test_options_that_don_t_fit_are_refused(repository: Repository, options: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        made(repository, **{"url": "https://github.com", "path": NAME, **options})


@pytest.mark.parametrize("url", ["https://github.com", "https://git.example.com"])
def test_making_it_asks_nobody(repository: Repository, url: str) -> None:
    assert made(repository, token="x", url=url, path=NAME)
