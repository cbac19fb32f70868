"""Secrets, as specs name them and as jobs find them, and how they are kept out of what is told.

What they are is in no document that daemon and jobs exchange. An error of a driver or a server quotes what it was
called with: an address with its password, a signed query. Whatever a job tells, and whatever is shown of its log or of
a replica's, goes through `scrubbed`, which puts `${secret:NAME}` in the place of every secret that is known there.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

PREFIX = "SETPOINT_SECRET_"
"""A job finds the secret NAME in the environment variable SETPOINT_SECRET_NAME."""
CREDENTIALS = "SETPOINT_CREDENTIALS"
"""This environment variable lists, with commas, others that are secrets: those by which the data store is reached."""
SECRET = re.compile(r"\$\{secret:([A-Za-z_][A-Za-z0-9_]*)\}")
"""A reference to a secret, which only a job or a provider resolves."""
SHORTEST = 4
"""Characters of the shortest text that is taken for a secret; shorter ones stand in every other word."""
SHORTEST_LINE = 8
"""The same of a line of a secret that has several."""
SHORTEST_CREDENTIAL = 12
"""The same of a credential of a store: `false` is no secret."""


def told(secrets: Mapping[str, str]) -> dict[str, str]:
    """Return variables that are secrets with a list of those whose names don't say so, as an environment tells them."""
    listed = ",".join(sorted(name for name in secrets if not name.startswith(PREFIX)))
    return {**secrets, **({CREDENTIALS: listed} if listed else {})}


def known(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the secrets that an environment holds, by the names that references give them."""
    named = {name.removeprefix(PREFIX): value for name, value in environ.items() if name.startswith(PREFIX)}
    listed = {name: environ.get(name, "") for name in environ.get(CREDENTIALS, "").split(",")}
    return {name: value for name, value in listed.items() if _is_credential(value)} | named


def _is_credential(value: str) -> bool:
    """Tell a credential from what else a store is reached by: a switch, an address without a password."""
    is_address = re.fullmatch(r"https?://[^@?]*", value)
    return len(value) >= SHORTEST_CREDENTIAL and not is_address


def scrubbed(text: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return a text with every secret of the environment replaced by its reference, however an address spells it."""
    for spelling, reference in _spellings(tuple(sorted(known(environ).items()))):
        text = text.replace(spelling, reference)
    return text


def scrubbed_document(document: Any, environ: Mapping[str, str] = os.environ) -> Any:
    """Return a JSON document whose texts are scrubbed; numbers and names of fields stay."""
    if isinstance(document, str):
        return scrubbed(document, environ)
    if isinstance(document, Mapping):
        return {key: scrubbed_document(value, environ) for key, value in document.items()}
    if isinstance(document, list | tuple):
        return [scrubbed_document(value, environ) for value in document]
    return document


@lru_cache(maxsize=4)
def _spellings(secrets: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return every spelling of every secret with its reference, the longest first, so that none is cut in two."""
    found = {
        spelling: f"${{secret:{name}}}"
        for name, value in secrets
        for part in _parts(value)
        for spelling in {part, *_in_addresses(part), *_in_quotes(part)}
        if len(spelling) >= SHORTEST
    }
    return tuple(sorted(found.items(), key=lambda pair: (-len(pair[0]), pair[0])))


def _in_addresses(part: str) -> set[str]:
    return {quote(part), quote(part, safe=""), quote_plus(part), unquote(part)}


def _in_quotes(part: str) -> set[str]:
    """Return how a trace of Python and how JSON spell a text with quotes, backslashes and signs of other alphabets."""
    return {repr(part)[1:-1], json.dumps(part)[1:-1], json.dumps(part, ensure_ascii=False)[1:-1]}


def _parts(value: str) -> Iterator[str]:
    """Yield a secret, and what is secret of it by itself: its lines, where it has several, the parts of an address."""
    yield value
    lines = value.splitlines()
    if len(lines) > 1:  # a log is scrubbed line by line
        yield from (line for line in map(str.strip, lines) if len(line) >= SHORTEST_LINE)
    yield from _parts_of_address(value)


def _parts_of_address(value: str) -> Iterator[str]:
    """Yield the password and the query of an address.

    Where signs of the password aren't percent-encoded, drivers take what follows one for the host or the port, and
    quote that alone.
    """
    try:
        address = urlsplit(value)
        password = address.password
    except ValueError:
        return
    if address.scheme and address.netloc:
        yield from filter(None, (password, address.query, *re.split("[@:/?#]", password or "")))
