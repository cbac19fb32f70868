"""Which seeds are played: a share of some, of more by SETPOINT_LIVES, or the one that `--life` names."""

import os

import pytest

SEEDS = 16


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for a life one seed after another."""
    if "life" in metafunc.fixturenames:
        told = metafunc.config.getoption("--life")
        count = int(os.environ.get("SETPOINT_LIVES", SEEDS))
        seeds = [pytest.param(number, marks=pytest.mark.sweep) for number in range(1, 1 + count)]
        metafunc.parametrize("life", seeds if told is None else [told])
