"""Approving: a commit by the person's own key on top of a proposal, and whether it counts."""

import subprocess
from pathlib import Path

import pytest

from reconciler.cli.approving import approve
from reconciler.git.repository import Repository
from reconciler.model.errors import Refused
from reconciler.settings import Settings
from tests.unit.reconciler.cli.proposal import NAME, ada, approvers, proposed, repository, settings
from tests.unit.reconciler.signers import Key, ssh_key

__all__ = ["ada", "repository", "settings"]


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
