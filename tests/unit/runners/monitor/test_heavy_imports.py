"""The garbage collector rests while libraries are imported, and only then."""

import gc

import pytest

from runners.monitor.heavy_imports import uncollected


@pytest.fixture(autouse=True)
def enabled() -> None:
    gc.enable()


def test_it_rests_and_goes_on() -> None:
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_a_failure() -> None:
    with pytest.raises(ImportError), uncollected():
        raise ImportError("no such library")
    assert gc.isenabled()


def test_it_stays_off_where_it_was_off() -> None:
    gc.disable()
    with uncollected():
        pass
    assert not gc.isenabled()
    gc.enable()
