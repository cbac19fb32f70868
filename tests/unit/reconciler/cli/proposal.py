"""A proposal on plain Git, and a person who may approve it."""

import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.git.repository import Repository, open_repository
from reconciler.loop.approving import Approving
from reconciler.model.commit_policy import Signers
from reconciler.model.ids import CommitId
from reconciler.ports.forge import ProposalOrder
from reconciler.providers.forge.git import GitForge
from reconciler.settings import Settings
from tests.unit.reconciler.cli.ground import small_repository
from tests.unit.reconciler.signers import Key, ssh_key

NAME = "promotions/go/0123456789ab"
FILE = "environments/dev/deployments/api.yaml"


@pytest.fixture
def ada(tmp_path: Path) -> Key:
    return ssh_key(tmp_path)


@pytest.fixture
def settings(tmp_path: Path, ada: Key) -> Settings:
    """A repository whose owner is Ada, and takes her word."""
    settings = small_repository(tmp_path)
    place = Path(settings.repository)
    for key, text in (("user.name", "Ada"), ("user.email", "ada@example.org")):
        subprocess.run(["git", "-C", place, "config", key, text], check=True)
    (place / "environments/dev/allowed_signers").write_text(ada.public)
    subprocess.run(["git", "-C", place, "add", "--all"], check=True)
    subprocess.run(["git", "-C", place, "commit", "-q", "-m", "Say who may sign"], check=True)
    return settings


@pytest.fixture
def repository(settings: Settings, tmp_path: Path) -> Iterator[Repository]:
    with closing(open_repository(settings.repository, tmp_path / "state")) as repository:
        yield repository


def proposed(repository: Repository, *names: str) -> GitForge:
    forge = GitForge(repository, "dev", "main")
    base = CommitId(repository.ref("refs/heads/main") or "")
    for name in names or (NAME,):
        forge.propose(ProposalOrder(name, base, FILE, {"replicas": {"minimum": 1}}, "Promote", "Evidence."))
    return forge


def approvers(forge: GitForge, key: Key) -> list[str]:
    heard = Approving(lambda: datetime.now(UTC)).heard(forge.list(), Signers(key.public.encode()))
    return [review.author for review in heard[NAME].reviews]
