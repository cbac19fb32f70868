"""Signatures by SSH keys (OpenSSH's PROTOCOL.sshsig), checked and made by `ssh-keygen -Y`."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from reconciler.model.errors import Refused
from reconciler.model.text import printable
from reconciler.signatures.allowed_signers import keys_in
from reconciler.signatures.program import private, run

BEGIN, _END = b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----"
GIT, STATEMENT, IMAGE = "git", "in-toto", "setpoint-image"
"""What is signed for: a commit, a statement, an image. A signature for another purpose is none over any of them."""
_PURPOSES: Mapping[str, str] = MappingProxyType(
    {GIT: "for Git", STATEMENT: "for statements about models", IMAGE: "for images"}
)
_MOST_NAMES = 20


def check(payload: bytes, signature: bytes, signers: bytes, at: datetime, namespace: str = GIT) -> str:
    """Return who signed some bytes.

    Args:
        payload: the bytes.
        signature: the signature, in armour.
        signers: the file of allowed signers (ssh-keygen(1)).
        at: the moment at which the key has to be valid.
        namespace: what it has to be signed for.

    Raises:
        Refused: it isn't a good signature by one of them.
        Unavailable: it couldn't be checked.
    """
    key = _key_of(signature)
    moment = f"-Overify-time={at.astimezone(UTC):%Y%m%d%H%M%S}"
    with private({"payload": payload, "signature": signature, "signers": signers}) as folder:
        ask = ("ssh-keygen", "-Y")
        told = run(folder, (*ask, "check-novalidate", "-n", namespace, "-s", "signature"), "payload")
        if told.code:
            raise Refused("has an SSH signature that isn't one over it", "sign it again")
        if key not in keys_in(signers):
            raise Refused(f"is signed by the SSH key {fingerprint(key)}, which isn't allowed", "")
        found = run(folder, (*ask, "find-principals", "-s", "signature", "-f", "signers", moment))
        for name in found.text.strip("\n").split("\n")[:_MOST_NAMES] if not found.code else ():
            line = (*ask, "verify", "-n", namespace, "-I", name, "-s", "signature", "-f", "signers", moment)
            if not run(folder, line, "payload").code:
                return printable(name, 100)
    what = f"is signed by the SSH key {fingerprint(key)}, which is allowed, but not now or not {_PURPOSES[namespace]}"
    raise Refused(what, "see the line of that key: `valid-after`, `valid-before` and `namespaces`")


def fingerprint(key: bytes) -> str:
    """Return how OpenSSH names a key."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def _key_of(signature: bytes) -> bytes:
    """Return the public key that a signature says it is by (PROTOCOL.sshsig: magic, version, key)."""
    body = signature.strip().removeprefix(BEGIN).removesuffix(_END)
    try:
        blob = base64.b64decode(b"".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        blob = b""
    size = int.from_bytes(blob[10:14])
    if not blob.startswith(b"SSHSIG") or not 0 < size <= len(blob) - 14:
        raise Refused("has an SSH signature that can't be read", "sign it again")
    return blob[14 : 14 + size]


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private SSH key of this machine that signs without a passphrase: the daemon's own."""

    path: Path

    def sign(self, payload: bytes, namespace: str = GIT) -> bytes:
        """Return a signature over some bytes, in armour, for a purpose.

        Raises:
            Refused: the key can't be used.
            Unavailable: it couldn't be done now.
        """
        with private({"payload": payload}) as folder:
            line = ("ssh-keygen", "-Y", "sign", "-n", namespace, "-f", str(self.path.absolute()), "payload")
            told = run(folder, line)
            if told.code or not (folder / "payload.sig").is_file():
                said = printable(told.complaint.strip().rpartition("\n")[2], 200)
                hint = "it has to be a private SSH key without a passphrase that the daemon's user may read"
                raise Refused(f"the signing key {self.path} can't be used: {said}", hint)
            return (folder / "payload.sig").read_bytes()

    def made(self, payload: bytes, signature: bytes) -> bool:
        """Tell whether a signature over some bytes is by this key.

        Raises:
            Refused: the key can't be used.
            Unavailable: it couldn't be checked.
        """
        public = self.public()
        kind = public[4 : 4 + int.from_bytes(public[:4])]
        line = b"own %s %s\n" % (kind, base64.b64encode(public))
        try:
            check(payload, signature, line, datetime.now(UTC))
        except Refused:
            return False
        return True

    def public(self) -> bytes:
        """Return its public key, as SSH encodes it.

        Raises:
            Refused: the key can't be used.
            Unavailable: it couldn't be done now.
        """
        return _key_of(self.sign(b""))
