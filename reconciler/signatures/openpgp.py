"""Signatures by OpenPGP keys (RFC 4880), checked by `gpg` with the keys that are handed over and no others."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from reconciler.model.errors import Refused
from reconciler.model.text import printable
from reconciler.signatures.program import private, run

BEGIN = b"-----BEGIN PGP SIGNATURE-----"
_QUIET = (
    *("gpg", "--homedir", ".", "--batch", "--no-tty", "--no-options", "--status-fd", "1"),
    *(
        "--no-autostart",
        "--disable-dirmngr",
        "--no-auto-key-retrieve",
        "--no-auto-key-locate",
        "--no-auto-check-trustdb",
    ),
    *("--ignore-time-conflict", "--trust-model", "always", "--weak-digest", "SHA1"),
)
"""`gpg` without a user's settings, without an agent, without the network, and without the web of trust."""
_PREFIX = "[GNUPG:] "
_BAD = ("BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG")
_CLASS = 8
"""Where VALIDSIG says the signature's class, 00 for a signature over bytes."""
_REASONS = (
    ("REVKEYSIG", "is signed by the OpenPGP key {}, which was revoked"),
    ("EXPKEYSIG", "is signed by the OpenPGP key {}, which has expired"),
    ("EXPSIG", "has an OpenPGP signature by {} that has expired"),
    ("BADSIG", "has an OpenPGP signature, said to be by {}, that isn't one over it"),
    ("NO_PUBKEY", "is signed by the OpenPGP key {}, which isn't allowed"),
)


def check(payload: bytes, signature: bytes, keys: bytes, at: datetime) -> str:
    """Return who signed some bytes.

    Args:
        payload: the bytes.
        signature: the detached signature, in armour.
        keys: the public keys that may have made it, in armour.
        at: the moment at which the key has to be valid.

    Raises:
        Refused: it isn't a good signature by one of them.
        Unavailable: it couldn't be checked.
    """
    clock = f"--faked-system-time={at.astimezone(UTC):%Y%m%dT%H%M%S}"
    with private({"payload": payload, "signature.asc": signature, "keys.asc": keys}) as folder:
        run(folder, (*_QUIET, "--import", "keys.asc"))  # where it fails, the key is missing afterwards
        told = run(folder, (*_QUIET, clock, "--verify", "signature.asc", "-"), "payload")
    said = statuses(told.text)
    if told.code or not is_good(said):
        raise _refused(said)
    return printable(said["GOODSIG"][0].partition(" ")[2], 100)


def statuses(text: str) -> Mapping[str, Sequence[str]]:
    """Read what gpg says to programs (GnuPG, doc/DETAILS): what was told after each word, as often as that was told."""
    found: dict[str, list[str]] = {}
    for line in text.split("\n"):  # not by `splitlines`: a user's name may hold other line breaks
        if line.startswith(_PREFIX):
            word, _, rest = line.removeprefix(_PREFIX).partition(" ")
            found.setdefault(word, []).append(rest)
    return found


def is_good(said: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether there is one signature, good in every respect, over bytes as they are and not over lines of a text.

    VALIDSIG alone doesn't do, nor does the exit code: gpg says so of expired keys, too.
    """
    is_one = all(len(said.get(word, ())) == 1 for word in ("NEWSIG", "GOODSIG", "VALIDSIG"))
    if not is_one or any(word in said for word in _BAD):
        return False
    facts = said["VALIDSIG"][0].split(" ")
    return len(facts) > _CLASS and facts[_CLASS] == "00"


def _refused(said: Mapping[str, Sequence[str]]) -> Refused:
    for word, what in _REASONS:
        if word in said:
            key, _, name = said[word][0].partition(" ")
            return Refused(what.format(printable(name or key, 100)), "sign it again, by a key that is allowed now")
    return Refused(
        "has an OpenPGP signature that can't be taken", "sign it again, by `git commit --amend --no-edit -S`"
    )
