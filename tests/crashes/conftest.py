"""What the crash sweeps are told from the command line."""

import pytest


@pytest.fixture
def killed_at(request: pytest.FixtureRequest) -> str | None:
    """Return the one point at which to kill; None for all that the sweep has."""
    told: str | None = request.config.getoption("--killed-at")
    return told
