"""Sets of keys: what of a server's document is a key, and which key a name means."""

from typing import Any

import pytest

from reconciler.providers.serving.local.authorizer.key_sets import MOST, KeySet
from tests.unit.reconciler.providers.serving.local.authorizer.issuing import EC, NEXT, RSA, Key


def test_a_set_is_read_and_what_is_no_key_is_left_out() -> None:
    odd: list[Any] = [{"kty": "oct", "k": "c2VjcmV0"}, {"kty": "RSA"}, 1, {**NEXT.public, "use": "enc"}]
    off_curve = {**EC.public, "kid": "off", "x": "A" * 43}
    keys = KeySet.read({"keys": [*odd, off_curve, RSA.public, EC.public]})
    assert keys.find("rsa-1", "RS256")
    assert keys.find("rsa-1", "PS512")
    assert keys.find("ec-1", "ES256")
    assert not keys.find("off", "ES256")
    assert not keys.find("rsa-1", "ES256")
    assert not keys.find("rsa-2", "RS256")


@pytest.mark.parametrize(
    "document",
    [None, [], {}, {"keys": {}}, {"keys": []}, {"keys": [1]}, {"keys": [{"kty": "oct", "k": "AAAA"}]}],
)
def test_a_document_without_keys_is_none(document: Any) -> None:
    with pytest.raises(ValueError, match="key"):
        KeySet.read(document)


def test_a_set_has_so_many_keys() -> None:
    KeySet.read({"keys": [RSA.public] * MOST})
    with pytest.raises(ValueError, match="up to"):
        KeySet.read({"keys": [RSA.public] * (MOST + 1)})


def test_small_keys_are_none() -> None:
    with pytest.raises(ValueError, match="no public key"):
        KeySet.read({"keys": [Key("RS256", "small", bits=1024).public]})
