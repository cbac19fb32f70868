"""Formats: the versions of documents that one version of Setpoint writes and another may read.

A document carries its version as the whole number `format`; one without it is of format 1. What is only added, and may
be left out by whoever doesn't know it, raises no format; a new one says that the old readers would get it wrong. Each
reader knows all formats up to its own, and takes nothing of a newer one for what it would be in its own.
"""

from collections.abc import Mapping
from typing import Any, Final

FIRST = 1
"""The format of a document that tells none."""
REQUEST: Final = 1
"""The newest format of a request that is known here."""
RESULT: Final = 1
"""The newest format of a `result.json`."""
ERROR: Final = 1
"""The newest format of an `error.json`."""
ORDER: Final = 1
"""The newest format of an order to the launcher."""
LEFT_OUT: Final = 2
"""The format of an endpoint's settings that leaves columns out of the payload log."""
SERVING: Final = 3
"""The format of an endpoint's settings in which several models are served, combined by a graph."""
GUARDED: Final = 4
"""The newest format of an endpoint's settings: in the fourth, the process itself asks for tokens."""


class UnknownFormat(ValueError):
    """A document whose format isn't known here; `is_newer` tells one of a later version from nonsense."""

    def __init__(self, words: str, *, is_newer: bool) -> None:
        super().__init__(words)
        self.is_newer = is_newer


def format_of(document: Any, known: int) -> int:
    """Return the format of a document, of which those up to a known one can be read.

    Raises:
        UnknownFormat: it is of a newer one, or tells something that is none.
    """
    told = document.get("format", FIRST) if isinstance(document, Mapping) else None
    if not isinstance(told, int) or isinstance(told, bool) or told < FIRST:
        raise UnknownFormat(f"its `format` isn't a whole number from {FIRST} on", is_newer=False)
    if told > known:
        raise UnknownFormat(f"it is of format {told!s:.20}, and {_up_to(known)} known here", is_newer=True)
    return told


def is_newer(document: Any, known: int) -> bool:
    """Tell whether a document is of a later format than those that are known here."""
    try:
        format_of(document, known)
    except UnknownFormat as error:
        return error.is_newer
    return False


def _up_to(known: int) -> str:
    return f"only format {known} is" if known == FIRST else f"formats up to {known} are"
