"""Sealed secrets: the launcher opens what the pool has sealed, and nobody without the key does."""

import pytest

from reconciler.model.errors import Refused
from reconciler.providers.pools.ray.options import read_options
from reconciler.providers.pools.ray.seal import seal
from runners.contract.order import Order
from runners.launcher.seal import opened

OPTIONS = read_options({"address": "http://head:8265", "seal": "${secret:RAY}"})
KEY = {"SETPOINT_SECRET_RAY": "a key of any length, with ä"}
ORDER = Order("a", 1, ("train",), 60.0, 5.0, sealed_with="RAY")
SECRETS = {"FSSPEC_TOKEN": "hush"}


def test_what_was_sealed_is_opened_on_a_node_with_the_key() -> None:
    sealed = seal(SECRETS, OPTIONS, KEY)
    assert "hush" not in sealed
    assert "$" not in sealed
    assert opened(ORDER, {**KEY, "SETPOINT_SEALED": sealed, "HOME": "/"}) == {"HOME": "/", **SECRETS}


def test_each_seal_is_another_one() -> None:
    assert seal(SECRETS, OPTIONS, KEY) != seal(SECRETS, OPTIONS, KEY)


def test_nothing_needs_no_key() -> None:
    assert seal({}, read_options({"address": "http://head:8265"}), {}) == ""


def test_without_a_key_secrets_are_refused() -> None:
    with pytest.raises(Refused, match="no key to seal them") as refused:
        seal(SECRETS, read_options({"address": "http://head:8265"}), {})
    assert "seal: '${secret:NAME}'" in refused.value.hint
    with pytest.raises(Refused, match="the secret RAY is not set"):
        seal(SECRETS, OPTIONS, {})
