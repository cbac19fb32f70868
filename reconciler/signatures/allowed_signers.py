"""The file of allowed signers, as ssh-keygen(1) describes it under ALLOWED SIGNERS.

`ssh-keygen` decides what a line says. Here it is seen only that each line is one, as that passes over what it doesn't
understand: a signer would be missing, and nobody would know why.
"""

import base64
import binascii
import re
from collections.abc import Iterator

from reconciler.model.text import printable

_KEY = re.compile(r"(?:^|\s)((?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[\w@.-]+)\s+([A-Za-z0-9+/]+={0,2})(?:\s|$)")
_OPTION = re.compile(
    r'(cert-authority|namespaces="[^"]*"|valid-(?:after|before)="\d{8}(?:\d{4}(?:\d\d)?)?Z?")', re.IGNORECASE
)


def keys_in(text: bytes) -> frozenset[bytes]:
    """Return the public keys that a file of allowed signers lists, as SSH encodes them."""
    return frozenset(key for _, key, _ in _lines(text) if key)


def flaws_in(text: bytes) -> Iterator[tuple[int, str]]:
    """Say what is wrong with a file of allowed signers, each with its line."""
    for number, key, flaw in _lines(text):
        if key is None:
            yield number, flaw


def _lines(text: bytes) -> Iterator[tuple[int, bytes | None, str]]:
    """Read every line that isn't empty and no comment: its number, its key, or what is wrong with it."""
    for number, line in enumerate(text.decode("utf-8", "replace").split("\n"), 1):
        told = line.strip()
        if told and not told.startswith("#"):
            yield (number, *_read(told))


def _read(line: str) -> tuple[bytes | None, str]:
    found = _KEY.search(line)
    if found is None:
        return None, "there is no public key"
    principals, *options = _words(line[: found.start()])
    if not principals:
        return None, "nobody is named before the key"
    if odd := [option for option in options if not _OPTION.fullmatch(option)]:
        return None, f"unknown option {printable(odd[0], 60)}"
    return _decoded(found[1], found[2])


def _words(text: str) -> list[str]:
    """Split what stands before the key: who signs, and one list of options; either may hold quoted spaces."""
    words = re.findall(r'(?:[^\s"]|"[^"]*")+', text)
    if not words:
        return [""]
    return [words[0], *(option for word in words[1:] for option in re.findall(r'(?:[^,"]|"[^"]*")+', word))]


def _decoded(kind: str, text: str) -> tuple[bytes | None, str]:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None, "the key isn't base64"
    if key[4 : 4 + int.from_bytes(key[:4])] != kind.encode():
        return None, f"the key isn't one of the kind {kind[:40]}"
    return key, ""
