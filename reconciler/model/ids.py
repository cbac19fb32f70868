"""Names and digests: every thing that Setpoint creates is named by what it was made from."""

import hashlib
import json
import marshal
import re
from collections.abc import Mapping
from typing import Any, NewType
from urllib.parse import quote

Address = NewType("Address", str)
"""A resource's address in the repository, `<kind>/<name>`, such as `datasets/loans`."""

RunName = NewType("RunName", str)
"""A run's name, `<kind>/<name>/<digest>`: the address of its resource and the digest of its inputs."""

CommitId = NewType("CommitId", str)
"""A commit's object id, in Git or in the data store."""

Digest = NewType("Digest", str)
"""A hexadecimal SHA-256, whole or shortened to `SHORT` characters."""

SHORT = 12
_LONGEST_FILE_NAME = 160
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
"""A resource's name: a DNS label (RFC 1123), since names end up in hosts, branches and Kubernetes objects."""


def canonical(value: Any) -> bytes:
    """Write a JSON-compatible value the one way that equal values share (RFC 8785 in spirit: sorted, no spaces).

    Raises:
        ValueError: the value holds NaN or an infinity, which JSON has no word for.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def digest(value: Any) -> Digest:
    """Digest a JSON-compatible value to `SHORT` hexadecimal characters of the SHA-256 of its canonical form."""
    try:
        key = hashlib.blake2b(marshal.dumps(value, 2), digest_size=16).digest()
    except ValueError:  # a subclass of a JSON type
        return _digest(value)
    known = _KNOWN.get(key)
    if known is None:
        if len(_KNOWN) >= _MOST:
            _KNOWN.clear()
        known = _KNOWN[key] = _digest(value)
    return known


_KNOWN: dict[bytes, Digest] = {}
"""Digests by a hash of what `marshal` makes of their value, in a fifth of the time: passes ask for the same names."""
_MOST = 8192


def _digest(value: Any) -> Digest:
    return Digest(hashlib.sha256(canonical(value)).hexdigest()[:SHORT])


def address(kind: str, name: str) -> Address:
    """Join a kind and a name to an address."""
    return Address(f"{kind}/{name}")


def kind_of(name: str) -> str:
    """Return the kind of an address or of a run's name."""
    return name.split("/", 1)[0]


def name_of(addr: Address) -> str:
    """Return the bare name of an address, `loans` for `datasets/loans`."""
    return addr.split("/", 1)[1]


def run_name(addr: Address, made_from: Mapping[str, Any]) -> RunName:
    """Name a run of a resource by the digest of everything that it is made from."""
    return RunName(f"{addr}/{digest(made_from)}")


def owner_of(run: RunName) -> Address:
    """Return the address of the resource that a run belongs to."""
    return Address(run.rsplit("/", 1)[0])


def file_name(name: str) -> str:
    """Encode a run or an address as one file name that no other name shares; long ones are cut and digested."""
    plain = quote(name, safe="", errors="surrogatepass").replace(".", "%2E").replace("~", "%7E")
    if len(plain) <= _LONGEST_FILE_NAME:
        return plain
    return f"{plain[:80]}~{hashlib.sha256(plain.encode()).hexdigest()[:32]}"
