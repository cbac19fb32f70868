"""Calls side by side: in order, at once where there are several, in this thread where there aren't."""

import threading

import pytest

from reconciler.loop.abreast import abreast


def test_answers_come_in_the_order_of_the_items() -> None:
    assert abreast(lambda n: n * n, range(50), 8, "square") == [n * n for n in range(50)]
    assert abreast(lambda n: n * n, [], 8, "square") == []


def test_calls_are_made_at_once() -> None:
    meeting = threading.Barrier(4, timeout=20)
    assert sorted(abreast(lambda _: meeting.wait(), range(4), 4, "meet")) == [0, 1, 2, 3]


@pytest.mark.parametrize(("items", "threads"), [([1], 8), ([1, 2, 3], 1)])
def test_nothing_is_started_where_nothing_is_gained(items: list[int], threads: int) -> None:
    assert set(abreast(lambda _: threading.current_thread(), items, threads, "x")) == {threading.current_thread()}


@pytest.mark.parametrize("threads", [1, 4])
def test_what_a_call_raises_is_raised(threads: int) -> None:
    def breaks(number: int) -> None:
        if number == 2:
            raise KeyError(number)

    with pytest.raises(KeyError):
        abreast(breaks, range(4), threads, "break")
