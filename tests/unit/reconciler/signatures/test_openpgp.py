"""OpenPGP signatures, made by real gpg: who is taken, and who isn't, and that nothing is left running."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.model.errors import Refused, Unavailable
from reconciler.signatures.openpgp import check, is_good, statuses
from tests.unit.reconciler.signers import USES_GPG, Key, Keyring

pytestmark = USES_GPG
PAYLOAD = b"tree 1\n\nChange\n"


@pytest.fixture(scope="module")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keyring]:
    keyring = Keyring(tmp_path_factory.mktemp("pgp"))
    yield keyring
    keyring.close()


@pytest.fixture(scope="module")
def ada(keyring: Keyring) -> Key:
    return keyring.key("ada", "1d")


@pytest.fixture(scope="module")
def bob(keyring: Keyring) -> Key:
    return keyring.key("bob")


def signed(keyring: Keyring, name: str, *options: str, payload: bytes = PAYLOAD, verb: str = "--detach-sign") -> bytes:
    """Sign some bytes."""
    line = [keyring.program, "--armor", *options, "--local-user", f"{name}@example.org", verb]
    return subprocess.run(line, input=payload, check=True, capture_output=True).stdout


def now() -> datetime:
    return datetime.now(UTC)


def test_a_signer_is_told_by_name(keyring: Keyring, ada: Key) -> None:
    assert check(PAYLOAD, signed(keyring, "ada"), ada.public.encode(), now()) == "Ada <ada@example.org>"


def test_any_key_of_the_file_will_do(keyring: Keyring, ada: Key, bob: Key) -> None:
    keys = (ada.public + bob.public).encode()
    assert check(PAYLOAD, signed(keyring, "bob"), keys, now()) == "Bob <bob@example.org>"


def test_a_signature_over_something_else_is_none(keyring: Keyring, ada: Key) -> None:
    with pytest.raises(Refused, match=r"said to be by Ada <ada@example.org>, that isn't one over it"):
        check(b"tree 2\n", signed(keyring, "ada"), ada.public.encode(), now())


def test_a_stranger_is_told_by_the_key(keyring: Keyring, ada: Key, bob: Key) -> None:
    with pytest.raises(Refused, match=r"is signed by the OpenPGP key [0-9A-F]{16}, which isn't allowed"):
        check(PAYLOAD, signed(keyring, "bob"), ada.public.encode(), now())


def test_an_expired_key_signs_nothing_though_gpg_ends_well(keyring: Keyring, ada: Key) -> None:
    with pytest.raises(Refused, match=r"Ada <ada@example.org>, which has expired"):
        check(PAYLOAD, signed(keyring, "ada"), ada.public.encode(), now() + timedelta(days=2))


def test_a_signature_that_has_expired_is_none(keyring: Keyring, bob: Key) -> None:
    brief = signed(keyring, "bob", "--default-sig-expire", "seconds=60")
    with pytest.raises(Refused, match=r"has an OpenPGP signature by Bob <bob@example.org> that has expired"):
        check(PAYLOAD, brief, bob.public.encode(), now() + timedelta(hours=1))


def test_a_revoked_key_signs_nothing(keyring: Keyring) -> None:
    keyring.key("eve")
    signature = signed(keyring, "eve")
    (revocation,) = (
        path
        for path in (keyring.home / "openpgp-revocs.d").iterdir()
        if path.stem in keyring.run("--with-colons", "--fingerprint", "eve")
    )
    revocation.write_text(revocation.read_text().replace(":-----BEGIN", "-----BEGIN"))
    keyring.run("--import", str(revocation))
    with pytest.raises(Refused, match=r"Eve <eve@example.org>, which was revoked"):
        check(PAYLOAD, signature, keyring.run("--armor", "--export", "eve").encode(), now())


def test_a_signature_over_lines_of_a_text_is_none(keyring: Keyring, ada: Key) -> None:
    with pytest.raises(Refused, match="can't be taken"):
        check(PAYLOAD, signed(keyring, "ada", "--textmode"), ada.public.encode(), now())


def test_two_signatures_are_none(keyring: Keyring, ada: Key, bob: Key) -> None:
    both = signed(keyring, "ada", "--local-user", "bob@example.org")
    with pytest.raises(Refused, match="can't be taken"):
        check(PAYLOAD, both, (ada.public + bob.public).encode(), now())


def test_a_signed_message_is_no_signature_over_a_commit(keyring: Keyring, ada: Key) -> None:
    message = signed(keyring, "ada", verb="--sign").replace(b"PGP MESSAGE", b"PGP SIGNATURE")
    with pytest.raises(Refused):
        check(PAYLOAD, message, ada.public.encode(), now())
    with pytest.raises(Refused):
        check(b"something else", message, ada.public.encode(), now())


@pytest.mark.parametrize("keys", ["", "garbage", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n"])
def test_without_keys_nobody_is_taken(keyring: Keyring, ada: Key, keys: str) -> None:
    with pytest.raises(Refused, match="which isn't allowed"):
        check(PAYLOAD, signed(keyring, "ada"), keys.encode(), now())


def test_what_only_looks_like_a_signature_is_none(ada: Key) -> None:
    with pytest.raises(Refused, match="can't be taken"):
        check(
            PAYLOAD, b"-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n", ada.public.encode(), now()
        )


NEW, GOOD, VALID = "NEWSIG", "GOODSIG F00D Ada", "VALIDSIG F00D 2026-01-07 1 0 4 0 22 8 00 F00D"


@pytest.mark.parametrize(
    ("lines", "is_taken"),
    [
        ((NEW, GOOD, VALID), True),
        ((NEW, GOOD, "KEY_CONSIDERED F00D 0", VALID), True),
        ((NEW, GOOD), False),
        ((GOOD, VALID), False),
        ((NEW, VALID), False),
        ((NEW, NEW, GOOD, VALID), False),
        ((NEW, GOOD, GOOD, VALID), False),
        ((NEW, GOOD, VALID, VALID), False),
        *(
            ((NEW, GOOD, VALID, f"{bad} F00D Ada"), False)
            for bad in ("BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG")
        ),
        ((NEW, GOOD, VALID.replace(" 00 ", " 01 ")), False),
        ((NEW, GOOD, "VALIDSIG F00D"), False),
        ((NEW, GOOD, VALID.removesuffix(" 00 F00D")), False),
        ((), False),
    ],
)
def test_only_one_good_signature_in_every_respect_will_do(lines: tuple[str, ...], is_taken: bool) -> None:
    told = statuses("".join(f"[GNUPG:] {line}\n" for line in lines) + "gpg: GOODSIG F00D Ada\n")
    assert is_good(told) is is_taken


def test_a_name_is_text_of_others(keyring: Keyring) -> None:
    """A name with a line break of Unicode's is not taken for what gpg says."""
    name = "Mal\u2028[GNUPG:] GOODSIG x Ada\u202e <mal@example.org>"
    keyring.run("--quick-gen-key", name, "ed25519", "sign", "0")
    told = check(PAYLOAD, signed(keyring, "mal"), keyring.run("--armor", "--export", "mal@example.org").encode(), now())
    assert told == "Mal\\u2028[GNUPG:] GOODSIG x Ada\\u202e <mal@example.org>"


def test_a_user_s_own_settings_and_keys_count_for_nothing(
    keyring: Keyring, ada: Key, bob: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GNUPGHOME", str(keyring.home))
    with pytest.raises(Refused, match="which isn't allowed"):
        check(PAYLOAD, signed(keyring, "bob"), ada.public.encode(), now())


def test_nothing_is_left(keyring: Keyring, ada: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    check(PAYLOAD, signed(keyring, "ada"), ada.public.encode(), now())
    assert list(tmp_path.iterdir()) == []
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if _is_there(path)]
    assert not [line for line in lines if str(tmp_path).encode() in line]


def _is_there(path: Path) -> bool:
    try:
        return bool(path.read_bytes())
    except OSError:
        return False


def test_without_gpg_nothing_is_taken(keyring: Keyring, ada: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    signature = signed(keyring, "ada")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Unavailable, match="gpg is not installed") as told:
        check(PAYLOAD, signature, ada.public.encode(), now())
    assert "install GnuPG" in told.value.hint
