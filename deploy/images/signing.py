"""Signing an image: its index's digest, by an SSH key, in the format that signs commits and statements here."""

import json
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from deploy.images.failing import ImageError
from reconciler.signatures import ssh

SIGNATURE = "index.json.sig"


def payload(folder: Path) -> bytes:
    """Return what is signed: the digest of the index, in the form of cosign's simple signing."""
    digest = f"sha256:{sha256((folder / 'index.json').read_bytes()).hexdigest()}"
    told = {"critical": {"image": {"docker-manifest-digest": digest}, "type": "setpoint image"}, "optional": None}
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def sign(folder: Path, key: Path) -> None:
    """Sign a layout; the signature lies beside its index."""
    (folder / SIGNATURE).write_bytes(ssh.SigningKey(key).sign(payload(folder), ssh.IMAGE))


def verify(folder: Path, signers: bytes, at: datetime) -> str:
    """Return who has signed a layout all of whose blobs are what the index leads to.

    Raises:
        Refused: nobody that is allowed to has.
        ImageError: a blob isn't what its name says.
    """
    for blob in (folder / "blobs/sha256").iterdir():
        if sha256(blob.read_bytes()).hexdigest() != blob.name:
            raise ImageError(f"the blob {blob.name} holds something else", "fetch the image again")
    return ssh.check(payload(folder), (folder / SIGNATURE).read_bytes(), signers, at, ssh.IMAGE)
