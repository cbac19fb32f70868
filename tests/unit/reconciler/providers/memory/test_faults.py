"""Faults that a seed decides: each kind happens, where it can, and the same every time."""

from collections.abc import Callable

import pytest

from reconciler.conformance.pools import order
from reconciler.model.errors import Transient, Unavailable
from reconciler.model.ids import RunName
from reconciler.providers.memory import MemoryData, MemoryForge, MemoryPool, MemoryServing, MemorySource, World
from reconciler.providers.memory.clock import START
from reconciler.providers.memory.faults import Died, Fault, Faults, without_news

RUN, NEXT = RunName("experiments/e/0123456789ab"), RunName("experiments/e/abababababab")


def world(kind: Fault | None, rate: float = 2.0) -> tuple[World, Faults]:
    """Return a world in which every call to which a kind of fault can happen, has it."""
    found, faults = World(), Faults(1, rate, (kind,) if kind else ())
    faults.attach(found)
    return found, faults


def calm(faults: Faults, act: Callable[[], object]) -> None:
    """Do something while nothing goes wrong."""
    faults.active = False
    act()
    faults.active = True


def test_a_daemon_that_dies_before_a_call_has_done_nothing_and_does_nothing_more() -> None:
    found, faults = world(Fault.DIES_BEFORE)
    data = MemoryData(found)
    with pytest.raises(Died):
        data.open(RUN)
    faults.active = False
    with pytest.raises(Died):
        data.open(NEXT)
    faults.revive()
    assert data.list().branches == {}


def test_a_daemon_that_dies_after_a_call_has_done_it() -> None:
    found, faults = world(Fault.DIES_AFTER)
    with pytest.raises(Died):
        MemoryData(found).open(RUN)
    faults.active = False
    faults.revive()
    assert RUN in MemoryData(found).list().branches


def test_another_seed_goes_on_with_nothing_counted() -> None:
    found, faults = world(None)
    calls = [MemoryData(found).list() for _ in range(3)]
    assert calls
    faults.renew()
    assert faults.seed == 2
    assert not faults._turns


def test_no_handler_of_errors_keeps_a_dead_daemon_alive() -> None:
    assert not issubclass(Died, Exception)


def test_an_error_before_a_call_leaves_nothing_and_one_after_it_leaves_all() -> None:
    for kind, count in ((Fault.ERROR_BEFORE, 0), (Fault.ERROR_AFTER, 1)):
        found, faults = world(kind)
        with pytest.raises(Transient):
            MemoryData(found).open(RUN)
        faults.active = False
        assert len(MemoryData(found).list().branches) == count


def test_a_listing_that_breaks_off_is_unavailable_and_never_short() -> None:
    found, _ = world(Fault.CUT)
    for listed in (MemoryData(found).list, MemoryPool(found).list, MemoryServing(found).list):
        with pytest.raises(Unavailable, match="broke off"):
            listed()


def test_a_listing_may_miss_what_is_new_once() -> None:
    found, faults = world(Fault.MISSED)
    data, pool = MemoryData(found), MemoryPool(found)
    calm(faults, lambda: (data.open(RUN), pool.submit(order(RUN)), data.list(), pool.list()))
    data.open(NEXT)
    pool.submit(order(NEXT))
    assert (set(data.list().branches), set(pool.list().jobs)) == ({RUN}, {RUN})
    assert (set(data.list().branches), set(pool.list().jobs)) == ({RUN, NEXT}, {RUN, NEXT})


def test_a_listing_may_be_as_it_was_before() -> None:
    found, faults = world(Fault.STALE)
    data = MemoryData(found)
    calm(faults, lambda: (data.list(), data.open(RUN)))
    assert RUN not in data.list().branches


def test_other_mappings_lose_what_is_new_too() -> None:
    assert without_news({"a": 2, "b": 1}, {"a": 1}) == {"a": 2}


def test_a_slow_call_lets_time_pass() -> None:
    found, _ = world(Fault.SLOW)
    MemoryData(found).list()
    assert found.clock.now() > START


def test_what_only_reads_loses_no_effect() -> None:
    found, faults = world(Fault.ERROR_AFTER)
    MemoryForge(found, MemorySource(found)).list()
    MemorySource(found).head()
    assert not faults.injected


def test_nothing_happens_while_the_faults_are_off() -> None:
    found, faults = world(Fault.ERROR_BEFORE)
    calm(faults, MemoryData(found).list)
    assert not faults.injected


def test_the_same_seed_does_the_same_whatever_else_is_called() -> None:
    def told(seed: int, *, others: bool) -> list[tuple[Fault, str, str]]:
        found, faults = World(), Faults(seed, 0.3, (Fault.ERROR_BEFORE, Fault.SLOW))
        faults.attach(found)
        for _ in range(50):
            for listed in [MemoryPool(found).list] * others + [MemoryData(found).list]:
                with_errors(listed)
        return [(i.fault, i.call.port, i.call.verb) for i in faults.injected if i.call.port == "data"]

    assert told(1, others=False) == told(1, others=True) != told(2, others=False)


def with_errors(act: Callable[[], object]) -> None:
    try:
        act()
    except Transient:
        return
