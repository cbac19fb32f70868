"""The seal of secrets that were given to one job alone, as `reconciler.providers.pools.ray.seal` has made it."""

import base64
import hashlib
import json
from collections.abc import Mapping

from runners.launcher.order import SEALED, SECRET, Order


def opened(order: Order, environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which the sealed secrets are open and the key is gone; the same where nothing is sealed.

    Raises:
        ValueError: the key isn't here, or it is another one.
    """
    if SEALED not in environ:
        return dict(environ)
    from cryptography.fernet import Fernet, InvalidToken

    name = SECRET + order.sealed_with
    if name not in environ:
        raise ValueError(f"{name} is not set where this node was started, and the job's secrets are sealed with it")
    key = base64.urlsafe_b64encode(hashlib.sha256(environ[name].encode()).digest())
    try:
        secrets: dict[str, str] = json.loads(Fernet(key).decrypt(environ[SEALED].encode()))
    except InvalidToken as error:
        raise ValueError(f"{name} is another one on this node than where the daemon runs") from error
    kept = {key: value for key, value in environ.items() if key not in (SEALED, name)}
    return {**kept, **secrets}
