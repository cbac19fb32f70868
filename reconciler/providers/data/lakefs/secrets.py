"""The secrets that the options name: read from the daemon's surroundings, and kept nowhere else."""

import os
from collections.abc import Mapping

from reconciler.model.errors import Refused
from reconciler.plugins import reveal
from reconciler.providers.data.lakefs.server import Keys


def keys_of(access_key_id: str, secret_access_key: str, environ: Mapping[str, str] = os.environ) -> Keys:
    """Return an access key from its options.

    Raises:
        Refused: a secret isn't set where the daemon runs.
    """
    return Keys(reveal(access_key_id, environ), reveal(secret_access_key, environ))


def keys_if_told(
    whose: str, access_key_id: str, secret_access_key: str, environ: Mapping[str, str] = os.environ
) -> Keys | None:
    """Return an access key from options that may both be left out.

    Raises:
        Refused: only one of them is given, or a secret isn't set where the daemon runs.
    """
    if bool(access_key_id) != bool(secret_access_key):
        given, missing = f"{whose}_access_key_id", f"{whose}_secret_access_key"
        given, missing = (given, missing) if access_key_id else (missing, given)
        what = f"the data provider lakefs is told {given} and not {missing}"
        raise Refused(what, "give both in environment.yaml, or neither")
    return keys_of(access_key_id, secret_access_key, environ) if access_key_id else None
