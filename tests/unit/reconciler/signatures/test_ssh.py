"""SSH signatures, made by real ssh-keygen: who is taken, and who isn't."""

import base64
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.model.errors import Refused, Unavailable
from reconciler.signatures.ssh import SigningKey, check
from tests.unit.reconciler.signers import Key, restricted, ssh_key

NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)
PAYLOAD = b"tree 1\n\nChange\n"


@pytest.fixture
def ada(tmp_path: Path) -> Key:
    return ssh_key(tmp_path)


def signed(key: Key, payload: bytes = PAYLOAD, namespace: str = "git") -> bytes:
    """Sign some bytes."""
    line = ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(key.path)]
    return subprocess.run(line, input=payload, check=True, capture_output=True).stdout


def test_a_signer_is_told_by_name(ada: Key) -> None:
    assert check(PAYLOAD, signed(ada), ada.public.encode(), NOW) == "ada@example.org"


@pytest.mark.parametrize("names", ["*@example.org", "bob@example.org,*", '"Ada of the team"', "!eve@example.org,*"])
def test_patterns_of_names_are_those_of_ssh(ada: Key, names: str) -> None:
    line = f"{names} {ada.public.split(' ', 1)[1]}"
    assert check(PAYLOAD, signed(ada), line.encode(), NOW)


def test_a_signature_over_something_else_is_none(ada: Key) -> None:
    with pytest.raises(Refused, match="isn't one over it"):
        check(b"tree 2\n", signed(ada), ada.public.encode(), NOW)


def test_a_signature_for_another_purpose_is_none(ada: Key) -> None:
    with pytest.raises(Refused, match="isn't one over it"):
        check(PAYLOAD, signed(ada, namespace="file"), ada.public.encode(), NOW)


def test_a_stranger_is_told_by_the_key(ada: Key, tmp_path: Path) -> None:
    bob = ssh_key(tmp_path, "bob")
    told = subprocess.run(["ssh-keygen", "-l", "-f", bob.path], capture_output=True, text=True, check=True).stdout
    with pytest.raises(Refused) as refused:
        check(PAYLOAD, signed(bob), ada.public.encode(), NOW)
    assert refused.value.message == f"is signed by the SSH key {told.split()[1]}, which isn't allowed"


@pytest.mark.parametrize(
    ("options", "is_taken"),
    [
        ('valid-before="20260108"', True),
        ('valid-before="20260107"', False),
        ('valid-after="20260107115959"', True),
        ('valid-after="20260107120001"', False),
        ('namespaces="git,file"', True),
        ('namespaces="file"', False),
        ('namespaces="git",valid-after="20200101",valid-before="20270101"', True),
    ],
)
def test_the_options_of_a_key_hold_in_utc(
    ada: Key, options: str, is_taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    signers = restricted(ada, options).encode()
    if is_taken:
        assert check(PAYLOAD, signed(ada), signers, NOW) == "ada@example.org"
    else:
        with pytest.raises(Refused, match="which is allowed, but not now or not for Git"):
            check(PAYLOAD, signed(ada), signers, NOW)


def test_of_two_lines_of_one_key_one_that_holds_is_enough(ada: Key) -> None:
    lines = restricted(ada, 'valid-before="20200101"') + f"eve{ada.public}"
    assert check(PAYLOAD, signed(ada), lines.encode(), NOW) == "eveada@example.org"


def test_a_name_is_text_of_others(ada: Key) -> None:
    line = f'"\x1b[2Ja\u202e{"b" * 500}" {ada.public.split(" ", 1)[1]}'
    name = check(PAYLOAD, signed(ada), line.encode(), NOW)
    assert name.startswith("\\x1b[2Ja\\u202eb")
    assert len(name) < 120


@pytest.mark.parametrize(
    "body",
    [b"", b"!!!!", base64.b64encode(b"SSHSIG"), base64.b64encode(b"SSHSIG" + b"\xff" * 40), b"QUJD"],
)
def test_what_only_looks_like_a_signature_is_none(ada: Key, body: bytes) -> None:
    forged = b"-----BEGIN SSH SIGNATURE-----\n" + body + b"\n-----END SSH SIGNATURE-----\n"
    with pytest.raises(Refused, match="can't be read"):
        check(PAYLOAD, forged, ada.public.encode(), NOW)


def test_a_signature_that_is_nothing_but_its_key_is_none(ada: Key) -> None:
    key = base64.b64decode(ada.public.split()[2])
    cut = base64.b64encode(b"SSHSIG\0\0\0\1" + len(key).to_bytes(4) + key)
    with pytest.raises(Refused, match="isn't one over it"):
        check(PAYLOAD, b"-----BEGIN SSH SIGNATURE-----\n" + cut + b"\n-----END SSH SIGNATURE-----\n", b"", NOW)


def test_without_ssh_keygen_nothing_is_taken(ada: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    signature = signed(ada)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Unavailable, match="ssh-keygen is not installed") as told:
        check(PAYLOAD, signature, ada.public.encode(), NOW)
    assert "install OpenSSH" in told.value.hint


def test_the_daemon_signs_as_anybody_does(ada: Key) -> None:
    assert check(PAYLOAD, SigningKey(ada.path).sign(PAYLOAD), ada.public.encode(), NOW) == "ada@example.org"
    assert base64.b64encode(SigningKey(ada.path).public()).decode() in ada.public


def test_it_knows_what_it_has_signed(ada: Key, tmp_path: Path) -> None:
    own, other = SigningKey(ada.path), SigningKey(ssh_key(tmp_path, "bob").path)
    assert own.made(PAYLOAD, own.sign(PAYLOAD)) is True
    assert own.made(PAYLOAD, other.sign(PAYLOAD)) is False
    assert own.made(b"else", own.sign(PAYLOAD)) is False
    assert own.made(PAYLOAD, b"-----BEGIN PGP SIGNATURE-----\n") is False


@pytest.mark.parametrize("broken", ["absent", "garbage", "locked"])
def test_a_key_that_can_t_sign_says_so(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "key"
    if broken == "garbage":
        path.write_text("x")
        path.chmod(0o600)
    if broken == "locked":
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", path], check=True)
    with pytest.raises(Refused, match=f"the signing key {path} can't be used") as told:
        SigningKey(path).sign(PAYLOAD)
    assert "without a passphrase" in told.value.hint
