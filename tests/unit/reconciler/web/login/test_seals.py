"""What browsers keep is taken back as it was given, in time, and for what it was given."""

import pytest

from reconciler.web.login.seals import Seals
from tests.unit.reconciler.web.conftest import Clock


def test_what_was_sealed_is_taken_back(clock: Clock) -> None:
    seals = Seals(clock)
    sealed = seals.seal("login", {"state": "ä"}, 10)
    told = seals.open("login", sealed)
    assert told is not None
    assert told["state"] == "ä"
    clock.now += 10
    assert seals.open("login", sealed) is None


@pytest.mark.parametrize("odd", ["", ".", "x.y", "ä.ö", "a" * 5000, "e30=.00"])
def test_nothing_else_is(clock: Clock, odd: str) -> None:
    seals = Seals(clock)
    sealed = seals.seal("login", {}, 10)
    assert seals.open("login", odd) is None
    assert seals.open("form", sealed) is None, "another purpose"
    assert seals.open("login", sealed[:-1] + ("0" if sealed[-1] != "0" else "1")) is None
    assert Seals(clock).open("login", sealed) is None, "another process"


def test_proofs_are_of_one_text_and_purpose(clock: Clock) -> None:
    seals = Seals(clock, b"key")
    proof = seals.mac("form", "session 1")
    assert seals.fits("form", "session 1", proof)
    assert not seals.fits("form", "session 2", proof)
    assert not seals.fits("login", "session 1", proof)
    assert not seals.fits("form", "session 1", "\udcff")
