"""Signatures by OpenPGP keys (RFC 4880), checked by `gpg` with the keys that are handed over and no others."""

from collections.abc import Iterable, Sequence
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
    said = [line.removeprefix(_PREFIX).split(" ", 2) for line in told.text.splitlines() if line.startswith(_PREFIX)]
    good = _named(said, "GOODSIG")
    if not told.code and len(good) == 1 and _is_one_over_bytes(said):
        return printable(good[0], 100)
    raise _refused(said)


def _named(said: Iterable[Sequence[str]], word: str) -> list[str]:
    """Return whom each status of a kind names: by the key's user, or by its id where that isn't told."""
    return [words[-1] for words in said if words[0] == word and len(words) > 1]


def _is_one_over_bytes(said: Sequence[Sequence[str]]) -> bool:
    """Tell whether there is one signature, and it is over the bytes as they are (class 0), not over lines of a text.

    Source: GnuPG, doc/DETAILS: VALIDSIG <fpr> <date> <timestamp> <expires> <version> <reserved> <algorithm> <hash>
    <class> <primary>.
    """
    valid = _named(said, "VALIDSIG")
    words = valid[0].split(" ") if valid else []
    others = {"BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG"}
    has_others = any(one[0] in others for one in said)
    return (
        len(_named(said, "NEWSIG") or [one for one in said if one[0] == "NEWSIG"]) == 1
        and not has_others
        and (len(valid) == 1 and len(words) > 7 and words[7] == "00")
    )


def _refused(said: Sequence[Sequence[str]]) -> Refused:
    for word, what in _REASONS:
        if found := _named(said, word):
            return Refused(what.format(printable(found[0], 100)), "sign it again, by a key that is allowed now")
    return Refused(
        "has an OpenPGP signature that can't be taken", "sign it again, by `git commit --amend --no-edit -S`"
    )
