"""Options: what is missing, odd or secret is refused with its place in the file."""

import re
from datetime import timedelta
from typing import Any

import pytest

from reconciler.model.errors import Refused
from reconciler.providers.pools.ray.options import read_options

ADDRESS = {"address": "http://head:8265"}


def test_an_address_is_enough() -> None:
    options = read_options(ADDRESS)
    assert (options.owner, options.keep, options.headers({})) == ("setpoint", timedelta(days=7), {})
    assert list(options.job) == ["python3", "-m", "runners"]


def test_a_command_stands_for_the_runners() -> None:
    assert list(read_options({**ADDRESS, "command": ["train", "-x"]}).job) == ["train", "-x"]


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ({}, "pool.address"),
        ({"address": "head:8265"}, "pool.address"),
        ({**ADDRESS, "grace": "soon"}, "pool.grace"),
        ({**ADDRESS, "owner": "Not A Label"}, "pool.owner"),
        ({**ADDRESS, "placement": "ANYWHERE"}, "pool.placement"),
        ({**ADDRESS, "adress": "x"}, "pool.adress"),
        ({**ADDRESS, "token": "written down"}, "pool.token"),
        ({**ADDRESS, "resources": {"pools/a": {"fast": "much"}}}, 'pool.resources["pools/a"].fast'),
    ],
)
def test_what_is_wrong_is_told_with_its_place(told: dict[str, Any], where: str) -> None:
    with pytest.raises(Refused, match=re.escape(f"environment.yaml: {where}:")) as refused:
        read_options(told)
    assert "runtime_env" in refused.value.hint


def test_a_token_is_a_secret_of_the_daemon() -> None:
    options = read_options({**ADDRESS, "token": "${secret:RAY}"})
    assert options.headers({"SETPOINT_SECRET_RAY": "hush"}) == {"Authorization": "Bearer hush"}
    assert "hush" not in repr(options)
    with pytest.raises(Refused, match="the secret RAY is not set") as refused:
        options.headers({})
    assert "SETPOINT_SECRET_RAY" in refused.value.hint


def test_a_secret_in_the_runtime_environment_would_be_seen() -> None:
    with pytest.raises(Refused, match="everybody could read"):
        read_options({**ADDRESS, "runtime_env": {"env_vars": {"PASSWORD": "${secret:X}"}}})
