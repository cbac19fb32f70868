"""The provider is made of its options, or says which of them don't fit."""

from pathlib import Path
from typing import Any

import pytest

from reconciler.forges.pull_requests import PullRequestForge
from reconciler.git.repository import Repository, open_repository
from reconciler.model.errors import Refused
from reconciler.providers.forge.gitlab import gitlab
from tests.contracts.gitlab import GitLabServer
from tests.contracts.gitlab.documents import NAME
from tests.contracts.gitlab.server import TOKEN


@pytest.fixture
def repository(bare: GitLabServer, tmp_path: Path) -> Repository:
    return open_repository(bare.repository.url, tmp_path / "state")


def made(repository: Repository, **options: Any) -> PullRequestForge:
    return gitlab(repository, "dev", "main", **options)


def test_a_token_may_be_a_secret(bare: GitLabServer, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETPOINT_SECRET_GITLAB_TOKEN", TOKEN + "\n")
    assert list(made(repository, token="${secret:GITLAB_TOKEN}", url=bare.url, path=NAME).pulls()) == []
    assert {one.headers["private-token"] for one in bare.requests} == {TOKEN}
    assert all("authorization" not in one.headers for one in bare.requests)


def test_a_gitlab_below_a_path_is_asked_there(bare: GitLabServer, repository: Repository) -> None:
    with pytest.raises(Refused):
        made(repository, token=TOKEN, url=f"{bare.url}/gitlab/", path=NAME).pulls()
    assert bare.requests[0].path == "/gitlab/api/v4/projects/ada%2Ftools%2Fmodels/merge_requests"
    bare.violations.clear()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"token": "${secret:NOT_SET}"}, "NOT_SET is not set"),
        ({"token": "x", "url": ""}, "doesn't say where"),
        ({"token": "x", "path": "models"}, "no repository"),
        ({"token": "x", "url": "ftp://x"}, "no address"),
    ],
)
def test_options_that_don_t_fit_are_refused(repository: Repository, options: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        made(repository, **{"url": "https://gitlab.com", "path": NAME, **options})


def test_making_it_asks_nobody(bare: GitLabServer, repository: Repository) -> None:
    assert made(repository, token="x", url=bare.url, path=NAME)
    assert bare.requests == []
