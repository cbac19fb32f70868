"""Secrets of the options: found where the daemon runs, and shown nowhere."""

import pytest

from reconciler.model.errors import Refused
from reconciler.plugins import reveal
from reconciler.providers.data.lakefs.secrets import keys_if_told, keys_of

SURROUNDINGS = {"SETPOINT_SECRET_KEY": "AKIA", "SETPOINT_SECRET_WORD": "hunter2"}


def test_secrets_are_found() -> None:
    keys = keys_of("${secret:KEY}", "x-${secret:WORD}", SURROUNDINGS)
    assert (keys.access_key_id, keys.secret_access_key) == ("AKIA", "x-hunter2")
    assert reveal("plain", {}) == "plain"


def test_a_key_doesn_t_show_its_secret() -> None:
    assert "hunter2" not in repr(keys_of("AKIA", "${secret:WORD}", SURROUNDINGS))


def test_a_secret_that_is_missing_is_told() -> None:
    with pytest.raises(Refused, match=r"NOWHERE is not set .set SETPOINT_SECRET_NOWHERE where the daemon runs"):
        reveal("${secret:NOWHERE}", {})


def test_a_key_may_be_left_out_and_never_half_of_it() -> None:
    assert keys_if_told("serve", "", "", {}) is None
    assert keys_if_told("serve", "${secret:KEY}", "${secret:WORD}", SURROUNDINGS) == keys_of("AKIA", "hunter2", {})
    with pytest.raises(Refused, match="serve_access_key_id and not serve_secret_access_key"):
        keys_if_told("serve", "AKIA", "", {})
    with pytest.raises(Refused, match="serve_secret_access_key and not serve_access_key_id"):
        keys_if_told("serve", "", "hunter2", {})
