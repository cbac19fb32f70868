"""What is known of one request while it is answered."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from runners.models import Prediction

SMOKE, REQUEST, UNIT = b"x-setpoint-smoke", b"x-setpoint-request", b"x-setpoint-unit"
"""Headers, and gRPC's metadata: a request that isn't to be logged, the name that one has elsewhere, and of what it was
dealt out to this revision in an A/B test."""


@dataclass(slots=True)
class Exchange:
    """One request and its answer. `columns` and `prediction` stay None where the request was refused."""

    id: str
    columns: Mapping[str, Any] | None = None
    prediction: Prediction | None = None
    error: str = ""
    is_read: bool = False
    """Whether the request was read to its end and fits the model. Until then, whatever fails is the request's fault."""
    status: int = 0
    size: int = 0
    """Bytes of the request."""
    time: float = 0.0
    """When it began, in seconds since 1970."""
    seconds: float = 0.0
    is_logged: bool = True
    """Whether the payload log may hold it: what people write to a model of text it doesn't."""
    query: str = ""
    """What follows the question mark of its path."""
    unit: bytes = b""
    """By what it was dealt out in an A/B test; empty where it wasn't by anything that it says."""


_CHANCE = Random(os.urandom(32))
_FIXED = 0x4 << 76 | 0b10 << 62
"""The bits of a UUID that say that it is one of version 4 (RFC 9562, section 5.4)."""
_FREE = ~(0xF << 76 | 0b11 << 62)


def new_id() -> str:
    """Return a name for a request, a UUID of version 4; asking the system for each would take longer than the rest."""
    told = f"{_CHANCE.getrandbits(128) & _FREE | _FIXED:032x}"
    return f"{told[:8]}-{told[8:12]}-{told[12:16]}-{told[16:20]}-{told[20:]}"
