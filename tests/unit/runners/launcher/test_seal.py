"""Secrets of one job alone, opened on a node: with the right key, or not at all."""

import base64
import hashlib

import pytest
from cryptography.fernet import Fernet

from runners.contract.order import Order
from runners.launcher.seal import opened

ORDER = Order("a", 1, ("train",), 60.0, 5.0, sealed_with="RAY")


def sealed(text: str, key: str = "key") -> dict[str, str]:
    fernet = Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()))
    return {"SETPOINT_SEALED": fernet.encrypt(text.encode()).decode()}


def test_where_nothing_is_sealed_nothing_changes() -> None:
    environ = {"SETPOINT_SECRET_RAY": "key", "HOME": "/"}
    assert opened(ORDER, environ) == environ


def test_the_job_gets_its_secrets_and_not_the_key() -> None:
    environ = {"SETPOINT_SECRET_RAY": "key", "SETPOINT_SECRET_X": "x", **sealed('{"TOKEN": "hush"}')}
    assert opened(ORDER, environ) == {"SETPOINT_SECRET_X": "x", "TOKEN": "hush"}


@pytest.mark.parametrize(
    ("environ", "told"),
    [({}, "SETPOINT_SECRET_RAY is not set"), ({"SETPOINT_SECRET_RAY": "other"}, "SETPOINT_SECRET_RAY is another one")],
)
def test_without_the_right_key_it_says_what_is_missing(environ: dict[str, str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        opened(ORDER, {**environ, **sealed("{}")})
