"""Claims are signed so that a library of others reads them, and a key that can't sign is told in words."""

import sys
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from reconciler.model.errors import Refused
from reconciler.providers.forge.github.signing import LARGEST_KEY, read_key, signer, token
from tests.contracts.github.accounts import key, pem


def test_others_read_what_is_signed() -> None:
    claims = {"iss": "7", "iat": 1_700_000_000, "exp": 9_700_000_000}
    signed = token(claims, signer(pem()))
    assert jwt.decode(signed, key("ours").public_key(), algorithms=["RS256"]) == claims
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(signed, key("another").public_key(), algorithms=["RS256"])


def test_a_key_may_come_on_one_line() -> None:
    one_line = pem().strip().replace("\n", "\\n")
    assert signer(one_line)(b"x") == signer(pem())(b"x")


def _written(made: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, password: bytes = b"") -> str:
    how = BestAvailableEncryption(password) if password else NoEncryption()
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how).decode()


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "github_pat_x",
        "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
        _written(ec.generate_private_key(ec.SECP256R1())),
        _written(rsa.generate_private_key(public_exponent=65537, key_size=1024)),
        _written(key("ours"), b"a password"),
        "\x00" * 100,
        "schlüssel",
    ],
    ids=["empty", "token", "torn", "ec", "short", "locked", "nul", "letters"],
)
def test_a_key_that_is_none_is_refused(odd: str) -> None:
    with pytest.raises(Refused, match="private key") as refused:
        signer(odd)
    assert "PRIVATE" not in str(refused.value)


def test_what_signs_has_to_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    with pytest.raises(Refused, match=r"pip install 'setpoint\[forges\]'"):
        signer(pem())


def test_a_key_is_read_from_a_file_and_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text(pem())
    (tmp_path / "link.pem").symlink_to("key.pem")
    assert read_key(str(tmp_path / "key.pem")) == read_key(str(tmp_path / "link.pem")) == pem()


def test_a_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"-" * (LARGEST_KEY + 1))
    (tmp_path / "binary").write_bytes(b"\xff\x00")
    (tmp_path / "circle").symlink_to("circle")
    for name in ("none", "large", "binary", "circle", ".", "nul\x00"):
        with pytest.raises(Refused):
            read_key(str(tmp_path / name))
