"""A small share of the fuzz with every run of the tests; `make fuzz` puts the hundred thousand."""

from random import Random

import pytest

from tests.fuzz.campaign import SHARES, failure, run


@pytest.mark.parametrize("surface", SHARES)
def test_nothing_random_crashes_hangs_or_is_told_unclearly(surface: str) -> None:
    (tally,) = run({"planning": 300}.get(surface, 1000), only=surface)
    assert tally.failures == {}


def test_a_surface_that_crashes_is_found() -> None:
    def breaks(random: Random) -> None:
        raise ZeroDivisionError

    assert "ZeroDivisionError" in failure("breaks", breaks, 1)


def test_a_surface_that_hangs_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def hangs(random: Random) -> None:
        while True:
            pass

    monkeypatch.setattr("tests.fuzz.campaign.SECONDS", 0.05)
    assert "Hung" in failure("hangs", hangs, 1)
