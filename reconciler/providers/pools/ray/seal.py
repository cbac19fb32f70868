"""The seal of a job's own secrets, `runners.contract.seal`, with the key that the options name."""

import os
from collections.abc import Mapping

from reconciler.model.errors import Refused
from reconciler.providers.pools.ray.options import Options
from reconciler.settings import reveal
from runners.contract import seal as contract

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
        return contract.seal(secrets, key)
    except ImportError as error:
        raise Refused("a Ray pool needs cryptography to seal secrets", "pip install 'setpoint[ray]'") from error
