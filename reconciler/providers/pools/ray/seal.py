"""Sealing: what a data store gives to one job alone crosses the cluster's lists so that only its nodes can read it.

The cluster has no place for a job's secrets: whoever may list jobs reads their variables. So these are encrypted
(Fernet of `cryptography`: AES with a MAC) with a key that daemon and nodes have in common, `SETPOINT_SECRET_<NAME>`
with them both, which never crosses the cluster. `runners.launcher.seal` opens them.
"""

import base64
import hashlib
import json
import os
from collections.abc import Mapping

from reconciler.model.errors import Refused
from reconciler.plugins import reveal
from reconciler.providers.pools.ray.options import Options

HINT = "say pool: {seal: '${secret:NAME}'}, and set SETPOINT_SECRET_NAME for the daemon and where the nodes start"


def seal(secrets: Mapping[str, str], options: Options, environ: Mapping[str, str] = os.environ) -> str:
    """Return secrets sealed; nothing where there are none.

    Raises:
        Refused: there is no key, or no package to seal with.
    """
    if not secrets:
        return ""
    if not options.seal:
        raise Refused("the data store gives each job secrets of its own, and the pool has no key to seal them", HINT)
    key = reveal(options.seal, environ)
    try:
        from cryptography.fernet import Fernet
    except ImportError as error:
        raise Refused("a Ray pool needs cryptography to seal secrets", "pip install 'setpoint[ray]'") from error
    return Fernet(fernet_key(key)).encrypt(json.dumps(dict(secrets)).encode()).decode()


def fernet_key(secret: str) -> bytes:
    """Return the key that a secret of any length stands for."""
    return base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest())
