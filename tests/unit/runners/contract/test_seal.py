"""The seal: what was sealed is opened by the same key, and by no other."""

import pytest

from runners.contract.seal import WrongKey, seal, unseal

SECRETS = {"TOKEN": "hush", "X": "ä"}


def test_what_was_sealed_is_opened_by_its_key() -> None:
    sealed = seal(SECRETS, "a key of any length, with ä")
    assert "hush" not in sealed
    assert unseal(sealed, "a key of any length, with ä") == SECRETS


@pytest.mark.parametrize("sealed", [seal(SECRETS, "another"), "nonsense", ""], ids=["another key", "nonsense", "empty"])
def test_no_other_key_opens_it(sealed: str) -> None:
    with pytest.raises(WrongKey):
        unseal(sealed, "key")
