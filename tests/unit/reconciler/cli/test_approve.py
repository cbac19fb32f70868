"""`setpoint approve`: a person says yes on plain Git, by their own key, and is told whether that counts."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.cli import main
from reconciler.cli.approving import approve
from reconciler.git.repository import Repository, open_repository
from reconciler.loop.approving import Approving
from reconciler.model.commit_policy import Signers
from reconciler.model.errors import Refused
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


def test_an_approval_by_a_key_counts(settings: Settings, repository: Repository, ada: Key) -> None:
    forge = proposed(repository)
    made = approve(settings, "promotions/go", ada.path, Path(settings.repository))
    assert (made.name, made.by, made.flaw) == (NAME, "ada@example.org", "")
    assert forge.list()[NAME].commit == made.commit
    assert approvers(forge, ada) == ["ada@example.org"]
    shown = subprocess.run(
        ["git", "-C", settings.repository, "log", "-1", "--format=%an <%ae>%n%B", made.commit],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert shown.strip() == f"Ada <ada@example.org>\nApprove {NAME}\n\nApproved-by: Ada <ada@example.org>"


def test_an_approval_is_signed_as_git_is_set_up_to(
    settings: Settings,
    repository: Repository,
    ada: Key,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    forge = proposed(repository)
    for setting in ada.settings[1::2]:
        key, _, text = setting.partition("=")
        subprocess.run(["git", "-C", settings.repository, "config", key, text], check=True)
    monkeypatch.chdir(settings.repository)
    where = ["--repository", settings.repository, "--environment", "dev", "--home", str(settings.home)]
    assert main(["approve", NAME, *where, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "name": NAME,
        "branch": f"proposals/dev/{NAME}",
        "commit": forge.list()[NAME].commit,
        "by": "ada@example.org",
        "flaw": "",
    }
    assert approvers(forge, ada) == ["ada@example.org"]
    assert main(["approve", NAME, *where]) == 0
    assert f"approved {NAME} as ada@example.org" in capsys.readouterr().out


def test_one_that_doesn_t_count_says_so(settings: Settings, repository: Repository, tmp_path: Path) -> None:
    proposed(repository)
    made = approve(settings, NAME, ssh_key(tmp_path, "bob").path, Path(settings.repository))
    assert "which isn't allowed, and approves of nothing" in made.flaw


def test_without_a_key_git_says_why_it_can_t_sign(
    settings: Settings, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    forge = proposed(repository)
    head = forge.list()[NAME].commit
    subprocess.run(["git", "-C", settings.repository, "config", "gpg.program", "/bin/false"], check=True)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    with pytest.raises(Refused, match="Git can't sign the commit") as refused:
        approve(settings, NAME, None, Path(settings.repository))
    assert "--signing-key" in refused.value.hint
    assert forge.list()[NAME].commit == head


def test_who_has_no_name_approves_of_nothing(
    settings: Settings, repository: Repository, ada: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposed(repository)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(Refused, match="Git doesn't know who you are"):
        approve(settings, NAME, ada.path, tmp_path / "elsewhere")


def test_a_name_is_that_of_one_proposal_that_waits(settings: Settings, repository: Repository, ada: Key) -> None:
    here = Path(settings.repository)
    with pytest.raises(Refused, match="no proposal promotions/go waits") as refused:
        approve(settings, "promotions/go", ada.path, here)
    assert refused.value.hint == "those that do: none"
    proposed(repository, NAME, "promotions/go/fedcba987654")
    with pytest.raises(Refused, match="promotions/go has 2 proposals"):
        approve(settings, "promotions/go", ada.path, here)


def test_what_somebody_pushed_to_is_theirs(settings: Settings, repository: Repository, ada: Key) -> None:
    proposed(repository)
    here = Path(settings.repository)
    subprocess.run(["git", "-C", here, "checkout", "-q", f"proposals/dev/{NAME}"], check=True)
    (here / "README.md").write_text("# Mine\n")
    subprocess.run(["git", "-C", here, "add", "--all"], check=True)
    subprocess.run(["git", "-C", here, "commit", "-q", "-m", "Mine"], check=True)
    with pytest.raises(Refused, match="it is theirs"):
        approve(settings, NAME, ada.path, here)
