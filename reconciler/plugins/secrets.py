"""Secrets that a provider's options name: read from the daemon's environment variables when it is built."""

import os
import re
from collections.abc import Mapping

from reconciler.model.errors import Refused
from reconciler.model.kinds.spec import SECRET

_PREFIX = "SETPOINT_SECRET_"


def reveal(text: str, environ: Mapping[str, str] = os.environ) -> str:
    """Replace every `${secret:NAME}` in an option by the secret itself.

    Raises:
        Refused: a secret isn't set where the daemon runs.
    """

    def find(match: re.Match[str]) -> str:
        value = environ.get(_PREFIX + match[1])
        if value is None:
            raise Refused(f"the secret {match[1]} is not set", f"set {_PREFIX}{match[1]} where the daemon runs")
        return value

    return SECRET.sub(find, text)
