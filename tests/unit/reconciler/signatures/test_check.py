"""A signature is checked by the program whose kind it is of."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.model.commit_policy import Signers
from reconciler.model.errors import Refused
from reconciler.signatures import SigningKey, check
from reconciler.signatures.check import LARGEST
from tests.unit.reconciler.signers import ssh_key

NOW = datetime(2026, 1, 7, tzinfo=UTC)


def test_an_ssh_signature_is_checked_by_the_allowed_signers(tmp_path: Path) -> None:
    key = ssh_key(tmp_path)
    signature = SigningKey(key.path).sign(b"x")
    assert check(b"x", signature, Signers(key.public.encode()), NOW) == "ada@example.org"


@pytest.mark.parametrize(
    ("signature", "told"),
    [
        (b"-----BEGIN SSH SIGNATURE-----\n", "is signed by an SSH key, and none is allowed"),
        (b"-----BEGIN PGP SIGNATURE-----\n", "is signed by an OpenPGP key, and none is allowed"),
        (b"-----BEGIN PGP MESSAGE-----\n", "has a signature of an unknown kind"),
        (b"-----BEGIN SIGNED MESSAGE-----\n", "has a signature of an unknown kind"),
        (b"-----BEGIN SSH SIGNATURE-----\n" + b"A" * LARGEST, "has a signature larger than 64 KiB"),
        (b"\x1b[2J", "has a signature of an unknown kind"),
    ],
)
def test_what_nobody_could_have_signed_is_refused(signature: bytes, told: str) -> None:
    with pytest.raises(Refused, match=told):
        check(b"x", signature, Signers(), NOW)
