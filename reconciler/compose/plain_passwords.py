"""Passwords that stand in a URL as they are: who reads the repository has them, and its history keeps them for ever."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from reconciler.compose.flaws import Flaw
from reconciler.model.errors import Severity
from reconciler.yaml.positions import Path
from runners.contract.secrets import SECRET

_AUTHORITY = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#\s]*)@([^/?#\s@]*)")
_DIGEST = re.compile(r"sha[0-9]+:")
"""What follows the @ of an image that is named by its digest, whose tag is no password."""
_RESOLVED_LATER = "\0"
_FOR_PEOPLE = ("description",)
_FLAW = Flaw(
    (),
    "the password of this URL can be read by whoever reads the repository",
    "write ${secret:NAME} in its place, and change the password, as Git keeps it",
    severity=Severity.WARNING,
)


def plain_passwords(values: Mapping[str, Any]) -> list[Flaw]:
    """Return a warning for each text with a URL whose password is told; what is written for people isn't looked at."""
    return [
        replace(_FLAW, path=path)
        for name, value in values.items()
        if name not in _FOR_PEOPLE
        for path, text in _texts(value, (name,))
        if "://" in text and tells_password(text)
    ]


def tells_password(text: str) -> bool:
    """Tell whether the password of a URL stands in a text; a secret's name in it, or in its place, is none."""
    for user, host in _AUTHORITY.findall(SECRET.sub(_RESOLVED_LATER, text)):
        password = user.partition(":")[2]
        if password and _RESOLVED_LATER not in password and not _DIGEST.match(host):
            return True
    return False


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            yield from _texts(item, (*path, place))
