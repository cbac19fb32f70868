"""A person's commit from here is under their name, by their key, as their own Git is set up."""

from pathlib import Path

import pytest

from reconciler.git.personal import commit_signed, person
from reconciler.model.errors import Refused
from tests.unit.reconciler.git.people import Clone
from tests.unit.reconciler.signers import USES_GPG, Key, Keyring, ssh_key


@pytest.fixture
def ada(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    """A work tree whose Git knows Ada, and nothing of this machine's user."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    ada = Clone(tmp_path / "ada")
    ada.git("config", "user.name", "Ada Lovelace")
    ada.git("config", "user.email", "ada@example.org")
    ada.commit({"a": "1\n"})
    return ada


def committed(ada: Clone, key: Key) -> str:
    for setting in key.settings[1::2]:
        ada.git("config", *setting.split("=", 1))
    head = ada.git("rev-parse", "HEAD")
    return commit_signed(ada.folder / ".git", ada.git("rev-parse", "HEAD^{tree}"), head, "Approve\n", ada.folder)


def test_a_person_is_whom_their_git_names(ada: Clone, tmp_path: Path) -> None:
    assert person(ada.folder) == ("Ada Lovelace", "ada@example.org")
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(Refused, match="Git doesn't know who you are"):
        person(tmp_path / "elsewhere")


def test_a_commit_is_signed_by_the_key_that_git_is_set_up_with(ada: Clone, tmp_path: Path) -> None:
    key = ssh_key(tmp_path)
    commit = committed(ada, key)
    (tmp_path / "signers").write_text(key.public)
    signers = ("-c", f"gpg.ssh.allowedSignersFile={tmp_path / 'signers'}")
    told = ada.git(*signers, "log", "-1", "--format=%G?%n%an <%ae>%n%cn <%ce>%n%P", commit)
    assert told.split("\n") == ["G", *["Ada Lovelace <ada@example.org>"] * 2, ada.git("rev-parse", "HEAD")]


@USES_GPG
def test_openpgp_is_as_good(ada: Clone, tmp_path: Path) -> None:
    keyring = Keyring(tmp_path)
    try:
        assert "-----BEGIN PGP SIGNATURE-----" in ada.git("cat-file", "commit", committed(ada, keyring.key("ada")))
    finally:
        keyring.close()


def test_without_a_key_it_says_what_to_do(ada: Clone) -> None:
    ada.git("config", "gpg.program", "/bin/false")
    head, tree = ada.git("rev-parse", "HEAD"), ada.git("rev-parse", "HEAD^{tree}")
    with pytest.raises(Refused, match="Git can't sign the commit") as refused:
        commit_signed(ada.folder / ".git", tree, head, "Approve\n", ada.folder)
    assert "user.signingKey" in refused.value.hint
