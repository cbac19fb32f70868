"""Checking a signature, of whichever kind it is."""

from datetime import datetime

from reconciler.model.commit_policy import Signers
from reconciler.model.errors import Refused
from reconciler.signatures import openpgp, ssh

LARGEST = 64 * 1024
"""Bytes of the largest signature that is looked at."""


def check(payload: bytes, signature: bytes, signers: Signers, at: datetime) -> str:
    """Return who signed some bytes, as the files of signers name them.

    Args:
        payload: the bytes.
        signature: the signature, in armour.
        signers: who may have signed.
        at: the moment at which the key has to be valid.

    Raises:
        Refused: it isn't a good signature by one of them.
        Unavailable: it couldn't be checked.
    """
    if len(signature) > LARGEST:
        raise Refused(f"has a signature larger than {LARGEST // 1024} KiB", "sign it again")
    if signature.startswith(ssh.BEGIN):
        if not signers.ssh:
            raise Refused("is signed by an SSH key, and none is allowed", "")
        return ssh.check(payload, signature, signers.ssh, at)
    if signature.startswith(openpgp.BEGIN):
        if not signers.openpgp:
            raise Refused("is signed by an OpenPGP key, and none is allowed", "")
        return openpgp.check(payload, signature, signers.openpgp, at)
    raise Refused("has a signature of an unknown kind", "sign it by SSH (`gpg.format=ssh`) or OpenPGP")
