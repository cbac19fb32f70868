"""Signers whom the operator names in files of this machine."""

from collections.abc import Sequence
from pathlib import Path

from reconciler import untrusted
from reconciler.model.commit_policy import Signers
from reconciler.model.errors import Refused
from reconciler.signatures.allowed_signers import flaws_in, keys_in

ARMOUR = b"-----BEGIN PGP PUBLIC KEY BLOCK-----"
"""What begins OpenPGP keys in ASCII armour."""
LARGEST = 2**20
"""Bytes of the largest file of signers."""


def pinned(files: Sequence[Path]) -> Signers | None:
    """Read files of allowed signers and of OpenPGP keys in armour; None where there are none.

    Raises:
        Refused: one isn't there, or can't be understood: then nobody may sign, rather than anybody.
    """
    if not files:
        return None
    found = {path: _content(path) for path in files}
    openpgp = [content for content in found.values() if ARMOUR in content]
    ssh = {path: content for path, content in found.items() if ARMOUR not in content}
    for path, content in ssh.items():
        for line, flaw in flaws_in(content):
            raise Refused(
                f"{path}:{line}: {flaw}", "a line is `ada@example.org ssh-ed25519 AAAA...`, see ssh-keygen(1)"
            )
    if not openpgp and not any(keys_in(content) for content in ssh.values()):
        raise Refused(f"{files[0]} lists nobody who may sign", "list SSH keys as ssh-keygen(1) says, or OpenPGP keys")
    return Signers(b"\n".join(ssh.values()), b"\n".join(openpgp))


def _content(path: Path) -> bytes:
    try:
        return untrusted.read(path.resolve(), LARGEST)
    except OSError as error:
        raise Refused(f"{path} can't be read: {error.strerror}", "it says who may sign commits") from error
