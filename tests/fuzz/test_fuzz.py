"""A share of the fuzz with every run of the tests, other inputs with another one; `make fuzz` puts 100,000."""

from random import Random

import pytest

from tests.fuzz.campaign import SHARES, Tally, failure, run
from tests.shares import SHARES as PARTS
from tests.shares import Hand


@pytest.mark.parametrize("surface", SHARES)
def test_nothing_random_crashes_hangs_or_is_told_unclearly(surface: str, share: Hand) -> None:
    inputs = {"planning": 300}.get(surface, 1000)
    for part in share.take(f"parts of {inputs:,} inputs for {surface}", range(PARTS)):
        (tally,) = run(inputs, first=part * inputs, only=surface)
        assert not tally.failures, told(tally)


def told(tally: Tally) -> str:
    """Return the first failures, each with the command that shows it again."""
    first = list(tally.failures.items())[:3]
    again = f"python -m tests.fuzz --only {tally.surface} --inputs 1 --first"
    return "\n".join(f"{why}again: {again} {number}" for number, why in first)


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
