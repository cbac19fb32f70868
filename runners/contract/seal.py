"""The seal: what a data store gives to one job alone crosses a cluster's lists so that only its nodes can read it.

A cluster has no place for a job's secrets: whoever may list jobs reads their variables. So these are encrypted (Fernet
of `cryptography`: AES with a MAC) with a key that daemon and nodes have in common, a secret of any length, which never
crosses the cluster.
"""

import base64
import hashlib
import json
from collections.abc import Mapping


class WrongKey(ValueError):
    """The seal was made with another key."""


def seal(secrets: Mapping[str, str], key: str) -> str:
    """Return environment variables sealed.

    Raises:
        ImportError: `cryptography` isn't installed.
    """
    from cryptography.fernet import Fernet

    return Fernet(_fernet_key(key)).encrypt(json.dumps(dict(secrets)).encode()).decode()


def unseal(sealed: str, key: str) -> dict[str, str]:
    """Return the environment variables that were sealed.

    Raises:
        WrongKey: with another key.
    """
    from cryptography.fernet import Fernet, InvalidToken

    try:
        secrets: dict[str, str] = json.loads(Fernet(_fernet_key(key)).decrypt(sealed.encode()))
    except InvalidToken as error:
        raise WrongKey("it was sealed with another key") from error
    return secrets


def _fernet_key(secret: str) -> bytes:
    """Return the key that a secret of any length stands for."""
    return base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest())
