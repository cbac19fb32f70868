"""What an endpoint demands of who asks it, as one header holds it from Caddy to the authorizer."""

import base64
import binascii
import json
from dataclasses import dataclass
from functools import lru_cache

from pydantic import ValidationError

from reconciler import untrusted
from reconciler.model.kinds.access import Access

HEADER, CLIENT = "X-Setpoint-Policy", "X-Setpoint-Client"
"""The headers by which Caddy tells what is demanded, and the address of who asks."""
FORMAT = 1
"""The format of a policy; an authorizer that knows another one lets nobody in."""


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """What the deployment of a name demands."""

    name: str
    access: Access


def written(name: str, access: Access) -> str:
    """Return a policy as a header's value, in letters that neither HTTP nor Caddy gives a meaning."""
    told = {"format": FORMAT, "name": name, "access": access.as_name()}
    return base64.urlsafe_b64encode(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).decode()


@lru_cache(maxsize=1024)
def read(text: str) -> Policy:
    """Read what `written` wrote.

    Raises:
        ValueError: it is none, or of another format.
    """
    try:
        told = untrusted.parse(base64.urlsafe_b64decode(text))
        if not isinstance(told, dict) or told.get("format") != FORMAT:
            raise ValueError("it is no policy of this version")
        return Policy(str(told["name"]), Access.model_validate(told["access"]))
    except (KeyError, ValidationError, binascii.Error) as error:
        raise ValueError(f"it is no policy: {type(error).__name__}") from None
