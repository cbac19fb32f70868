"""A claim that is signed: a JSON Web Token by RS256 (RFC 7519), as an App says by it who it is."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from reconciler import untrusted
from reconciler.model.errors import Refused

Sign = Callable[[bytes], bytes]
LARGEST_KEY = 2**16
"""Bytes of a file with a key."""
SHORTEST_KEY = 2048
"""Bits of a key that is worth signing with; GitHub's have as many."""
_HINT = "give the App's private key as GitHub made it, a PEM text that starts with -----BEGIN"


def read_key(file: str) -> str:
    """Return the text of a file with a key; the file may be a link, as Kubernetes writes its Secrets.

    Raises:
        Refused: there is no such file, or it is no text.
    """
    try:
        return untrusted.read(Path(file).expanduser().resolve(), LARGEST_KEY).decode("ascii")
    except (OSError, RuntimeError, ValueError) as error:  # a link may lead in circles
        raise Refused(f"the private key {file} can't be read", _HINT) from error


def signer(pem: str) -> Sign:
    """Return what signs with a key.

    Args:
        pem: the private key; its lines may be parted by a backslash and an `n`, as in environment variables.

    Raises:
        Refused: it is no RSA key, or the package that signs isn't installed.
    """
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError as error:
        raise Refused("an App of GitHub needs cryptography to sign", "pip install 'setpoint[forges]'") from error
    try:
        key = load_pem_private_key(pem.replace("\\n", "\n").strip().encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Refused("the App's private key is none", _HINT) from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < SHORTEST_KEY:
        raise Refused(f"the App's private key is no RSA key of {SHORTEST_KEY} bits", _HINT)
    return lambda content: key.sign(content, PKCS1v15(), SHA256())


def token(claims: Mapping[str, Any], sign: Sign) -> str:
    """Return a signed token of these claims."""
    head = _part(json.dumps({"alg": "RS256", "typ": "JWT"}).encode())
    content = f"{head}.{_part(json.dumps(dict(claims)).encode())}"
    return f"{content}.{_part(sign(content.encode()))}"


def _part(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
