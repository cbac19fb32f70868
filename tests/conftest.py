"""Options of the whole suite."""

import pytest

pytest_plugins = ["tests.servers.fixtures"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the crash sweeps be narrowed to one point, as a failure names it."""
    parser.addoption("--killed-at", metavar="POINT", help="tests/crashes: kill at this point only")
