"""Signers whom the operator names: of both kinds, in any number of files; what can't be understood stops the start."""

from pathlib import Path

import pytest

from reconciler.model.commit_policy import Signers
from reconciler.model.errors import Refused
from reconciler.signatures import pinned
from tests.unit.reconciler.signers import ssh_key

ARMOUR = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n"


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_without_files_nobody_is_pinned() -> None:
    assert pinned(()) is None


def test_files_of_both_kinds_are_read_through_links(tmp_path: Path) -> None:
    ada, bob = ssh_key(tmp_path).public, ssh_key(tmp_path, "bob").public
    files = [written(tmp_path, "a", ada), written(tmp_path, "b", bob), written(tmp_path, "c", ARMOUR)]
    link = tmp_path / "link"
    link.symlink_to(files[0])  # as those that Kubernetes mounts
    assert pinned([link, *files[1:]]) == Signers(f"{ada}\n{bob}".encode(), ARMOUR.encode())


def test_keys_of_one_kind_in_one_file_are_enough(tmp_path: Path) -> None:
    ada = ssh_key(tmp_path).public
    assert pinned([written(tmp_path, "a", ARMOUR)]) == Signers(b"", ARMOUR.encode())
    both = pinned([written(tmp_path, "b", ada), written(tmp_path, "c", "# nobody yet\n")])
    assert both == Signers(f"{ada}\n# nobody yet\n".encode())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ada\n", ":1: there is no public key"),
        ("", "lists nobody who may sign"),
        ("# ada\n", "lists nobody who may sign"),
    ],
)
def test_what_lists_nobody_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(Refused, match=told):
        pinned([written(tmp_path, "signers", text)])


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="can't be read: No such file"):
        pinned([tmp_path / "nothing"])
    with pytest.raises(Refused, match="is a folder"):
        pinned([tmp_path])
