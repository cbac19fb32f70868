"""Threads that live as long as the engines they wait for."""

import threading

import pytest

from reconciler.loop.threads import Threads


def test_answers_come_in_the_order_of_the_items() -> None:
    assert Threads(3, "test").map(lambda number: number * 2, range(10)) == [number * 2 for number in range(10)]


def test_calls_are_made_side_by_side() -> None:
    together = threading.Barrier(3, timeout=20)
    assert sorted(Threads(3, "test").map(lambda _: together.wait(), range(3))) == [0, 1, 2]


def test_what_is_raised_is_raised_when_nothing_runs_any_more() -> None:
    ended: list[int] = []

    def act(number: int) -> None:
        if number == 0:
            raise KeyboardInterrupt
        ended.append(number)

    with pytest.raises(KeyboardInterrupt):
        Threads(2, "test").map(act, range(5))
    assert sorted(ended) == [1, 2, 3, 4]


def test_a_single_call_is_made_by_the_thread_that_asks() -> None:
    assert Threads(3, "test").map(lambda _: threading.get_ident(), [1]) == [threading.get_ident()]
    assert Threads(1, "test").map(lambda _: threading.get_ident(), "ab") == [threading.get_ident()] * 2


def test_threads_are_used_again() -> None:
    threads, together = Threads(2, "test"), threading.Barrier(2, timeout=20)

    def who(_: int) -> int:
        together.wait()
        return threading.get_ident()

    assert {*threads.map(who, range(2))} == {*threads.map(who, range(2))}
