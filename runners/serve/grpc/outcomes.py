"""How a call ends: with a message, or with a code and why (https://grpc.io/docs/guides/status-codes/)."""

from enum import IntEnum
from typing import NamedTuple

MOST_SAID = 1000
"""Letters of why a request is refused: gRPC has it in a header, whose size clients bound."""


class Status(IntEnum):
    """gRPC's codes, as far as they are told here."""

    OK = 0
    INVALID_ARGUMENT = 3
    NOT_FOUND = 5
    RESOURCE_EXHAUSTED = 8
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAUTHENTICATED = 16


class Outcome(NamedTuple):
    """How a call ends."""

    status: Status
    message: bytes = b""
    why: str = ""


OF_HTTP = {400: Status.INVALID_ARGUMENT, 404: Status.NOT_FOUND, 500: Status.INTERNAL}
"""gRPC's codes by HTTP's statuses, which the log and the metrics tell whatever a request came by."""


def refused(status: int, why: str) -> Outcome:
    """Return how a call ends that HTTP would refuse with a status."""
    return Outcome(OF_HTTP[status], why=why[:MOST_SAID])
