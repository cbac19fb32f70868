"""A secret is read where the daemon runs, and one that isn't set is named."""

import pytest

from reconciler.model.errors import Refused
from reconciler.plugins import reveal


def test_secrets_are_read_from_the_daemon_s_environment_variables() -> None:
    assert reveal("a ${secret:KEY} b", {"SETPOINT_SECRET_KEY": "x"}) == "a x b"


def test_one_that_isn_t_set_is_named() -> None:
    with pytest.raises(Refused, match="the secret KEY is not set"):
        reveal("${secret:KEY}", {})
