"""Which seeds are played: a few, more by SETPOINT_LIVES, or the one that `--life` names."""

import os

import pytest

SEEDS = 16


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for a life one seed after another."""
    if "life" in metafunc.fixturenames:
        told = metafunc.config.getoption("--life")
        count = int(os.environ.get("SETPOINT_LIVES", SEEDS))
        metafunc.parametrize("life", range(1, 1 + count) if told is None else [told])
